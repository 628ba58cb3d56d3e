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
import java.util.ArrayList;
import java.util.List;
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
  void printsWhatIsPublished() throws InterruptedException {
    ManagedChannel channel =
        Grpc.newChannelBuilder(emulator.endpoint(), InsecureChannelCredentials.create()).build();
    try {
      createQueue(channel);
      publish(channel, "lmp-1");
      publish(channel, "lmp-2");
      ListenRun run = listen(queue, "--count=2");
      assertThat(run.code()).isZero();
      assertThat(run.out())
          .hasSize(2)
          .anyMatch(line -> line.endsWith(" succeeded: lmp-1, update 1"))
          .anyMatch(line -> line.endsWith(" succeeded: lmp-2, update 1"));
    } finally {
      channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void aQueueThatDoesNotExistIsExitCode1() {
    ListenRun run = listen("gone");
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.complaints()).singleElement().asString().contains("NOT_FOUND", "deprecated");
  }

  private static ListenRun listen(String subscription, String... more) {
    List<String> args =
        new ArrayList<>(
            List.of(
                "--project=some-project",
                "--subscription=" + subscription,
                "--emulator=" + emulator.endpoint()));
    args.addAll(List.of(more));
    return ListenRun.of(args.toArray(String[]::new));
  }

  private void createQueue(ManagedChannel channel) {
    Topic created =
        PublisherGrpc.newBlockingStub(channel)
            .createTopic(Topic.newBuilder().setName(topic).build());
    Subscription subscription =
        SubscriberGrpc.newBlockingStub(channel)
            .createSubscription(
                Subscription.newBuilder()
                    .setName("projects/some-project/subscriptions/" + queue)
                    .setTopic(created.getName())
                    .setAckDeadlineSeconds(10)
                    .build());
    assertThat(subscription.getTopic()).isEqualTo(topic);
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
