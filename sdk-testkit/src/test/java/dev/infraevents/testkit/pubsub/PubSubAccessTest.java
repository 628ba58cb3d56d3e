package dev.infraevents.testkit.pubsub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.google.pubsub.v1.GetTopicRequest;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.TlsFiles;
import dev.infraevents.testkit.junit.LeakCheck;
import io.grpc.CallCredentials;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.Metadata;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Who is let in, and where. */
@ExtendWith(LeakCheck.class)
class PubSubAccessTest {

  @TempDir Path directory;

  private FakePubSub pubsub;

  private void start(FakePubSubBuilder builder) {
    pubsub = builder.start();
    pubsub.createTopic("events");
  }

  @AfterEach
  void tearDown() {
    pubsub.close();
  }

  private Code answerTo(ChannelCredentials credentials, String token) {
    try (var client = Puller.of(pubsub, credentials)) {
      client
          .publisher()
          .withCallCredentials(new Bearer(token))
          .getTopic(GetTopicRequest.newBuilder().setTopic(pubsub.topic("events").name()).build());
      return Code.OK;
    } catch (StatusRuntimeException refusal) {
      return refusal.getStatus().getCode();
    }
  }

  private Code answerTo(ChannelCredentials credentials) {
    return answerTo(credentials, "any");
  }

  @Test
  void anEmulatorAsksForNothing() {
    start(FakePubSub.builder());
    assertThat(pubsub.emulatorHost()).startsWith("127.0.0.1:").isEqualTo(pubsub.endpoint());
    assertThat(pubsub.url()).isEqualTo("http://" + pubsub.endpoint());
    assertThatIllegalStateException().isThrownBy(pubsub::tls);
    assertThat(answerTo(InsecureChannelCredentials.create())).isEqualTo(Code.OK);
    assertThat(pubsub.calls().get(0).method()).isEqualTo(PubSubMethod.GET_TOPIC.fullName());
    assertThat(pubsub.calls().get(0).header("authorization")).hasValue("Bearer any");
  }

  @Test
  void aTokenIsValidUntilItExpires() {
    start(FakePubSub.builder().demandToken().token("t1"));
    ChannelCredentials plain = InsecureChannelCredentials.create();
    assertThat(answerTo(plain)).isEqualTo(Code.UNAUTHENTICATED);
    assertThat(answerTo(plain, "t1")).isEqualTo(Code.OK);
    pubsub.inject(Fault.expireToken());
    assertThat(answerTo(plain, "t1")).isEqualTo(Code.UNAUTHENTICATED);
    assertThat(answerTo(plain, pubsub.token())).isEqualTo(Code.OK);
  }

  @Test
  void streamsEndWithTheToken() {
    start(FakePubSub.builder());
    var subscription = pubsub.createSubscription("listener", "events");
    try (var puller = Puller.stream(pubsub, subscription)) {
      pubsub.inject(Fault.expireToken());
      assertThat(puller.end().getCode()).isEqualTo(Code.UNAUTHENTICATED);
    }
  }

  @Test
  void tlsIsThatOfAPrivateAuthority() throws IOException {
    start(FakePubSub.builder().tls(directory));
    TlsFiles tls = pubsub.tls();
    assertThat(pubsub.endpoint()).startsWith("localhost:");
    assertThatIllegalStateException().isThrownBy(pubsub::emulatorHost);
    var trusting =
        TlsChannelCredentials.newBuilder().trustManager(tls.authority().toFile()).build();
    assertThat(answerTo(trusting)).isEqualTo(Code.OK);
    assertThat(answerTo(TlsChannelCredentials.create())).isEqualTo(Code.UNAVAILABLE);
  }

  @Test
  void aClientCertificateCanBeDemanded() throws IOException {
    start(FakePubSub.builder().tls(directory).demandCertificate());
    TlsFiles tls = pubsub.tls();
    var trusting = TlsChannelCredentials.newBuilder().trustManager(tls.authority().toFile());
    assertThat(answerTo(trusting.build())).isEqualTo(Code.UNAVAILABLE);
    trusting.keyManager(tls.certificate().toFile(), tls.key().toFile());
    assertThat(answerTo(trusting.build())).isEqualTo(Code.OK);
    assertThat(pubsub.calls().get(0).certificate()).contains(TlsFiles.CLIENT);
  }

  @Test
  void aServerThatIsClosedIsNotInUseAnyMore() {
    start(FakePubSub.builder());
    pubsub.close();
    assertThatExceptionOfType(IllegalStateException.class).isThrownBy(pubsub::heal);
    assertThat(answerTo(InsecureChannelCredentials.create())).isEqualTo(Code.UNAVAILABLE);
  }

  private static final class Bearer extends CallCredentials {

    private final String token;

    Bearer(String token) {
      this.token = token;
    }

    @Override
    public void applyRequestMetadata(RequestInfo call, Executor executor, MetadataApplier applier) {
      var headers = new Metadata();
      headers.put(
          Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
      applier.apply(headers);
    }
  }
}
