package dev.infraevents.samples.quickstart;

import dev.infraevents.testkit.garm.FakeGarm;
import dev.infraevents.testkit.garm.GarmRecording;
import dev.infraevents.websocket.garm.GarmCredentials;
import dev.infraevents.websocket.garm.GarmEventSource;
import java.time.Duration;
import java.util.List;

/** What a real GARM server once sent. */
final class GarmScene implements Scene {

  private final FakeGarm server = FakeGarm.start();
  private final GarmEventSource source =
      GarmEventSource.builder()
          .url(server.url())
          .credentials(GarmCredentials.password(server.username(), server.password()))
          .build();

  @Override
  public String name() {
    return "garm";
  }

  @Override
  public GarmEventSource source() {
    return source;
  }

  @Override
  public int play(Duration patience) {
    List<String> frames = GarmRecording.head().frames();
    server.awaitFilter(patience);
    frames.forEach(server::emitRaw);
    return frames.size();
  }

  @Override
  public void close() {
    source.close();
    server.close();
  }
}
