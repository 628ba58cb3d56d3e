package dev.infraevents.pubsub;

import static dev.infraevents.pubsub.PullQueue.PATIENCE;
import static dev.infraevents.pubsub.PullQueue.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.auth.Retryable;
import com.google.auth.oauth2.AccessToken;
import com.google.auth.oauth2.GoogleCredentials;
import dev.infraevents.AuthenticationException;
import dev.infraevents.RpcException;
import dev.infraevents.SourceException;
import dev.infraevents.SourceState;
import dev.infraevents.TlsOptions;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.pubsub.FakePubSub;
import dev.infraevents.testkit.pubsub.PubSubMethod;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Date;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What ends a subscription says what to do; Google's client buries it, or says nothing at all. */
@ExtendWith(LeakCheck.class)
class FoundriesPullRefusalsTest {

  /** Gives out tokens, each one once. */
  private static final class Tokens extends GoogleCredentials {

    private static final long serialVersionUID = 1;

    private final transient TokenServer server;

    interface TokenServer {
      String token() throws IOException;
    }

    Tokens(TokenServer server) {
      this.server = server;
    }

    @Override
    public AccessToken refreshAccessToken() throws IOException {
      return new AccessToken(server.token(), Date.from(Instant.now().plusSeconds(3600)));
    }
  }

  /** As a token server does that does not know the key any more. */
  private static final class Refused extends IOException implements Retryable {

    private static final long serialVersionUID = 1;

    Refused() {
      super("invalid_grant");
    }

    @Override
    public boolean isRetryable() {
      return false;
    }

    @Override
    public int getRetryCount() {
      return 0;
    }
  }

  @TempDir private Path directory;

  // The client may well say that it runs, and fails a moment later.
  @RepeatedTest(3)
  void aSubscriptionThatDoesNotExistIsToldWithAWayOut() {
    try (var queue = PullQueue.start();
        var source = queue.source("gone").emulator(queue.pubsub().emulatorHost()).build();
        var subscription = source.subscribe((event, delivery) -> {})) {
      assertThat(failure(subscription))
          .isInstanceOfSatisfying(
              RpcException.class,
              error -> {
                assertThat(error.code()).isEqualTo("NOT_FOUND");
                assertThat(error.isRetryable()).isFalse();
              })
          .hasMessageContaining("projects/fake-project/subscriptions/gone")
          .hasMessageContaining("deprecated pull queues: create a push queue instead");
      assertThat(subscription.status().state()).isEqualTo(SourceState.FAILED);
      assertThat(queue.pubsub().calls(PubSubMethod.STREAMING_PULL)).hasSize(1);
    }
  }

  @Test
  void aMissingPermissionIsToldWithAWayOut() {
    try (var queue = PullQueue.start()) {
      queue.pubsub().refuse(PubSubMethod.STREAMING_PULL, Status.PERMISSION_DENIED);
      try (var source = queue.source().build();
          var subscription = source.subscribe((event, delivery) -> {})) {
        assertThat(failure(subscription))
            .isInstanceOf(RpcException.class)
            .hasMessageContaining("PERMISSION_DENIED")
            .hasMessageContaining("may not use it")
            .hasMessageContaining("deprecated pull queues");
        assertThat(queue.pubsub().calls(PubSubMethod.STREAMING_PULL)).hasSize(1);
      }
    }
  }

  @Test
  void aSubscriptionThatIsDeletedInMidStreamHasFailed() {
    try (var queue = PullQueue.start();
        var source = queue.source().build();
        var subscription = source.subscribe((event, delivery) -> {})) {
      queue.emit("device-1");
      queue.awaitAcked(1);
      queue.subscription().endStreams(Status.NOT_FOUND);
      assertThat(failure(subscription)).hasMessageContaining("deprecated pull queues");
      assertThat(subscription.stats().delivered()).isEqualTo(1);
    }
  }

  @Test
  void aSubscriptionThatIsDetachedOrPushedIsTold() {
    try (var queue = PullQueue.start();
        var pushed = queue.source("pushed").emulator(queue.pubsub().emulatorHost()).build();
        var detached = queue.source().build()) {
      queue.pubsub().newSubscription("pushed", "factory").push("https://example.com/").create();
      queue.subscription().detach();
      for (var source : new FoundriesPullSource[] {pushed, detached}) {
        try (var subscription = source.subscribe((event, delivery) -> {})) {
          assertThat(failure(subscription))
              .isInstanceOf(RpcException.class)
              .hasMessageContaining("FAILED_PRECONDITION")
              .hasMessageContaining("detached from its topic, or its messages are pushed");
        }
      }
    }
  }

