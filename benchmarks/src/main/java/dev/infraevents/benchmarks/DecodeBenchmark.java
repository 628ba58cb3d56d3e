package dev.infraevents.benchmarks;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.infraevents.Bytes;
import dev.infraevents.Event;
import dev.infraevents.garm.GarmDecoder;
import dev.infraevents.garm.GarmPayload;
import dev.infraevents.spi.InboundMessage;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** From the text of a frame, which is what a websocket client hands out, to an object. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class DecodeBenchmark {

  private static final URI SOURCE = URI.create("https://garm.example.com");

  /** Which frame. */
  public enum Size {
    /** 0.5 KB. */
    SMALL,
    /** 0.9 KB. */
    INSTANCE,
    /** 16 KB. */
    LARGE
  }

  /** Which frame. */
  @Param public Size size = Size.INSTANCE;

  private final GarmDecoder decoder = new GarmDecoder();
  private final ObjectMapper plain = PlainFrame.mapper();
  private final Instant now = Instant.now();
  private ObjectReader plainReader = plain.reader();
  private String frame = "";

  /** Picks the frame. */
  @Setup
  public void setUp() {
    frame =
        switch (size) {
          case SMALL -> Frames.small();
          case INSTANCE -> Frames.instance();
          case LARGE -> Frames.large();
        };
    TypeReference<?> type =
        size == Size.LARGE
            ? new TypeReference<PlainFrame<PlainFrame.Pool>>() {}
            : new TypeReference<PlainFrame<PlainFrame.Instance>>() {};
    plainReader = plain.readerFor(type);
  }

  /** What a filtered-out event costs. */
  @Benchmark
  public InboundMessage<GarmPayload> envelope() {
    return decoder.read(Bytes.ofUtf8(frame), SOURCE, now);
  }

  /** The whole event, typed. */
  @Benchmark
  public Event<GarmPayload> event() {
    return Frames.decode(decoder, frame, SOURCE, now);
  }

  /** The hand-written baseline. */
  @Benchmark
  public Object plainJackson() throws IOException {
    return plainReader.readValue(frame);
  }

  /** The other common way, without types. */
  @Benchmark
  public JsonNode tree() throws IOException {
    return plain.readTree(frame);
  }
}
