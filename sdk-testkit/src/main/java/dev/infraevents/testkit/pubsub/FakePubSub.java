package dev.infraevents.testkit.pubsub;

import com.google.pubsub.v1.Subscription;
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
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A fake of Google Cloud Pub/Sub, as far as messages go: topics, and subscriptions that are pulled
 * from. It needs {@code proto-google-cloud-pubsub-v1}, {@code grpc-protobuf}, {@code grpc-stub} and
 * {@code grpc-okhttp}, which a project that uses it adds to its tests.
 *
 * <pre>{@code
 * try (var pubsub = FakePubSub.start()) {
 *   PubSubTopic topic = pubsub.createTopic("device-events");
 *   PubSubSubscription subscription = pubsub.createSubscription("listener", "device-events");
 *   // connect a client to pubsub.emulatorHost(), subscription.name()
 *   String id = topic.publishDeviceEvent("DEVICE_OTA_STARTED", json);
 *   subscription.await(
 *       s -> s.message(id).state() == SubscriptionMessage.State.ACKED, Duration.ofSeconds(5));
 * }
 * }</pre>
 *
 * <p>As with the real system, a message goes to one stream of a subscription at a time, and again,
 * with another ack id, to some stream until it is acknowledged. All methods are thread-safe.
 *
 * <p>A byte that goes wrong does so in a relay in front of the gRPC server; neither that nor TLS
 * notices. Of the faults it knows all but those of websockets ({@link Fault#wrongClose}, {@link
 * Fault#fragment}). {@link Fault#refuseUpgrade} answers the next calls with the status that gRPC
 * makes of such an answer. A fault of the next event is one of the next message, which stays as it
 * is when it is delivered again; only data that is JSON is changed. {@link Fault#garbageText} and
 * {@link Fault#invalidJson} publish a device event for each open stream that can not be read.
 * {@link Fault#reorder} leaves messages alone that a subscription delivers in order. {@link
 * Fault#expireToken} ends open streams also where no token is asked for.
 */
public final class FakePubSub implements FakeServer {

  /**
   * What a server says that ends without patience. Google's {@code Subscriber} takes it for
   * permanent, as no other UNAVAILABLE.
   */
  public static final Status SHUTDOWN_NOW =
      Status.UNAVAILABLE.withDescription("Server shutdownNow invoked");

  private final String project;
  private final Changes changes = new Changes();
  private final GrpcHost host;
  private final BearerCheck credentials;
  private final GrpcGate gate;
  private final PubSubStore store;
  private final UnaryMethods methods = new UnaryMethods(changes);
  private final SubscriberService subscriber;
  private final PubSubFaults faults;
  private final @Nullable TlsFiles tls;

  FakePubSub(FakePubSubBuilder settings) {
    this.project = settings.project;
    boolean secured = settings.tlsDirectory != null;
    this.host = new GrpcHost(new GrpcHost.Settings("fake-pubsub", secured, false, null), changes);
    TimeSource time = settings.time == null ? TimeSource.system(host.timer()) : settings.time;
    this.credentials = new BearerCheck(settings.tokenDemanded, settings.token);
    this.gate = new GrpcGate(credentials::check, time.clock(), changes);
    Queue<Fault> nextFaults = new ConcurrentLinkedQueue<>();
    this.store =
        new PubSubStore(time, host.timer(), changes, settings.outstandingPerKey, nextFaults);
    this.subscriber = new SubscriberService(store, methods, changes);
    List<GrpcService> services = List.of(subscriber, new PublisherService(store, methods));
    this.faults = new PubSubFaults(host, gate, credentials, store, services, nextFaults);
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
  public static FakePubSub start() {
    return builder().start();
  }

  /**
   * Begins to describe a server.
   *
   * @return a builder whose defaults are those of an emulator
   */
  public static FakePubSubBuilder builder() {
    return new FakePubSubBuilder();
  }

  @Override
  public String url() {
    return (tls == null ? "http://" : "https://") + endpoint();
  }

  /**
   * Where clients connect to.
   *
   * @return host and port, such as {@code 127.0.0.1:43210}
   */
  public String endpoint() {
    return (tls == null ? LoopbackPort.HOST : "localhost") + ":" + host.relay().port().number();
  }

  /**
   * The value for {@code PUBSUB_EMULATOR_HOST}.
   *
   * @return host and port
   * @throws IllegalStateException if the server has TLS, which emulators do not have
   */
  public String emulatorHost() {
    if (tls != null) {
      throw new IllegalStateException("an emulator has no TLS");
    }
    return endpoint();
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
   * The access token that calls have to show, if the server asks for one. {@link Fault#expireToken}
   * replaces it.
   *
   * @return the token that is valid now
   */
  public String token() {
    return credentials.token();
  }

  /**
   * The project of what is named by its id only.
   *
   * @return the project id
   */
  public String project() {
    return project;
  }

  /**
   * Creates a topic.
   *
   * @param name its full name, or its id
   * @return the topic
   * @throws IllegalArgumentException if there is one of that name, or it is no name
   */
  public PubSubTopic createTopic(String name) {
    return checked(() -> store.createTopic(ResourceName.topic(project, name)));
  }

  /**
   * A topic, whoever created it.
   *
   * @param name its full name, or its id
   * @return the topic
   * @throws IllegalArgumentException if there is none of that name
   */
  public PubSubTopic topic(String name) {
    return checked(() -> store.topic(ResourceName.topic(project, name)));
  }

  /**
   * Creates a subscription as Foundries.io does: at least once, in no order.
   *
   * @param name its full name, or its id
   * @param topic the full name of its topic, or its id
   * @return the subscription, which gets what is published from now on
   * @throws IllegalArgumentException if there is one of that name, or there is no such topic
   */
  public PubSubSubscription createSubscription(String name, String topic) {
    return newSubscription(name, topic).create();
  }

  /**
   * Begins to describe a subscription.
   *
   * @param name its full name, or its id
   * @param topic the full name of its topic, or its id
   * @return what creates it
   */
  public NewSubscription newSubscription(String name, String topic) {
    return new NewSubscription(
        this, ResourceName.subscription(project, name), ResourceName.topic(project, topic));
  }

  /**
   * A subscription, whoever created it.
   *
   * @param name its full name, or its id
   * @return the subscription
   * @throws IllegalArgumentException if there is none of that name
   */
  public PubSubSubscription subscription(String name) {
    return checked(() -> store.subscription(ResourceName.subscription(project, name)));
  }

  /**
   * Publishes a text.
   *
   * @param topic the full name of the topic, or its id
   * @param data the text
   * @param attributes what is said about it
   * @return the message id
   * @throws IllegalArgumentException if there is no such topic
   */
  public String publish(String topic, String data, Map<String, String> attributes) {
    return topic(topic).publish(data, attributes);
  }

  /**
   * Sets whether streams answer empty requests, as Pub/Sub and its emulator from 0.8.32 on do. A
   * client that gets no answer of any kind gives up such a stream after 15 s and opens another.
   *
   * @param answered true at first
   */
  public void answerPings(boolean answered) {
    subscriber.answerPings(answered);
  }

  /**
   * Refuses a method, to all who would be let in otherwise, until {@link #heal}.
   *
   * @param method the method
   * @param status such as PERMISSION_DENIED
   */
  public void refuse(PubSubMethod method, Status status) {
    gate.refuse(method.fullName(), status);
  }

  /**
   * Refuses the next calls of a method. Nothing of what they ask for happens.
   *
   * @param method the method
   * @param times how many calls
   * @param status such as UNAVAILABLE
   */
  public void refuseNext(PubSubMethod method, int times, Status status) {
    gate.refuseNext(method.fullName(), times, status);
  }

  /**
   * Carries out the next calls of a method, but answers them with a status: as if the answer had
   * got lost.
   *
   * @param method one with a single answer
   * @param times how many calls
   * @param status such as UNAVAILABLE
   */
  public void loseAnswers(PubSubMethod method, int times, Status status) {
    methods.loseAnswers(method, times, status);
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
   * All calls of a method so far.
   *
   * @param method the method
   * @return in the order received, refused ones included
   */
  public List<ReceivedCall> calls(PubSubMethod method) {
    return calls().stream().filter(call -> call.method().equals(method.fullName())).toList();
  }

  /**
   * The streams of all subscriptions so far.
   *
   * @return open and closed ones, in the order of their first requests
   */
  public List<PubSubStream> streams() {
    return store.subscriptions().stream()
        .flatMap(subscription -> subscription.streams().stream())
        .sorted(Comparator.comparingInt(PubSubStream::number))
        .toList();
  }

  /**
   * Waits until what is published from now on goes to so many streams.
   *
   * @param since how many at least have had their first request accepted since the start
   * @param open how many are open now, no more and no less
   * @param timeout how long
   * @return all streams so far
   * @throws AssertionError if that does not happen in time
   */
  public List<PubSubStream> awaitStreams(int since, int open, Duration timeout) {
    await(
        pubsub -> {
          List<PubSubStream> all = pubsub.streams();
          return all.size() >= since && all.stream().filter(PubSubStream::isOpen).count() == open;
        },
        timeout);
    return streams();
  }

  /**
   * Waits for anything that can be seen on the server.
   *
   * @param condition looked at whenever something has changed, so it should be quick
   * @param timeout how long
   * @throws AssertionError if it does not hold in time
   */
  public void await(Predicate<? super FakePubSub> condition, Duration timeout) {
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
    store.subscriptions().forEach(PubSubSubscription::close); // no timer outlives the host's
    host.close();
  }

  @Override
  public String toString() {
    return "FakePubSub[" + url() + ", calls=" + calls().size() + ", " + store + "]";
  }

  PubSubSubscription create(Subscription config) {
    return checked(() -> store.createSubscription(config));
  }

  private static <T> T checked(Supplier<T> action) {
    try {
      return action.get();
    } catch (StatusRuntimeException refusal) {
      throw new IllegalArgumentException(refusal.getStatus().getDescription(), refusal);
    }
  }
}
