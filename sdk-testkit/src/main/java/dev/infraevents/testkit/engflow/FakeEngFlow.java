package dev.infraevents.testkit.engflow;

import dev.infraevents.spi.TimeSource;
import dev.infraevents.testkit.FakeServer;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.ReceivedCall;
import dev.infraevents.testkit.TlsFiles;
import dev.infraevents.testkit.internal.Changes;
import dev.infraevents.testkit.internal.FaultInjector;
import dev.infraevents.testkit.internal.grpc.GrpcGate;
import dev.infraevents.testkit.internal.grpc.GrpcHost;
import dev.infraevents.testkit.internal.grpc.GrpcService;
import dev.infraevents.testkit.internal.grpc.TlsIssuer;
import dev.infraevents.testkit.internal.tcp.LoopbackPort;
import io.grpc.InsecureServerCredentials;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A fake of an EngFlow cluster, as far as events go: notification queues that are pulled from, the
 * event store, and the service of the public example that events are forwarded to. It needs {@code
 * sdk-grpc-proto} and {@code grpc-okhttp}, which a project that uses it adds to its tests.
 *
 * <pre>{@code
 * try (var engflow = FakeEngFlow.start()) {
 *   // connect a client to engflow.url(), queue FakeEngFlow.LIFECYCLE_EVENTS
 *   engflow.awaitReaders(1, 1, Duration.ofSeconds(5));
 *   String id = engflow.queue().about("9608f439-4c3e-4909-8a0c-f78810322b6b").buildStarted();
 *   engflow.queue().await(
 *       queue -> queue.notification(id).state() == EngFlowNotification.State.ACKED,
 *       Duration.ofSeconds(5));
 * }
 * }</pre>
 *
 * <p>As with the real system, a notification goes to one reader at a time, and again to some reader
 * until it is acknowledged within its window, on the stream that it came on. All methods are
 * thread-safe.
 *
 * <p>A byte that goes wrong does so in a relay in front of the gRPC server; neither that nor TLS
 * notices. Of the faults it knows all but those of websockets ({@link Fault#wrongClose}, {@link
 * Fault#fragment}). {@link Fault#refuseUpgrade} answers the next calls with the status that gRPC
 * makes of such an answer. A fault of the next event is one of the next notification, which stays
 * as it is when it is delivered again. {@link Fault#garbageText} and {@link Fault#invalidJson}
 * publish a notification for each open reader whose payload can not be read. {@link
 * Fault#expireToken} ends open calls also where no token is asked for.
 */
public final class FakeEngFlow implements FakeServer {

  /** The queue that every server has. */
  public static final String LIFECYCLE_EVENTS = "eventstore/lifecycle-events";

  private final FakeEngFlowBuilder settings;
  private final Changes changes = new Changes();
  private final Queue<Fault> nextFaults = EngFlowFaults.newQueue();
  private final GrpcHost host;
  private final TimeSource time;
  private final EngFlowCredentials credentials;
  private final GrpcGate gate;
  private final PullService pull;
  private final EngFlowForwarding forwarding;
  private final EngFlowStore store;
  private final EngFlowFaults faults;
  private final @Nullable TlsFiles tls;

  FakeEngFlow(FakeEngFlowBuilder settings) {
    this.settings = settings;
    this.host =
        new GrpcHost(
            new GrpcHost.Settings(
                "fake-engflow",
                settings.tlsDirectory != null,
                settings.strictKeepAlive,
                settings.serverBuilder),
            changes);
    this.time = settings.time == null ? TimeSource.system(host.timer()) : settings.time;
    this.credentials =
        new EngFlowCredentials(settings.credentials, settings.headers, settings.token);
    this.gate = new GrpcGate(credentials::check, time.clock(), changes);
    this.pull = new PullService(settings.clientRequired, settings.callsAnnounced, changes);
    this.forwarding = new EngFlowForwarding(changes);
    this.store = new EngFlowStore(changes);
    List<GrpcService> services = List.of(pull, store.service(), forwarding.service());
    this.faults = new EngFlowFaults(host, gate, credentials, pull, services, nextFaults);
    addQueue(LIFECYCLE_EVENTS);
    if (settings.tlsDirectory == null) {
      this.tls = null;
      host.open(services, gate, InsecureServerCredentials.create());
    } else {
      TlsIssuer.Issued issued =
          TlsIssuer.issue(settings.tlsDirectory, settings.certificateDemanded);
      this.tls = issued.files();
      host.open(services, gate, issued.server());
    }
  }

  /**
   * Starts a server as {@link #builder} makes it without further calls.
   *
   * @return the running server
   */
  public static FakeEngFlow start() {
    return builder().start();
  }

  /**
   * Begins to describe a server.
   *
   * @return a builder whose defaults are those of a real server, where they are known
   */
  public static FakeEngFlowBuilder builder() {
    return new FakeEngFlowBuilder();
  }

  @Override
  public String url() {
    String origin = tls == null ? "grpc://" + LoopbackPort.HOST : "grpcs://localhost";
    return origin + ":" + host.relay().port().number();
  }

  /**
   * What a client needs to connect with TLS.
   *
   * @return the files that were written when the server was started
   * @throws IllegalStateException if the server was built without TLS
   */
  public TlsFiles tls() {
    if (tls == null) {
      throw new IllegalStateException("this server has no TLS");
    }
    return tls;
  }

  /**
   * The token that calls have to show, if the server asks for one: as {@code x-engflow-auth-token}
   * or as bearer. {@link Fault#expireToken} replaces it.
   *
   * @return the token that is valid now
   */
  public String token() {
    return credentials.token();
  }

  /**
   * The queue of lifecycle events.
   *
   * @return the queue that every server has
   */
  public EngFlowQueue queue() {
    return queue(LIFECYCLE_EVENTS);
  }

  /**
   * A queue.
   *
   * @param name its name
   * @return the queue
   * @throws IllegalArgumentException if there is none of that name
   */
  public EngFlowQueue queue(String name) {
    EngFlowQueue queue = pull.queue(name);
    if (queue == null) {
      throw new IllegalArgumentException("there is no queue " + name);
    }
    return queue;
  }

  /**
   * Creates a queue. Before that, pulling from it is answered with NOT_FOUND.
   *
   * @param name its name
   * @return the queue
   * @throws IllegalArgumentException if there is one of that name
   */
  public EngFlowQueue addQueue(String name) {
    var queue = new EngFlowQueue(name, settings, time, host.timer(), changes, nextFaults);
    pull.add(queue);
    return queue;
  }

  /**
   * The event store.
   *
   * @return the events of builds, and who reads them
   */
  public EngFlowStore store() {
    return store;
  }

  /**
   * The service that events are forwarded to.
   *
   * @return what it received, and how it answers
   */
  public EngFlowForwarding forwarding() {
    return forwarding;
  }

  /**
   * Refuses a method, to all who would be let in otherwise, until {@link #heal}.
   *
   * @param method such as {@code NotificationQueueGrpc.getPullMethod()}
   * @param status such as PERMISSION_DENIED
   */
  public void refuse(MethodDescriptor<?, ?> method, Status status) {
    gate.refuse(method.getFullMethodName(), status);
  }

  /**
   * All calls so far.
   *
   * @return in the order received, refused ones included
   */
  public List<ReceivedCall> calls() {
    return gate.calls();
  }

  /**
   * The readers of all queues so far.
   *
   * @return open and closed ones, in the order of their first requests
   */
  public List<EngFlowReader> readers() {
    return pull.queues().stream()
        .flatMap(queue -> queue.readers().stream())
        .sorted(Comparator.comparingInt(EngFlowReader::number))
        .toList();
  }

  /**
   * Waits until what is published from now on goes to so many readers.
   *
   * @param since how many at least have had their first request accepted since the start
   * @param open how many are open now, no more and no less
   * @param timeout how long
   * @return all readers so far
   * @throws AssertionError if that does not happen in time
   */
  public List<EngFlowReader> awaitReaders(int since, int open, Duration timeout) {
    await(
        engflow -> {
          List<EngFlowReader> all = engflow.readers();
          return all.size() >= since && all.stream().filter(EngFlowReader::isOpen).count() == open;
        },
        timeout);
    return readers();
  }

  /**
   * Waits for anything that can be seen on the server.
   *
   * @param condition looked at whenever something has changed
   * @param timeout how long
   * @throws AssertionError if it does not hold in time
   */
  public void await(Predicate<? super FakeEngFlow> condition, Duration timeout) {
    changes.await(() -> condition.test(this), timeout, this::toString);
  }

  @Override
  public void inject(Fault fault) {
    FaultInjector.inject(fault, faults);
  }

  @Override
  public void heal() {
    faults.heal();
  }

  @Override
  public void close() {
    host.close();
    pull.queues().forEach(EngFlowQueue::close);
  }

  @Override
  public String toString() {
    return "FakeEngFlow[" + url() + ", calls=" + calls().size() + ", " + pull.queues() + "]";
  }
}
