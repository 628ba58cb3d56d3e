package dev.infraevents.grpc;

import dev.infraevents.AckOutcome;
import dev.infraevents.DecodingException;
import dev.infraevents.engflow.EngFlowPayload;
import dev.infraevents.grpc.proto.notification.PullNotificationRequest;
import dev.infraevents.grpc.proto.notification.PullNotificationResponse;
import dev.infraevents.spi.Connection;
import dev.infraevents.spi.ConnectionContext;
import dev.infraevents.spi.Settlement;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One Pull call, on a channel of its own: a reader in EngFlow's words. gRPC calls the listener's
 * methods one after the other on the thread that reads the socket, with locks of its own in its
 * hands: nothing in them may wait for a thread that sends.
 */
final class PullConnection extends ClientCall.Listener<Received<PullNotificationResponse>>
    implements Connection {

  /**
   * A server need not answer a call before it has something to deliver. What it refuses, it refuses
   * within this time.
   */
  private static final Duration REFUSAL = Duration.ofSeconds(1);

  private static final Duration LINGER = Duration.ofMillis(5);
  private static final int MAX_BATCH = 100;

  private final PullTransport transport;
  private final ConnectionContext<EngFlowPayload> context;
  private final ManagedChannel channel;
  private final ClientCall<PullNotificationRequest, Received<PullNotificationResponse>> call;
  private final Acknowledgements acknowledgements = new Acknowledgements();
  private final CompletableFuture<Void> closed = new CompletableFuture<>();

  private final AtomicBoolean ready = new AtomicBoolean();
  private final AtomicBoolean accepted = new AtomicBoolean();
  private final AtomicBoolean closing = new AtomicBoolean();
  private final AtomicBoolean demanded = new AtomicBoolean(); // one message at a time
  private volatile boolean draining;
  private volatile boolean finishing;

  /** How many want to send; the first of them does it for all. */
  private final AtomicInteger senders = new AtomicInteger();

  private volatile boolean lastSent; // no acknowledgement follows
  private boolean halfClosed; // by whoever sends

  PullConnection(
      PullTransport transport, ConnectionContext<EngFlowPayload> context, ManagedChannel channel) {
    this.transport = transport;
    this.context = context;
    this.channel = channel;
    this.call = channel.newCall(PullTransport.PULL, transport.callOptions());
  }

  void start(Metadata headers, PullNotificationRequest first) {
    context.onRoom(this::demand);
    call.start(this, headers);
    call.sendMessage(first);
    demand();
  }

  // From the server: the reader.

  @Override
  public void onReady() {
    if (ready.compareAndSet(false, true)) {
      context.schedule(this::accepted, REFUSAL);
    }
    flush();
  }

  @Override
  public void onHeaders(Metadata headers) {
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
    // Receipts come behind notifications that nobody will handle any more.
    if (room || finishing || (draining && acknowledgements.hasUnanswered())) {
      demand();
    }
  }

  private boolean deliver(
      Received<PullNotificationResponse> received,
      PullNotificationResponse.AcknowledgeableNotification item) {
    Instant now = context.now();
    var settlement =
        new PullSettlement(this, item.getToken(), now.plus(transport.options().usableWindow()));
    NotificationMessage message;
    try {
      message =
          new NotificationMessage(
              received.raw(), item.getNotification(), transport.source(), now, settlement);
    } catch (DecodingException e) {
      return context.undecodable(received.raw(), e, settlement);
    }
    return context.message(message);
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    closing.set(true);
    end();
    context.failed(transport.ended(status, trailers));
  }

  // To the server: any thread.

  CompletionStage<AckOutcome> acknowledge(String token, Instant deadline) {
    Acknowledgements.Added added = acknowledgements.add(token);
    if (added == null) {
      return CompletableFuture.completedStage(AckOutcome.STREAM_GONE);
    }
    boolean urgent = draining || !context.now().isBefore(deadline.minus(REFUSAL));
    if (urgent || added.unsent() >= MAX_BATCH) {
      flush();
    } else if (added.unsent() == 1) {
      context.schedule(this::flush, LINGER);
    }
    return added.outcome();
  }

  private void demand() {
    if (demanded.compareAndSet(false, true)) {
      call.request(1);
    }
  }

  /** Sends what can be sent now. Whoever comes while another thread sends leaves it to that one. */
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
      List<String> tokens = call.isReady() ? acknowledgements.takeUnsent() : List.of();
      if (!tokens.isEmpty()) {
        call.sendMessage(
            PullNotificationRequest.newBuilder().addAllAcknowledgementTokens(tokens).build());
      }
      if (lastSent && !halfClosed) {
        halfClosed = true;
        call.halfClose();
      }
    } catch (IllegalStateException e) {
      end(); // cancelled meanwhile: what it would have sent is worth nothing
    }
  }

  // From the core.

  @Override
  public void stopReceiving() {
    draining = true;
    flush();
  }

  @Override
  public CompletionStage<Void> finish() {
    stopReceiving();
    finishing = true;
    demand();
    acknowledgements.awaitReceipts().thenRun(this::sayGoodbye);
    return closed;
  }

  private void sayGoodbye() {
    lastSent = true;
    flush();
  }

  @Override
  public void close() {
    if (closing.compareAndSet(false, true)) {
      flush();
      call.cancel("closed", null);
    }
    end();
  }

  private void end() {
    acknowledgements.end();
    channel.shutdownNow();
    closed.complete(null);
  }
}
