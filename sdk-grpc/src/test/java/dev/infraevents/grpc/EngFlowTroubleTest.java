package dev.infraevents.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.infraevents.AuthenticationException;
import dev.infraevents.DeadLetter;
import dev.infraevents.Delivery;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.Event;
import dev.infraevents.EventHandler;
import dev.infraevents.SourceSignal;
import dev.infraevents.SourceSignal.CredentialsRefreshed;
import dev.infraevents.SourceSignal.Disconnected;
import dev.infraevents.SourceSignal.Undecodable;
import dev.infraevents.SourceState;
import dev.infraevents.Token;
import dev.infraevents.TransportException;
import dev.infraevents.engflow.EngFlowPayload;
import dev.infraevents.grpc.proto.notification.NotificationQueueGrpc;
import dev.infraevents.grpc.proto.notification.PullNotificationRequest;
import dev.infraevents.grpc.proto.notification.PullNotificationResponse;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.engflow.EngFlowNotification.State;
import dev.infraevents.testkit.engflow.FakeEngFlow;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.junit.VirtualTime;
import io.grpc.BindableService;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Servers that refuse, say nothing, or talk rubbish. */
@ExtendWith(LeakCheck.class)
class EngFlowTroubleTest {

  private static final Duration PATIENCE = StoreTests.PATIENCE;

  private final List<SourceSignal> signals = new CopyOnWriteArrayList<>();
  private final List<String> subjects = new CopyOnWriteArrayList<>();

  private final EventHandler<EngFlowPayload> handler =
      new EventHandler<>() {
        @Override
        public void handle(Event<EngFlowPayload> event, Delivery delivery) {
          subjects.add(event.subject());
        }

        @Override
        public void onSignal(SourceSignal signal) {
          signals.add(signal);
        }
      };

  private static EngFlowEventSource.Builder source(String url) {
    return EngFlowEventSource.builder().endpoint(url).connection(StoreTests.QUICK);
  }

