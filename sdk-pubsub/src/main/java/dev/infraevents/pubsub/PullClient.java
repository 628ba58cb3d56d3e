package dev.infraevents.pubsub;

import com.google.api.gax.batching.FlowControlSettings;
import com.google.api.gax.core.FixedExecutorProvider;
import com.google.cloud.pubsub.v1.MessageReceiverWithAckResponse;
import com.google.cloud.pubsub.v1.Subscriber;
import com.google.cloud.pubsub.v1.SubscriberShutdownSettings;
import com.google.cloud.pubsub.v1.SubscriberShutdownSettings.ShutdownMode;
import dev.infraevents.DeliveryOptions;
import io.grpc.ManagedChannel;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;

/** How Google's client is set up. */
final class PullClient {

  /**
   * For the last acknowledgements. By default it waits without a limit, for messages that nobody
   * settles and for servers that do not answer.
   */
  private static final Duration GOODBYE = Duration.ofSeconds(4);

  /**
   * After a crash, messages come back when their last extension is over. By default that can be 10
   * minutes, if handlers were slow.
   */
  private static final Duration LONGEST_EXTENSION = Duration.ofMinutes(1);

  /** What a message may have; a smaller bound would leave it undelivered for ever. */
  private static final long LARGEST_MESSAGE = 10_000_000;

  private PullClient() {}

  /**
   * Makes a client.
   *
   * @param callbacks where the receiver is called
   * @param options bounds what is brought and not settled
   */
  static Subscriber of(
      PullTransport<?> transport,
      ManagedChannel channel,
      ScheduledExecutorService callbacks,
      DeliveryOptions options,
      MessageReceiverWithAckResponse receiver) {
    PullSettings settings = transport.settings();
    PubSubChannels channels = transport.channels();
    return Subscriber.newBuilder(settings.subscription(), receiver)
        .setChannelProvider(PubSubChannels.provider(channel))
        .setCredentialsProvider(channels.credentials())
        .setExecutorProvider(FixedExecutorProvider.create(callbacks))
        // The server keeps to the bounds per stream, so there must be one stream only.
        .setParallelPullCount(1)
        .setFlowControlSettings(
            FlowControlSettings.newBuilder()
                .setMaxOutstandingElementCount((long) options.maxEvents())
                .setMaxOutstandingRequestBytes(Math.max(options.maxBytes(), LARGEST_MESSAGE))
                .build())
        .setMaxAckExtensionPeriodDuration(settings.maxLease())
        .setMaxDurationPerAckExtensionDuration(LONGEST_EXTENSION)
        .setSubscriberShutdownSettings(
            SubscriberShutdownSettings.newBuilder()
                .setMode(ShutdownMode.WAIT_FOR_PROCESSING)
                .setTimeout(GOODBYE)
                .build())
        .build();
  }

  /**
   * One thread, so that messages keep the order in which they came. It does not wait for handlers.
   */
  static ScheduledExecutorService callbackThread() {
    var executor =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, "infra-events-pubsub");
              thread.setDaemon(true);
              return thread;
            });
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    return executor;
  }
}
