package dev.infraevents.websocket.garm;

import dev.infraevents.AuthenticationException;
import dev.infraevents.Bytes;
import dev.infraevents.ConfigurationException;
import dev.infraevents.DecodingException;
import dev.infraevents.ProtocolException;
import dev.infraevents.SourceException;
import dev.infraevents.Token;
import dev.infraevents.TransportException;
import dev.infraevents.spi.Connection;
import dev.infraevents.spi.ConnectionContext;
import dev.infraevents.spi.InboundMessage;
import dev.infraevents.spi.OneLine;
import dev.infraevents.spi.Settlement;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import okhttp3.Response;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;
import okio.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * One websocket to GARM: hands messages on, and works out why it ended. OkHttp calls the listener's
 * methods on one thread, the reader of this connection.
 *
 * @param <P> the payload class
 */
abstract class GarmConnection<P> extends WebSocketListener implements Connection {

  private static final int NORMAL = 1000;
  private static final int PROTOCOL_ERROR = 1002;
  private static final int TOO_BIG = 1009;

  /** The server's clock may be ahead of ours by this much when it closes at a token's expiry. */
  private static final Duration CLOCK_TOLERANCE = Duration.ofSeconds(30);

  /** What a server decides on at once has happened within this time. */
  static final Duration EARLY = Duration.ofSeconds(2);

  final ConnectionContext<P> context;
  final URI source;
  final Token token;
  private final GarmTransport<P> transport;
  private final @Nullable Instant expiry;
  private final boolean isEndless;

  private final AtomicBoolean closing = new AtomicBoolean();
  private volatile @Nullable WebSocket socket; // set by open, before anything is sent
  private volatile boolean upgraded;
  private Instant upgradedAt = Instant.MIN; // reader only

  GarmConnection(GarmTransport<P> transport, ConnectionContext<P> context, Token token) {
    this.transport = transport;
    this.context = context;
    this.token = token;
    this.source = transport.base().uri();
    // A provider need not know the expiry; the token itself does, if it is one of GARM's.
    this.expiry =
        token.expiresAt() != null ? token.expiresAt() : Token.ofJwt(token.value()).expiresAt();
    this.isEndless = expiry == null && token.value().chars().filter(c -> c == '.').count() == 2;
  }

  /** Reads one message. */
  abstract InboundMessage<P> read(Bytes message) throws DecodingException;

  /** The connection is up; nothing has been received. */
  void onUpgrade() {}

  /** Hands a message on. */
  void deliver(InboundMessage<P> message) {
    context.message(message);
  }

  /** A message could not be read. */
  void onUnreadable(Bytes message) {}

  /** GARM has closed with a bare 1000, and not because of the token. */
  SourceException bareClose() {
    return new TransportException(
        source + " closed the connection without a reason: it is probably restarting", null);
  }

  /** The connection is over, for whatever reason. */
  void onEnd() {}

  final void opened(WebSocket webSocket) {
    socket = webSocket;
  }

  final boolean isClosing() {
    return closing.get();
  }

  final void send(String text) {
    WebSocket open = socket;
    if (open != null) {
      open.send(text);
    }
  }

  @Override
  public final void onOpen(WebSocket webSocket, Response response) {
    socket = webSocket;
    if (closing.get()) {
      webSocket.close(NORMAL, null);
      return;
    }
    upgraded = true;
    upgradedAt = context.now();
    transport.upgraded();
    onUpgrade();
    context.streaming(false);
  }

  @Override
  public final void onMessage(WebSocket webSocket, String text) {
    received(Bytes.ofUtf8(text));
  }

  @Override
  public final void onMessage(WebSocket webSocket, ByteString bytes) {
    received(Bytes.of(bytes.toByteArray()));
  }

  private void received(Bytes frame) {
    InboundMessage<P> message;
    try {
      message = read(frame);
    } catch (DecodingException e) {
      onUnreadable(frame);
      context.undecodable(frame, e, Settlement.none());
      return;
    }
    deliver(message);
  }

  @Override
  public final void onClosing(WebSocket webSocket, int code, String reason) {
    closing.set(true);
    webSocket.close(NORMAL, null);
    onEnd();
    context.failed(closed(code, reason));
  }

  @Override
  public final void onFailure(WebSocket webSocket, Throwable error, @Nullable Response response) {
    onEnd();
    context.failed(failure(error, response));
  }

  private SourceException failure(Throwable error, @Nullable Response response) {
    if (upgraded) {
      return GarmRefusal.lost(transport.base(), error);
    }
    if (response == null) {
      return GarmRefusal.unreachable(transport.base(), error, transport.hasWorked());
    }
    try {
      Instant expired = GarmRefusal.expired(token, context.now());
      return GarmRefusal.of(
          transport.base(),
          transport.kind(),
          GarmAnswer.of(response, transport.secrets(token)),
          expired,
          transport.hasWorked());
    } catch (IOException e) {
      return GarmRefusal.unreachable(transport.base(), e, transport.hasWorked());
    }
  }

  /** GARM closes with a bare 1000 for almost everything; only the circumstances tell why. */
  private SourceException closed(int code, String reason) {
    if (code == TOO_BIG) {
      return new ConfigurationException(source + " finds a message too big (1009)", null);
    }
    if (code == PROTOCOL_ERROR) {
      return new ProtocolException(source + " reports a protocol error (1002)", null, true);
    }
    if (code != NORMAL || !reason.isEmpty()) {
      String words = OneLine.of(reason);
      return new TransportException(
          source + " closed the connection with code " + code + " (" + words + ")", null);
    }
    if (expiry != null && !context.now().isBefore(expiry.minus(CLOCK_TOLERANCE))) {
      return new TransportException(
          source + " closed the connection because its token expired at " + expiry, null);
    }
    // A line of the log can slip through before that, so messages prove nothing.
    boolean early = context.now().isBefore(upgradedAt.plus(EARLY));
    if (early && isEndless) {
      return new AuthenticationException(
          source + " closed the connection at once: it does so when a token has no expiry (exp)",
          0,
          null);
    }
    return bareClose();
  }

  @Override
  public final void stopReceiving() {
    close(); // there is nothing to settle on it
  }

  @Override
  public final void close() {
    if (!closing.compareAndSet(false, true)) {
      return; // a second close would cut off the goodbye of the first
    }
    onEnd();
    WebSocket open = socket;
    if (open == null) {
      return;
    }
    if (upgraded || transport.kind().isFragile()) {
      // Before the upgrade the frame waits for it. A dead peer is cut off by OkHttp after 1 s.
      open.close(NORMAL, null);
    } else {
      open.cancel(); // there is nobody to say goodbye to
    }
  }
}
