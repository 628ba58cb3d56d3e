package dev.infraevents.samples.foundries.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.ByteString;
import com.google.pubsub.v1.PublishRequest;
import com.google.pubsub.v1.PublisherGrpc;
import com.google.pubsub.v1.PubsubMessage;
import com.google.pubsub.v1.SubscriberGrpc;
import com.google.pubsub.v1.Subscription;
import com.google.pubsub.v1.Topic;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.pubsub.PubSubEmulator;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Against Google's own server. Skipped where none is installed. */
@ExtendWith(LeakCheck.class)
class EmulatorTest {

  private static PubSubEmulator emulator;

  private final String topic = "projects/some-project/topics/topic-" + UUID.randomUUID();
  private final String queue = "queue-" + UUID.randomUUID();

  @BeforeAll
  static void findOrStart() throws IOException {
    emulator = PubSubEmulator.start().orElse(null);
    assumeTrue(emulator != null, PubSubEmulator.whenMissing());
  }

  @AfterAll
  static void end() {
    if (emulator != null) {
      emulator.close();
    }
  }

  @Test
  void printsWhatIsPublishedAndAcknowledgesIt() throws InterruptedException {
    ManagedChannel channel =
        Grpc.newChannelBuilder(emulator.endpoint(), InsecureChannelCredentials.create()).build();
    try {
      createQueue(channel);
      publish(channel, "first");
      assertThat(listen().out()).singleElement().asString().contains("succeeded: first, ");
      publish(channel, "second");
      assertThat(listen().out()).singleElement().asString().contains("succeeded: second, ");
    } finally {
      channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void aQueueThatDoesNotExistIsExitCode1() {
    ListenRun run =
        ListenRun.of(
            "--project=some-project", "--subscription=gone", "--emulator=" + emulator.endpoint());
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.complaints()).singleElement().asString().contains("NOT_FOUND", "deprecated");
  }

  private ListenRun listen() {
    ListenRun run =
        ListenRun.of(
            "--project=some-project",
            "--subscription=" + queue,
            "--emulator=" + emulator.endpoint(),
            "--count=1");
    assertThat(run.code()).isZero();
    return run;
  }

  private void createQueue(ManagedChannel channel) {
    var unused =
        PublisherGrpc.newBlockingStub(channel)
            .createTopic(Topic.newBuilder().setName(topic).build());
    var same =
        SubscriberGrpc.newBlockingStub(channel)
            .createSubscription(
                Subscription.newBuilder()
                    .setName("projects/some-project/subscriptions/" + queue)
                    .setTopic(topic)
                    .setAckDeadlineSeconds(10)
                    .build());
    assertThat(same.getTopic()).isEqualTo(unused.getName());
  }

  private void publish(ManagedChannel channel, String target) {
    String json =
        "{\"Uuid\":\"device-1\",\"Time\":1757692800,\"Target\":\"%s\",\"Id\":\"1\",\"Success\":true}";
    var message =
        PubsubMessage.newBuilder()
            .setData(ByteString.copyFromUtf8(json.formatted(target)))
            .putAttributes("event-type", "DEVICE_OTA_COMPLETED");
    var answer =
        PublisherGrpc.newBlockingStub(channel)
            .publish(PublishRequest.newBuilder().setTopic(topic).addMessages(message).build());
    assertThat(answer.getMessageIdsCount()).isOne();
  }
}
