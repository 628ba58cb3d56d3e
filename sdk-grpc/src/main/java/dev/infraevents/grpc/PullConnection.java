package dev.infraevents.grpc;

import dev.infraevents.AckOutcome;
import dev.infraevents.Bytes;
import dev.infraevents.DecodingException;
import dev.infraevents.Token;
import dev.infraevents.TransportException;
import dev.infraevents.engflow.EngFlow;
import dev.infraevents.engflow.EngFlowPayload;
import dev.infraevents.grpc.proto.notification.PullNotificationRequest;
import dev.infraevents.grpc.proto.notification.PullNotificationResponse;
import dev.infraevents.spi.Connection;
import dev.infraevents.spi.ConnectionContext;
import dev.infraevents.spi.Settlement;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One Pull call, on a channel of its own: a reader in EngFlow's words.
 *
 * <p>gRPC calls the listener's methods on the thread that reads the socket, with the lock in its
 * hands that sending needs. What waits for an acknowledgement's outcome runs there as well, and is
 * the application's. So no thread of the application ever sends or asks: those that read and the
 * timers do.
 */
final class PullConnection extends ClientCall.Listener<Received<PullNotificationResponse>>
    implements Connection {

  /** How long an acknowledgement waits for others, to be sent with them. */
  private static final Duration LINGER = Duration.ofMillis(1);

  private static final int MAX_BATCH = 100;

  /** How long an outcome waits for a receipt that is behind what there is no room for. */
  private static final Duration RECEIPT = Duration.ofMillis(20);

  private final PullTransport transport;
  private final ConnectionContext<EngFlowPayload> context;
  private final RpcChannel channel;
  private final @Nullable Token token;
  private final @Nullable InvocationReads reads;
  private final ClientCall<PullNotificationRequest, Received<PullNotificationResponse>> call;
  private final Acknowledgements acknowledgements = new Acknowledgements();
  private final CompletableFuture<Void> closed = new CompletableFuture<>();

  private final AtomicBoolean ready = new AtomicBoolean();
  private final AtomicBoolean accepted = new AtomicBoolean();
  private final AtomicBoolean closing = new AtomicBoolean();
  private final AtomicBoolean demanded = new AtomicBoolean(); // one message at a time
  private final AtomicBoolean awaiting = new AtomicBoolean(); // a receipt, for an outcome
  private volatile boolean draining;
  private volatile boolean finishing;

  /** How many want to send; the first of them does it for all. */
  private final AtomicInteger senders = new AtomicInteger();

  private volatile boolean lastSent; // no acknowledgement follows
  private boolean halfClosed; // by whoever sends

  PullConnection(
      PullTransport transport,
      ConnectionContext<EngFlowPayload> context,
      RpcChannel channel,
      @Nullable Token token) {
    this.transport = transport;
    this.context = context;
    this.channel = channel;
    this.token = token;
    this.call = channel.channel().newCall(PullTransport.PULL, CallOptions.DEFAULT);
    InvocationProgress invocations = transport.invocations();
    this.reads =
        invocations == null
            ? null
            : new InvocationReads(
                context,
                invocations,
                2 * transport.options().maxInvocations(),
                () -> channel.onReader(this::demandMore));
  }

  void start(Metadata headers, PullNotificationRequest first) {
    context.onRoom(() -> channel.onReader(this::demandMore));
    call.start(this, headers);
    call.sendMessage(first);
    demand();
  }

  // From the server: the reader.

  @Override
  public void onReady() {
    if (ready.compareAndSet(false, true)) {
      context.schedule(this::accepted, transport.refusal());
    }
  }

  @Override
  public void onHeaders(Metadata headers) {
    transport.worked();
    accepted();
  }

  private void accepted() {
    if (accepted.compareAndSet(false, true)) {
      context.streaming(transport.accepted());
    }
  }

  @Override
  public void onMessage(Received<PullNotificationResponse> received) {
    demanded.set(false);
    transport.worked();
    accepted();
    PullNotificationResponse response = received.message();
    boolean room = true;
    if (response == null) {
      var cause = new DecodingException("a response of Pull is no valid message", null);
      room = context.undecodable(received.raw(), cause, Settlement.none());
    } else {
      response.getAcknowledgementReceiptList().forEach(acknowledgements::answered);
      if (response.hasNotification()) {
        room = deliver(received, response.getNotification());
      }
    }
    if (wantsMore(room)) {
      demand();
    } else {
      awaitReceipts();
    }
  }

  private boolean wantsMore(boolean room) {
    if (draining) {
      // Receipts come behind notifications that nobody will handle any more.
      return finishing || acknowledgements.hasUnanswered();
    }
    return room && (reads == null || !reads.isFull());
  }

  /** A handler that waits for an outcome must not wait for the room that only it can make. */
  private void awaitReceipts() {
    if (acknowledgements.hasUnanswered() && awaiting.compareAndSet(false, true)) {
      context.schedule(this::missReceipts, RECEIPT);
    }
  }

  private void missReceipts() {
    awaiting.set(false);
    if (!demanded.get()) {
      acknowledgements.saySent();
    }
  }

  private boolean deliver(
      Received<PullNotificationResponse> received,
      PullNotificationResponse.AcknowledgeableNotification item) {
    Bytes raw = received.raw();
    Instant now = context.now();
    var settlement =
        new PullSettlement(this, item.getToken(), now.plus(transport.options().usableWindow()));
    NotificationContent content;
    try {
      content = NotificationContent.of(item.getNotification().getPayload());
    } catch (DecodingException e) {
      return context.undecodable(raw, e, settlement);
    }
    return context.message(
        new NotificationMessage(
            raw,
            item.getNotification(),
            content,
            transport.source(),
            now,
            reads != null && content.type().equals(EngFlow.INVOCATION_FINISHED)
                ? new FinishedInvocation(content, raw, settlement, reads)
                : settlement));
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    closing.set(true);
    try {
      end();
    } finally {
      context.failed(transport.ended(status, trailers, channel.watch(), token));
    }
  }

  // To the server.

  CompletionStage<AckOutcome> acknowledge(String token) {
    Acknowledgements.Added added = acknowledgements.add(token);
    if (added == null) {
      return CompletableFuture.completedStage(AckOutcome.STREAM_GONE);
    }
    if (added.unsent() == 1) {
      context.schedule(this::flush, LINGER);
    } else if (added.unsent() == MAX_BATCH) {
      context.schedule(this::flush, Duration.ZERO);
    }
    return added.outcome();
  }

  private void demandMore() {
    if (wantsMore(true)) {
      demand();
    }
  }

  private void demand() {
    if (demanded.compareAndSet(false, true)) {
      call.request(1);
    }
  }

  /** Sends what can be sent. Whoever comes while another thread is at it leaves it to that one. */
  private void flush() {
    if (senders.getAndIncrement() > 0) {
      return;
    }
    int left = 1;
    do {
      send();
      left = senders.addAndGet(-left);
    } while (left > 0);
  }

  private void send() {
    try {
      // Ready or not: what there is to send is bounded by what was received, and while gRPC hands
      // on
      // the first messages of a call it is not ready, and does not say when it is.
      List<String> tokens = acknowledgements.takeUnsent();
      if (!tokens.isEmpty()) {
        call.sendMessage(
            PullNotificationRequest.newBuilder().addAllAcknowledgementTokens(tokens).build());
        afterSending();
      }
      if (lastSent && !halfClosed) {
        halfClosed = true;
        call.halfClose();
      }
    } catch (RuntimeException e) { // cancelled meanwhile, as a rule: nothing is worth sending
      end();
      context.failed(new TransportException("the call to " + transport.source() + " broke", e));
    }
  }

  private void afterSending() {
    if (draining) {
      channel.onReader(this::demand);
    } else if (!demanded.get()) {
      awaitReceipts();
    }
  }

  // From the core.

  @Override
  public void stopReceiving() {
    draining = true;
    endReads();
    channel.onReader(this::drain);
  }

  private void drain() {
    flush();
    if (wantsMore(false)) {
      demand();
    }
  }

  @Override
  public CompletionStage<Void> finish() {
    draining = true;
    finishing = true;
    channel.onReader(this::drain);
    acknowledgements.awaitReceipts().thenRun(() -> channel.onReader(this::sayGoodbye));
    return closed;
  }

  private void sayGoodbye() {
    lastSent = true;
    flush();
  }

  @Override
  public void close() {
    if (closing.compareAndSet(false, true)) {
      endReads();
      channel.onReader(this::cancel);
    }
  }

  private void cancel() {
    flush();
    call.cancel("closed", null);
    end();
  }

  private void endReads() {
    if (reads != null) {
      reads.end();
    }
  }

  private void end() {
    endReads();
    acknowledgements.end();
    channel.close();
    closed.complete(null);
  }
}
