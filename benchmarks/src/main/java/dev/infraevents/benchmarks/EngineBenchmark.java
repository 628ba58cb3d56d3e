package dev.infraevents.benchmarks;

import dev.infraevents.AckOutcome;
import dev.infraevents.Capability;
import dev.infraevents.Delivery;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.Event;
import dev.infraevents.EventHandler;
import dev.infraevents.Subscription;
import dev.infraevents.garm.GarmDecoder;
import dev.infraevents.garm.GarmPayload;
import dev.infraevents.spi.ConnectionContext;
import dev.infraevents.spi.EventMessage;
import dev.infraevents.spi.Settlement;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
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
  private @Nullable Running acked;
  private @Nullable Running ackedInline;
  private @Nullable EventMessage<GarmPayload> message;
  private long notifications;

  /** Subscribes. */
  @Setup(Level.Trial)
  public void setUp() {
    message =
        EventMessage.of(
            Frames.decode(new GarmDecoder(), Frames.instance(), SOURCE, Instant.now()),
            Settlement.none());
    var direct = DeliveryOptions.builder().executor(Runnable::run).build();
    ours = Running.with(Set.of(), counter, DeliveryOptions.DEFAULT);
    inline = Running.with(Set.of(), counter, direct);
    acked = Running.with(Set.of(Capability.ACK), counter, DeliveryOptions.DEFAULT);
    ackedInline = Running.with(Set.of(Capability.ACK), counter, direct);
  }

  /** Ends everything. */
  @TearDown(Level.Trial)
  public void tearDown() {
    running(ours).close();
    running(inline).close();
    running(acked).close();
    running(ackedInline).close();
    executor.shutdown();
  }

  /** The floor. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void directCall() {
    EventMessage<GarmPayload> event = event();
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
    EventMessage<GarmPayload> event = event();
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
    running(ours).deliver(this::event, counter);
  }

  /** The engine without a change of thread: what it computes. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void engineInline() {
    running(inline).deliver(this::event, counter);
  }

  /** An at-least-once source: every event has an id and a deadline, and is acknowledged. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void engineAcked() {
    running(acked).deliver(this::notification, counter);
  }

  /** The same without a change of thread. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void engineAckedInline() {
    running(ackedInline).deliver(this::notification, counter);
  }

  /** What it costs to make such an event, which is in the figures of the engine too. */
  @Benchmark
  public Object notificationAlone() {
    return notification();
  }

  private EventMessage<GarmPayload> notification() {
    Event<GarmPayload> event = event().event();
    Instant now = Instant.now();
    return EventMessage.of(
        Event.builder(event.type())
            .id(Long.toHexString(++notifications))
            .source(SOURCE)
            .receivedAt(now)
            .payload(event.payload())
            .raw(event.raw())
            .build(),
        new Notification(now.plusSeconds(60)));
  }

  private static Running running(@Nullable Running subscription) {
    if (subscription == null) {
      throw new IllegalStateException("not set up");
    }
    return subscription;
  }

  private EventMessage<GarmPayload> event() {
    if (message == null) {
      throw new IllegalStateException("not set up");
    }
    return message;
  }

  private record Running(
      InMemorySource<GarmPayload> source,
      Subscription subscription,
      ConnectionContext<GarmPayload> context) {

    static Running with(Set<Capability> capabilities, Counter counter, DeliveryOptions options) {
      var source = new InMemorySource<GarmPayload>(SOURCE, capabilities);
      Subscription subscription = source.subscribe(counter, options);
      return new Running(source, subscription, source.connected());
    }

    void deliver(Supplier<EventMessage<GarmPayload>> events, Counter counter) {
      counter.expect(BATCH);
      for (int i = 0; i < BATCH; i++) {
        InMemorySource.emit(context, events.get());
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

  private record Notification(Instant deadline) implements Settlement {
    private static final CompletionStage<AckOutcome> CONFIRMED =
        CompletableFuture.completedStage(AckOutcome.CONFIRMED);

    @Override
    public CompletionStage<AckOutcome> ack() {
      return CONFIRMED;
    }

    @Override
    public CompletionStage<AckOutcome> nack(Duration delay) {
      throw new IllegalStateException("nothing fails here");
    }

    @Override
    public CompletionStage<AckOutcome> extend(Duration by) {
      throw new IllegalStateException("nothing takes long here");
    }
  }
}
