package dev.infraevents.pubsub.push;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.DeliveryOptions;
import dev.infraevents.foundries.FoundriesPayload;
import dev.infraevents.spi.ConnectionContext;
import java.io.ByteArrayInputStream;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Moments that real requests meet by chance only. */
final class PushIntakeTest {

  private static final URI SOURCE = URI.create("//hooks.example.com");

  private final PushSettings settings =
      new PushSettings(
          PushVerifier.builder().audience("https://hooks.example.com").anyServiceAccount().build(),
          "/",
          SOURCE,
          null,
          true,
          1000,
          Duration.ofSeconds(9),
          null);

  /** What happens while a message is handed over, which always finds the buffer full. */
  private final Queue<Runnable> meanwhile = new ArrayDeque<>();

  private Runnable onStreaming = () -> {};

  @Test
  void thatThereWasRoomBeforeDoesNotHideThatThereIsNoneNow() {
    var intake = new PushIntake(settings, new RefusalLog(SOURCE), context());
    meanwhile.add(
        () -> {
          intake.onRoom();
          assertThat(push(intake)).isNotNull(); // finds the buffer full after that
        });

    assertThat(push(intake)).isNotNull();

    assertThat(push(intake)).isNull();
    intake.onRoom();
    assertThat(push(intake)).isNotNull();
  }

  @Test
  void whoHasSeenThatItIsStreamingCanPush() {
    var transport = new PushTransport(settings, new RefusalLog(SOURCE), () -> {});
    List<@Nullable PushIntake> seen = new ArrayList<>();
    onStreaming = () -> seen.add(transport.intake());

    var opened = transport.open(context());

    assertThat(seen).hasSize(1).containsExactly((PushIntake) opened);
  }

  private @Nullable CompletionStage<PushResponse> push(PushIntake intake) {
    var body = new ByteArrayInputStream("{\"message\":{\"messageId\":\"1\"}}".getBytes(UTF_8));
    return intake.receive(new PushRequest("POST", "/", Map.of(), body), settings.arrival());
  }

  @SuppressWarnings("unchecked")
  private ConnectionContext<FoundriesPayload> context() {
    return (ConnectionContext<FoundriesPayload>)
        Proxy.newProxyInstance(
            ConnectionContext.class.getClassLoader(),
            new Class<?>[] {ConnectionContext.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "options" -> DeliveryOptions.builder().build();
                  case "message" -> full();
                  case "streaming" -> {
                    onStreaming.run();
                    yield null;
                  }
                  default -> null;
                });
  }

  private boolean full() {
    Runnable next = meanwhile.poll();
    if (next != null) {
      next.run();
    }
    return false;
  }
}