  private <S extends SourceSignal> List<S> signals(Class<S> kind) {
    return signals.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  private <S extends SourceSignal> void awaitSignals(Class<S> kind, int count) {
    await().atMost(PATIENCE).until(() -> signals(kind).size() >= count);
  }

  // Credentials.

  @Test
  void aTokenThatExpiresInMidStreamIsReplaced() {
    var asked = new AtomicInteger();
    try (var server = FakeEngFlow.builder().acceptToken().announceCalls().start();
        var source =
            source(server.url())
                .credentials(
                    EngFlowCredentials.token(
                        () -> {
                          asked.incrementAndGet();
                          return Token.of(server.token());
                        }))
                .build();
        var subscription = source.subscribe(handler)) {
      server.awaitReaders(1, 1, PATIENCE);
      String former = server.token();
      server.inject(Fault.expireToken());
      server.awaitReaders(2, 1, PATIENCE);
      server.queue().about("ci/2").buildStarted();
      server.queue().await(queue -> queue.count(State.ACKED) == 1, PATIENCE);
      assertThat(asked).hasValue(2);
      awaitSignals(CredentialsRefreshed.class, 1);
      assertThat(server.calls())
          .extracting(call -> call.header("x-engflow-auth-token").orElseThrow())
          .containsExactly(former, server.token());
      assertThat(signals(Disconnected.class).get(0).cause())
          .isInstanceOf(AuthenticationException.class);
    }
  }

  @Test
  void aTokenThatIsRefusedIsReplacedOnceAndThenTheSubscriptionHasFailed() {
    var asked = new AtomicInteger();
    try (var server = FakeEngFlow.builder().acceptToken().announceCalls().start();
        var source =
            source(server.url())
                .credentials(
                    EngFlowCredentials.token(() -> Token.of("wrong-" + asked.incrementAndGet())))
                .build();
        var subscription = source.subscribe(handler)) {
      Throwable end = StoreTests.end(subscription);
      assertThat(end).isInstanceOf(AuthenticationException.class).hasMessageNotContaining("wrong-");
      assertThat(subscription.status().state()).isEqualTo(SourceState.FAILED);
      assertThat(server.calls())
          .extracting(call -> call.header("x-engflow-auth-token").orElseThrow())
          .containsExactly("wrong-1", "wrong-2");
    }
  }

  @Test
  void aTokenThatCanNotBeHadNowIsAskedForAgain() {
    var asked = new AtomicInteger();
    try (var server = FakeEngFlow.builder().acceptToken().announceCalls().start();
        var source =
            source(server.url())
                .credentials(
                    EngFlowCredentials.token(
                        () -> {
                          if (asked.incrementAndGet() < 4) {
                            throw new IOException("the issuer does not answer");
                          }
                          return Token.of(server.token());
                        }))
                .build();
        var subscription = source.subscribe(handler)) {
      server.awaitReaders(1, 1, PATIENCE);
      assertThat(server.calls()).hasSize(1);
      assertThat(signals(Disconnected.class)).hasSize(3);
    }
  }

  // Silence.

  @Test
  void aServerThatAcceptsConnectionsAndSaysNothingIsGivenUpAndTriedAgain() throws Exception {
    var time = new VirtualTime();
    var limit = Duration.ofSeconds(7);
    try (var silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        var source =
            source("grpc://127.0.0.1:" + silent.getLocalPort())
                .connection(StoreTests.QUICK.toBuilder().connectTimeout(limit).build())
                .timeSource(StoreTests.virtual(time))
                .build();
        var subscription = source.subscribe(handler);
        var first = silent.accept()) {
      time.advance(limit.minusMillis(1));
      assertThat(subscription.status().state()).isEqualTo(SourceState.CONNECTING);
      time.advance(Duration.ofMillis(1));
      assertThat(subscription.status().state()).isEqualTo(SourceState.BACKING_OFF);
      assertThat(subscription.status().lastError()).isInstanceOf(TransportException.class);
      awaitEnd(first);
      time.advance(Duration.ofSeconds(1));
      silent.accept().close();
    }
  }

  private static void awaitEnd(Socket connection) throws IOException {
    connection.setSoTimeout((int) PATIENCE.toMillis());
    InputStream in = connection.getInputStream();
    while (in.read() >= 0) {
      // what a client begins with
    }
  }

  @Test
  void closingDoesNotWaitForAServerThatSaysNothing() throws Exception {
    var time = new VirtualTime(); // stands still
    try (var silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        var source =
            source("grpc://127.0.0.1:" + silent.getLocalPort())
                .timeSource(StoreTests.virtual(time))
                .build();
        var subscription = source.subscribe(handler);
        var connection = silent.accept()) {
      subscription.close();
      assertThat(subscription.completion().toCompletableFuture()).isCompleted();
      assertThat(time.pendingTasks()).isZero();
      awaitEnd(connection);
    }
  }

  // Rubbish.

  @ParameterizedTest
  @EnumSource
  void aServerThatTalksRubbishIsTriedAgain(Rubbish rubbish) throws Exception {
    try (var server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        var source = source("grpc://127.0.0.1:" + server.getLocalPort()).build();
        var subscription = source.subscribe(handler)) {
      for (int i = 0; i < 5; i++) {
        try (var connection = server.accept()) {
          rubbish.talk(connection, i);
          awaitEnd(connection);
        }
      }
      awaitSignals(Disconnected.class, 4);
      assertThat(signals(Disconnected.class))
          .allSatisfy(signal -> assertThat(signal.cause().isRetryable()).isTrue());
    }
  }

  @Test
  void aResponseThatIsNoMessageIsADeadLetterAndTheStreamGoesOn() throws Exception {
    var unreadable = new byte[] {0x0a, 0x05, 1};
    var fine =
        Messages.response(Messages.notification(Messages.everyNotification().get(0)).build());
    List<DeadLetter> deadLetters = new CopyOnWriteArrayList<>();
    try (var server = RpcServer.plaintext(sending(unreadable, fine.toByteArray()));
        var source = source("grpc://127.0.0.1:" + server.port()).build();
        var subscription =
            source.subscribe(
                handler, DeliveryOptions.builder().deadLetters(deadLetters::add).build())) {
      await().atMost(PATIENCE).until(() -> subjects.size() == 1);
      assertThat(deadLetters).hasSize(1);
      assertThat(deadLetters.get(0).raw().toByteArray()).isEqualTo(unreadable);
      assertThat(signals(Undecodable.class)).hasSize(1);
      assertThat(signals(Disconnected.class)).isEmpty();
    }
  }

  /** A queue whose responses are any bytes. */
  private static BindableService sending(byte[]... responses) {
    MethodDescriptor<PullNotificationRequest, PullNotificationResponse> pull =
        NotificationQueueGrpc.getPullMethod();
    var method = pull.toBuilder(pull.getRequestMarshaller(), new AnyBytes()).build();
    return () ->
        ServerServiceDefinition.builder(pull.getServiceName())
            .addMethod(
                method,
                ServerCalls.asyncBidiStreamingCall(
                    answers -> {
                      List.of(responses).forEach(answers::onNext);
                      return new Ignoring();
                    }))
            .build();
  }

  private static final class AnyBytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      throw new UnsupportedOperationException("only sent");
    }
  }

  private static final class Ignoring implements StreamObserver<PullNotificationRequest> {
    @Override
    public void onNext(PullNotificationRequest request) {}

    @Override
    public void onError(Throwable error) {}

    @Override
    public void onCompleted() {}
  }

  /** What a server may answer that is not HTTP/2, or not in its place. */
  private enum Rubbish {
    NOISE,
    NOISE_AFTER_SETTINGS,
    FRAME_TOO_LONG,
    HEADERS_THAT_CAN_NOT_BE_READ,
    DATA_OF_NO_CALL,
    NO_GRPC_IN_THE_DATA,
    GO_AWAY,
    HALF_A_FRAME;

    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int SETTINGS = 4;
    private static final int GOAWAY = 7;
    private static final int END_HEADERS = 4;
    private static final int FIRST_CALL = 3; // of grpc-okhttp

    /** :status 200, content-type application/grpc. */
    private static final byte[] OK =
        HexFormat.of().parseHex("880f10106170706c69636174696f6e2f67727063");

    void talk(Socket connection, int seed) throws IOException {
      OutputStream out = connection.getOutputStream();
      var noise = new byte[300];
      new Random(seed).nextBytes(noise);
      noise[0] = 'x'; // neither HTTP/1 nor TLS, which would be told
      if (this != NOISE) {
        out.write(frame(SETTINGS, 0, 0));
      }
      out.write(
          switch (this) {
            case NOISE, NOISE_AFTER_SETTINGS -> noise;
            case FRAME_TOO_LONG -> HexFormat.of().parseHex("ffffff000000000003");
            case HEADERS_THAT_CAN_NOT_BE_READ -> frame(HEADERS, END_HEADERS, FIRST_CALL, noise);
            case DATA_OF_NO_CALL -> frame(DATA, 0, 101, noise);
            case NO_GRPC_IN_THE_DATA -> frame(HEADERS, END_HEADERS, FIRST_CALL, OK);
            case GO_AWAY -> frame(GOAWAY, 0, 0, new byte[8]);
            case HALF_A_FRAME -> Arrays.copyOf(frame(DATA, 0, FIRST_CALL, noise), 20);
          });
      if (this == NO_GRPC_IN_THE_DATA) {
        out.write(frame(DATA, 0, FIRST_CALL, noise));
      }
      connection.shutdownOutput();
    }

    private static byte[] frame(int type, int flags, int stream, byte... content) {
      return ByteBuffer.allocate(9 + content.length)
          .put((byte) 0)
          .putShort((short) content.length)
          .put((byte) type)
          .put((byte) flags)
          .putInt(stream)
          .put(content)
          .array();
    }
  }
}