  /** Statuses after which the client tries again without a word, some of them for ever. */
  @ParameterizedTest
  @EnumSource(
      value = Status.Code.class,
      names = {
        "CANCELLED",
        "UNKNOWN",
        "DEADLINE_EXCEEDED",
        "RESOURCE_EXHAUSTED",
        "ABORTED",
        "INTERNAL",
        "UNAVAILABLE"
      })
  void whatMayPassIsRetriedAndSaid(Status.Code code) {
    try (var queue = PullQueue.start()) {
      queue.pubsub().refuse(PubSubMethod.STREAMING_PULL, code.toStatus());
      try (var source = queue.source().build();
          var subscription = source.subscribe((event, delivery) -> {})) {
        await()
            .atMost(PATIENCE)
            .until(() -> queue.pubsub().calls(PubSubMethod.STREAMING_PULL).size() > 1);
        SourceException error = subscription.status().lastError();
        assertThat(error).isNotNull();
        assertThat(error.isRetryable()).isTrue();
        queue.pubsub().heal();
        queue.emit("device-1");
        queue.awaitAcked(1);
      }
    }
  }

  // Permanent to the client, and it can be as little as a clock that has jumped.
  @Test
  void aTokenThatIsRefusedIsRenewedOnce() {
    var asked = new AtomicInteger();
    try (var queue = secured();
        var source =
            secured(
                queue,
                () -> asked.incrementAndGet() == 1 ? "revoked-token" : queue.pubsub().token());
        var subscription = source.subscribe((event, delivery) -> {})) {
      queue.emit("device-1");
      queue.awaitAcked(1);
      assertThat(asked).hasValue(2);
      queue.pubsub().inject(Fault.expireToken());
      queue.awaitStreams(2);
      queue.emit("device-2");
      queue.awaitAcked(2);
      assertThat(asked).hasValue(3);
      assertThat(subscription.completion().toCompletableFuture()).isNotDone();
    }
  }

  @Test
  void aTokenThatIsRefusedTwiceHasFailed() {
    var asked = new AtomicInteger();
    try (var queue = secured();
        var source = secured(queue, () -> "revoked-token-" + asked.incrementAndGet());
        var subscription = source.subscribe((event, delivery) -> {})) {
      assertThat(failure(subscription))
          .isInstanceOf(AuthenticationException.class)
          .hasMessageContaining("the credentials are not accepted")
          .hasMessageNotContaining("revoked-token");
      assertThat(asked).hasValue(2);
      assertThat(queue.pubsub().calls(PubSubMethod.STREAMING_PULL)).hasSize(2);
    }
  }

  @Test
  void credentialsThatCanNotBeRenewedHaveFailed() {
    var asked = new AtomicInteger();
    try (var queue = secured();
        var source =
            secured(
                queue,
                () -> {
                  if (asked.incrementAndGet() > 1) {
                    throw new Refused();
                  }
                  return "revoked-token";
                });
        var subscription = source.subscribe((event, delivery) -> {})) {
      assertThat(failure(subscription))
          .isInstanceOf(AuthenticationException.class)
          .hasMessageContaining("can not be renewed")
          .hasMessageContaining("invalid_grant");
    }
  }

  @Test
  void aServerThatIsNoEmulatorIsTold() {
    try (var queue = PullQueue.start()) {
      queue.pubsub().refuse(PubSubMethod.STREAMING_PULL, Status.UNAUTHENTICATED);
      try (var source = queue.source().build();
          var subscription = source.subscribe((event, delivery) -> {})) {
        assertThat(failure(subscription))
            .isInstanceOf(AuthenticationException.class)
            .hasMessageContaining("this is no emulator");
      }
    }
  }

  private PullQueue secured() {
    return PullQueue.start(FakePubSub.builder().demandToken().tls(directory));
  }

  private static FoundriesPullSource secured(PullQueue queue, Tokens.TokenServer tokens) {
    var tls = TlsOptions.builder().trustedCertificates(queue.pubsub().tls().authority()).build();
    return queue
        .source("queue")
        .endpoint(queue.pubsub().endpoint())
        .credentials(new Tokens(tokens))
        .connection(PullQueue.QUICK.toBuilder().tls(tls).build())
        .build();
  }
}
