package dev.infraevents.grpc;

import static dev.infraevents.grpc.StoreTests.INVOCATION;
import static dev.infraevents.grpc.StoreTests.end;
import static dev.infraevents.grpc.StoreTests.store;
import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.AuthenticationException;
import dev.infraevents.SourceSignal;
import dev.infraevents.Subscription;
import dev.infraevents.Token;
import dev.infraevents.TokenProvider;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.engflow.FakeEngFlow;
import dev.infraevents.testkit.engflow.FakeEngFlowExtension;
import dev.infraevents.testkit.engflow.StoredStream;
import dev.infraevents.testkit.junit.LeakCheck;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Who reads. */
@ExtendWith(LeakCheck.class)
class EventStoreCredentialsTest {

  @RegisterExtension
  final FakeEngFlowExtension extension =
      new FakeEngFlowExtension(FakeEngFlow.builder().acceptToken());

  private FakeEngFlow server;
  private final ReadEvents received = new ReadEvents();
  private final AtomicInteger fetched = new AtomicInteger();

  @BeforeEach
  void setUp() {
    server = extension.server();
    server.store().invocation(INVOCATION).append(2);
  }

  @Test
  void aHundredReadsFetchOneToken() {
    server.store().invocation(INVOCATION).complete();
    try (var store = store(server).credentials(current()).build()) {
      List<Subscription> reads =
          IntStream.range(0, 100)
              .mapToObj(i -> store.invocation(INVOCATION).subscribe(received))
              .toList();
      reads.forEach(read -> assertThat(end(read)).isNull());
    }
    assertThat(fetched).hasValue(1);
  }

  @Test
  void aTokenThatExpiresIsReplacedAndTheReadGoesOn() {
    StoredStream stream = server.store().invocation(INVOCATION);
    try (var store = store(server).credentials(current()).build()) {
      Subscription read = store.invocation(INVOCATION).subscribe(received);
      received.awaitEvents(2);
      server.inject(Fault.expireToken());
      stream.append(1).complete();
      assertThat(end(read)).isNull();
    }
    assertThat(received.texts()).containsExactly("", "line 2", "line 3");
    assertThat(fetched).hasValue(2);
    assertThat(received.signals(SourceSignal.CredentialsRefreshed.class)).hasSize(1);
  }

  @Test
  void aTokenThatIsRefusedIsReplacedOnce() {
    TokenProvider wrong = () -> Token.of("wrong-" + fetched.incrementAndGet());
    try (var store = store(server).credentials(EngFlowCredentials.token(wrong)).build()) {
      assertThat(end(store.invocation(INVOCATION).subscribe(received)))
          .isInstanceOf(AuthenticationException.class)
          .hasMessageNotContaining("wrong-");
    }
    assertThat(fetched).hasValue(2);
    assertThat(server.calls()).hasSize(2);
  }

  @Test
  void aFixedTokenThatIsRefusedEndsTheRead() {
    try (var store = store(server).credentials(EngFlowCredentials.token("wrong")).build()) {
      assertThat(end(store.invocation(INVOCATION).subscribe(received)))
          .isInstanceOf(AuthenticationException.class);
    }
    assertThat(server.calls()).hasSize(1);
  }

  private EngFlowCredentials current() {
    return EngFlowCredentials.token(
        () -> {
          fetched.incrementAndGet();
          return Token.of(server.token());
        });
  }
}
