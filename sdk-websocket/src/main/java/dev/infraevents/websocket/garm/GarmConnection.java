package dev.infraevents.websocket.garm;

import dev.infraevents.AuthenticationException;
import dev.infraevents.Bytes;
import dev.infraevents.ConfigurationException;
import dev.infraevents.DecodingException;
import dev.infraevents.ProtocolException;
import dev.infraevents.SourceException;
import dev.infraevents.Token;
import dev.infraevents.TransportException;
import dev.infraevents.garm.GarmDecoder;
import dev.infraevents.garm.GarmFilter;
import dev.infraevents.garm.GarmPayload;
import dev.infraevents.spi.Connection;
import dev.infraevents.spi.ConnectionContext;
import dev.infraevents.spi.Settlement;
import dev.infraevents.websocket.internal.OneLine;
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
 * One websocket to GARM: sends the filter, hands frames on, and works out why it ended. OkHttp
 * calls the listener's methods on one thread, the reader of this connection.
 */
final class GarmConnection extends WebSocketListener implements Connection {

  private static final int NORMAL = 1000;
  private static final int PROTOCOL_ERROR = 1002;
  private static final int TOO_BIG = 1009;

  /** A close within this time of a filter, without an event in between, may be its rejection. */
  private static final Duration REJECTION_WINDOW = Duration.ofSeconds(2);

  /** The server's clock may be ahead of ours by this much when it closes at a token's expiry. */
  private static final Duration CLOCK_TOLERANCE = Duration.ofSeconds(30);

  private final GarmDecoder decoder = new GarmDecoder();
  private final GarmTransport transport;
  private final ConnectionContext<GarmPayload> context;
  private final Token token;
  private final URI source;
  private final @Nullable Instant expiry;
  private final boolean isEndless;

  private final AtomicBoolean closing = new AtomicBoolean();
  private volatile @Nullable WebSocket socket; // set by open, before anything is sent
  private volatile @Nullable GarmFilter filter; // the newest that was sent
  private volatile @Nullable Instant filterSentAt; // null once an event proves that it was accepted
  private @Nullable String complaint; // reader only
  private boolean upgraded; // reader only

  GarmConnection(
      GarmTransport transport, ConnectionContext<GarmPayload> context, Token token, URI source) {
    this.transport = transport;
    this.context = context;
    this.token = token;
    this.source = source;
    // A provider need not know the expiry; the token itself does, if it is one of GARM's.
    this.expiry =
        token.expiresAt() != null ? token.expiresAt() : Token.ofJwt(token.value()).expiresAt();
    this.isEndless = expiry == null && token.value().chars().filter(c -> c == '.').count() == 2;
  }

  void opened(WebSocket webSocket) {
    socket = webSocket;
  }

  /**
   * Sends the filter that is wanted now, unless it was the last that was sent. GARM does not
   * acknowledge a filter; a refusal shows as a close.
   */
  synchronized void sendFilter() {
    WebSocket open = socket;
    GarmFilter wanted = transport.filter();
    if (open != null && !wanted.equals(filter)) {
      filter = wanted;
      filterSentAt = context.now();
      open.send(wanted.toJson());
    }
  }

  @Override
  public void onOpen(WebSocket webSocket, Response response) {
    socket = webSocket;
    upgraded = true;
    if (closing.get()) {
      webSocket.cancel();
      return;
    }
    transport.upgraded(this);
    if (closing.get()) {
      transport.closed(this); // closed meanwhile: it must not be kept
    }
    context.streaming(false);
  }

  @Override
  public void onMessage(WebSocket webSocket, String text) {
    deliver(Bytes.ofUtf8(text));
  }

  @Override
  public void onMessage(WebSocket webSocket, ByteString bytes) {
    deliver(Bytes.of(bytes.toByteArray()));
  }

  private void deliver(Bytes frame) {
    try {
      context.message(decoder.read(frame, source, context.now()));
      filterSentAt = null;
      transport.filterWorks();
    } catch (DecodingException e) {
      complaint = complaint(frame);
      context.undecodable(frame, e, Settlement.none());
    }
  }

  // Once in a hundred rejections the reason arrives before the close, as plain text.
  private static @Nullable String complaint(Bytes frame) {
    String text = frame.utf8();
    return text.equals("invalid filter") || text.equals("failed to unmarshal filter") ? text : null;
  }

  @Override
  public void onClosing(WebSocket webSocket, int code, String reason) {
    outlived();
    webSocket.close(NORMAL, null);
    closing.set(true);
    transport.closed(this);
    context.failed(closed(code, reason));
  }

  @Override
  public void onFailure(WebSocket webSocket, Throwable error, @Nullable Response response) {
    outlived();
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
      return new ConfigurationException(source + " finds the filter too big (1009)", null);
    }
    if (code == PROTOCOL_ERROR) {
      return new ProtocolException(source + " reports a protocol error (1002)", null, true);
    }
    if (code != NORMAL || !reason.isEmpty()) {
      String words = OneLine.of(reason);
      return new TransportException(
          source + " closed the connection with code " + code + " (" + words + ")", null);
    }
    if (complaint != null) {
      return transport.rejected(filter, complaint);
    }
    if (expiry != null && !context.now().isBefore(expiry.minus(CLOCK_TOLERANCE))) {
      return new TransportException(
          source + " closed the connection because its token expired at " + expiry, null);
    }
    if (closedRightAfterFilter()) {
      return isEndless ? withoutExpiry() : transport.maybeRejected(filter);
    }
    return new TransportException(
        source + " closed the connection without a reason: it is probably restarting", null);
  }

  private SourceException withoutExpiry() {
    return new AuthenticationException(
        source + " closed the connection at once: it does so when a token has no expiry (exp)",
        0,
        null);
  }

  // A filter that has stood for this long was accepted, whether or not an event has come.
  private void outlived() {
    if (upgraded && !closedRightAfterFilter()) {
      transport.filterWorks();
    }
  }

  private boolean closedRightAfterFilter() {
    Instant sent = filterSentAt;
    return sent != null && context.now().isBefore(sent.plus(REJECTION_WINDOW));
  }

  @Override
  public void stopReceiving() {
    close(); // there is nothing to settle on it
  }

  @Override
  public void close() {
    if (!closing.compareAndSet(false, true)) {
      return; // a second close would cut off the goodbye of the first
    }
    transport.closed(this);
    WebSocket open = socket;
    // Before the upgrade there is nobody to say goodbye to; a dead peer is cut off by OkHttp after
    // 1 s.
    if (open != null && (filter == null || !open.close(NORMAL, null))) {
      open.cancel();
    }
  }
}
