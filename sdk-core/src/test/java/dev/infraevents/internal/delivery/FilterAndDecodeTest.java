package dev.infraevents.internal.delivery;

import static dev.infraevents.testing.ScriptedSource.Kind.ACK_ONLY;
import static dev.infraevents.testing.ScriptedSource.Kind.AT_LEAST_ONCE;
import static dev.infraevents.testing.ScriptedSource.Kind.AT_MOST_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.Bytes;
import dev.infraevents.DeadLetter;
import dev.infraevents.DecodingException;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.EventFilter;
import dev.infraevents.FailureAction;
import dev.infraevents.SourceSignal.Undecodable;
import dev.infraevents.internal.Timing;
import dev.infraevents.spi.TimeSource;
import dev.infraevents.testing.ScriptedMessage;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class FilterAndDecodeTest extends EngineTest {

  private final DecodingException broken = new DecodingException("no such field", null);

  private static ScriptedMessage undecodable(String id, Supplier<? extends Throwable> failure) {
    return message(id).undecodable(failure);
  }

  @Test
  void filteredMessagesAreAcknowledgedAndNotDecoded() {
    subscribe(AT_LEAST_ONCE, options -> options.filter(EventFilter.subject("wanted")));

    ScriptedMessage other =
        send(
            undecodable("other", () -> new AssertionError("decoded for nothing"))
                .subject("unwanted"));
    send(message("a").subject("wanted"));
    awaitIdle();

    assertThat(other.settled()).containsExactly("ack");
    assertThat(handler.started()).containsExactly("a");
    books().delivered(1).filtered(1).show(2);
  }

  @Test
  void aFilterThatThrowsLetsTheEventThrough() {
    subscribe(
        AT_LEAST_ONCE,
        options ->
            options.filter(
                envelope -> {
                  if (envelope.subject() == null) {
                    throw new IllegalStateException("the filter's");
                  }
                  throw new StackOverflowError("the filter's");
                }));

    send("a");
    send(message("b").subject("s"));
    awaitIdle();

    books().delivered(2).show(2);
  }

  @Test
  void aFilteredMessageWhoseAcknowledgementThrowsDoesNotReachTheReader() {
    subscribe(AT_LEAST_ONCE, options -> options.filter(envelope -> false));

    send(message("a").unsettleable(new IllegalStateException("the transport's")));

    books().filtered(1).show(1);
  }

  @Test
  void anUndecodableMessageIsSignalledAndReportedWithItsBytesAndTheStreamGoesOn() {
    subscribe(AT_LEAST_ONCE, options -> options.onFailure(FailureAction.ACK_AND_REPORT));

    ScriptedMessage bad = send(undecodable("bad", () -> broken));
    ScriptedMessage good = send(message("good"));
    awaitIdle();

    assertThat(handler.awaitSignals(Undecodable.class, 1).get(0).cause()).isSameAs(broken);
    DeadLetter dead = deadLetters.get(0);
    assertThat(dead.event()).isNull();
    assertThat(dead.raw().utf8()).isEqualTo("bad");
    assertThat(dead.cause()).isSameAs(broken);
    assertThat(dead.attempts()).isZero();
    assertThat(bad.settled()).containsExactly("ack");
    assertThat(good.settled()).containsExactly("ack");
    books().delivered(1).undecodable(1).show(2);
  }

  @Test
  void anUndecodableMessageIsAcknowledgedWhereTheSourceWouldBringItAgainAtOnce() {
    subscribe(AT_LEAST_ONCE);

    ScriptedMessage bad = send(undecodable("bad", () -> broken));
    awaitIdle();

    assertThat(bad.settled()).containsExactly("ack");
    assertThat(deadLetters).hasSize(1);
    books().undecodable(1).show(1);
  }

  @Test
  void anUndecodableMessageIsBroughtAgainIfTheApplicationWantsThat() {
    subscribe(AT_LEAST_ONCE, options -> options.onFailure(FailureAction.NACK));

    ScriptedMessage bad = send(undecodable("bad", () -> broken));
    awaitIdle();

    assertThat(bad.settled()).containsExactly("nack PT0S");
    assertThat(deadLetters).hasSize(1);
  }

  @Test
  void anUndecodableMessageIsLeftToASourceThatCanNotBeToldToBringItAgain() {
    subscribe(ACK_ONLY);

    ScriptedMessage bad = send(undecodable("bad", () -> broken));
    awaitIdle();

    assertThat(bad.settled()).containsExactly("nack PT0S");
    assertThat(deadLetters).hasSize(1);
    books().undecodable(1).show(1);
  }

  @Test
  void anUndecodableMessageWhoseDeadLetterCallbackThrowsIsNotAcknowledged() {
    subscribe(
        AT_LEAST_ONCE,
        options ->
            options
                .onFailure(FailureAction.ACK_AND_REPORT)
                .deadLetters(
                    dead -> {
                      throw new IllegalStateException("the callback's");
                    }));

    ScriptedMessage bad = send(undecodable("bad", () -> broken));
    awaitIdle();

    assertThat(bad.settled()).containsExactly("nack PT0S");
    books().undecodable(1).show(1);
  }

  @Test
  void aDecoderThatFailsInAnUnforeseenWayMakesAnUndecodableMessageWithoutItsContent() {
    subscribe(AT_MOST_ONCE);

    send(undecodable("a", () -> new IllegalStateException("token=secret")));
    send(undecodable("b", () -> new StackOverflowError("nested too deeply")));
    send("good");
    awaitIdle();

    assertThat(deadLetters)
        .extracting(DeadLetter::cause)
        .allSatisfy(
            cause ->
                assertThat(cause)
                    .isInstanceOf(DecodingException.class)
                    .hasNoCause()
                    .message()
                    .doesNotContain("secret"));
    books().delivered(1).undecodable(2).show(3);
  }

  @Test
  void aMessageWithoutAReadableEnvelopeTakesTheSameWay() {
    subscribe(AT_LEAST_ONCE, options -> options.onFailure(FailureAction.ACK_AND_REPORT));
    Bytes raw = Bytes.ofUtf8("{");

    boolean room = source().sendUnreadable(raw, broken, message("").settlement());
    awaitIdle();

    assertThat(room).isTrue();
    assertThat(deadLetters).extracting(DeadLetter::raw).containsExactly(raw);
    books().undecodable(1).show(1);
  }

  @Test
  void undecodableMessagesKeepTheirPlaceInTheOrder() {
    var goOn = new CountDownLatch(1);
    subscribe(AT_MOST_ONCE);
    handler.on("a", (event, delivery) -> goOn.await());

    send("a");
    send(undecodable("bad", () -> broken));
    handler.awaitStarted("a");
    books().inFlight(2).show(2);
    assertThat(deadLetters).isEmpty();
    goOn.countDown();
    awaitIdle();

    assertThat(deadLetters).hasSize(1);
    books().delivered(1).undecodable(1).show(2);
  }

  @Test
  void repeatedMessagesOfOverlappingConnectionsAreCounted() {
    var engine =
        new DeliveryEngine<String>(
            new EngineProfile(message("").source(), Set.of(), false),
            handler,
            DeliveryOptions.DEFAULT,
            new Timing(new TimeSource(time.clock(), time::nanoTime, time)),
            Runnable::run,
            signal -> {},
            error -> {},
            () -> {});

    assertThat(engine.repeated()).isTrue();
    engine.startDrain(NOW);

    assertThat(engine.repeated()).isFalse();
    new BookCheck(engine.stats()).deduplicated(1).show(1);
  }
}
