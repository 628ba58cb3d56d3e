package dev.infraevents.internal.view;

import dev.infraevents.Capability;
import dev.infraevents.ConfigurationException;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.Event;
import dev.infraevents.EventHandler;
import dev.infraevents.EventSource;
import dev.infraevents.SourceStatus;
import dev.infraevents.Subscription;
import dev.infraevents.testing.connection.FakeConnection;
import dev.infraevents.testing.connection.FakeSource;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import org.reactivestreams.tck.TestEnvironment;
import org.reactivestreams.tck.flow.FlowPublisherVerification;
import org.testng.annotations.AfterMethod;

/** The Reactive Streams TCK over a scripted source that ends, and one that fails. */
public final class PublisherTckTest extends FlowPublisherVerification<Event<String>> {

  // Generous where something has to come, short where nothing may come.
  private static final long COMES_MILLIS = 5_000;
  private static final long NOTHING_COMES_MILLIS = 50;
  private static final long GARBAGE_MILLIS = 2_000;

  private final List<Subscription> open = new CopyOnWriteArrayList<>();

  public PublisherTckTest() {
    super(new TestEnvironment(COMES_MILLIS, NOTHING_COMES_MILLIS), GARBAGE_MILLIS);
  }

  @AfterMethod
  public void closeWhatTheTestLeftOpen() {
    open.forEach(subscription -> subscription.close(Duration.ZERO));
    open.clear();
  }

  @Override
  public long maxElementsFromPublisher() {
    return Integer.MAX_VALUE; // the most that a test asks for, and it does not read them all
  }

  @Override
  public Flow.Publisher<Event<String>> createFlowPublisher(long elements) {
    return publisher(
        new FakeSource()
            .onOpen(
                connection -> {
                  connection.streams();
                  for (long i = 0; i < elements && !Thread.interrupted(); i++) {
                    connection.sends("event " + i);
                  }
                  connection.context().completed();
                }));
  }

  @Override
  public Flow.Publisher<Event<String>> createFailedFlowPublisher() {
    return publisher(new FakeSource().onOpen(PublisherTckTest::fail));
  }

  private static void fail(FakeConnection connection) {
    connection.fails(new ConfigurationException("on purpose", null));
  }

  private Flow.Publisher<Event<String>> publisher(EventSource<String> source) {
    return new Remembering(source).publisher();
  }

  /** Remembers its subscriptions, so that they can be closed without their drain time. */
  private final class Remembering implements EventSource<String> {
    private final EventSource<String> source;

    Remembering(EventSource<String> source) {
      this.source = source;
    }

    @Override
    public Subscription subscribe(EventHandler<? super String> handler, DeliveryOptions options) {
      Subscription subscription = source.subscribe(handler, options);
      open.add(subscription);
      return subscription;
    }

    @Override
    public SourceStatus status() {
      return source.status();
    }

    @Override
    public Set<Capability> capabilities() {
      return source.capabilities();
    }

    @Override
    public void close() {
      source.close();
    }
  }
}
