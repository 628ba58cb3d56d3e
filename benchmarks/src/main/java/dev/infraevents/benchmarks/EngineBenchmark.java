package dev.infraevents.benchmarks;

import dev.infraevents.Bytes;
import dev.infraevents.Delivery;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.Event;
import dev.infraevents.EventHandler;
import dev.infraevents.EventType;
import dev.infraevents.Subscription;
import dev.infraevents.garm.GarmDecoder;
import dev.infraevents.garm.GarmPayload;
import dev.infraevents.spi.ConnectionContext;
import dev.infraevents.spi.InboundMessage;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * From a decoded event to the handler, which only counts. A batch is timed from the first event
 * offered to the last one handled, and is smaller than the buffer, so that nothing waits for room.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class EngineBenchmark {

  private static final int BATCH = 400;
  private static final URI SOURCE = URI.create("https://garm.example.com");

  private final Counter counter = new Counter();
  private final ExecutorService executor = Executors.newSingleThreadExecutor();
  private @Nullable Running ours;
  private @Nullable Running inline;
  private @Nullable Message message;

  /** Subscribes. */
  @Setup(Level.Trial)
  public void setUp() {
    message =
        new Message(Frames.decode(new GarmDecoder(), Frames.instance(), SOURCE, Instant.now()));
    ours = Running.with(counter, DeliveryOptions.DEFAULT);
    inline = Running.with(counter, DeliveryOptions.builder().executor(Runnable::run).build());
  }

  /** Ends everything. */
  @TearDown(Level.Trial)
  public void tearDown() {
    running(ours).close();
    running(inline).close();
    executor.shutdown();
  }

  /** The floor. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void directCall() {
    Message event = event();
    counter.expect(BATCH);
    for (int i = 0; i < BATCH; i++) {
      counter.handle(event.decode(), null);
    }
    counter.await();
  }

  /** The least that takes events off the reader's thread. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void bareExecutor() {
    Message event = event();
    counter.expect(BATCH);
    for (int i = 0; i < BATCH; i++) {
      executor.execute(() -> counter.handle(event.decode(), null));
    }
    counter.await();
  }

  /** The engine as it is used: serial, on a thread of its own. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void engine() {
    running(ours).deliver(event(), counter);
  }

  /** The engine without a change of thread: what it computes. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void engineInline() {
    running(inline).deliver(event(), counter);
  }

  private static Running running(@Nullable Running subscription) {
    if (subscription == null) {
      throw new IllegalStateException("not set up");
    }
    return subscription;
  }

  private Message event() {
    if (message == null) {
      throw new IllegalStateException("not set up");
    }
    return message;
  }

  private record Running(
      InMemorySource<GarmPayload> source,
      Subscription subscription,
      ConnectionContext<GarmPayload> context) {

    static Running with(Counter counter, DeliveryOptions options) {
      var source = new InMemorySource<GarmPayload>(SOURCE);
      Subscription subscription = source.subscribe(counter, options);
      return new Running(source, subscription, source.connected());
    }

    void deliver(Message event, Counter counter) {
      counter.expect(BATCH);
      for (int i = 0; i < BATCH; i++) {
        InMemorySource.emit(context, event);
      }
      counter.await();
    }

    void close() {
      subscription.close(Duration.ofSeconds(5));
      source.close();
    }
  }

  private static final class Counter implements EventHandler<GarmPayload> {
    private int left; // handed over with `done`, and by the executors
    private volatile boolean done;
    private volatile @Nullable Thread waiter;

    void expect(int events) {
      left = events;
      done = false;
      waiter = Thread.currentThread();
    }

    @Override
    public void handle(Event<GarmPayload> event, @Nullable Delivery delivery) {
      if (--left == 0) {
        done = true;
        LockSupport.unpark(waiter);
      }
    }

    void await() {
      while (!done) {
        LockSupport.park(this);
      }
    }
  }

  private record Message(Event<GarmPayload> event) implements InboundMessage<GarmPayload> {
    @Override
    public Event<GarmPayload> decode() {
      return event;
    }

    @Override
    public Bytes raw() {
      return event.raw();
    }

    @Override
    public EventType<?> type() {
      return event.type();
    }

    @Override
    public URI source() {
      return event.source();
    }

    @Override
    public @Nullable String subject() {
      return event.subject();
    }

    @Override
    public Map<String, String> attributes() {
      return event.attributes();
    }
  }
}
