package dev.infraevents.pubsub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.google.pubsub.v1.ReceivedMessage;
import com.google.pubsub.v1.StreamingPullRequest;
import com.google.pubsub.v1.StreamingPullResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.grpc.protobuf.ProtoUtils;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Both sides of the interceptor, without either client or server. */
class PullStreamTest {

  private static final MethodDescriptor<StreamingPullRequest, StreamingPullResponse> PULL =
      method("StreamingPull", MethodType.BIDI_STREAMING);
  private static final MethodDescriptor<StreamingPullRequest, StreamingPullResponse> OTHER =
      method("Acknowledge", MethodType.UNARY);

  private static final StreamingPullRequest FIRST =
      StreamingPullRequest.newBuilder().setSubscription("s").build();
  private static final StreamingPullRequest PING = StreamingPullRequest.getDefaultInstance();
  private static final StreamingPullResponse EMPTY = StreamingPullResponse.getDefaultInstance();
  private static final StreamingPullResponse MESSAGE =
      StreamingPullResponse.newBuilder()
          .addReceivedMessages(ReceivedMessage.newBuilder().setAckId("1"))
          .build();

  private final List<String> heard = new ArrayList<>(); // by observer and client, in order
  private final List<Runnable> pings = new ArrayList<>();
  private final List<ServerSide> calls = new ArrayList<>();
  private final PullStream stream = new PullStream(new Notes(), new UnaryCalls());
  private final Channel server =
      new Channel() {
        @Override
        @SuppressWarnings("unchecked") // there is only this kind of call
        public <Q, A> ClientCall<Q, A> newCall(MethodDescriptor<Q, A> method, CallOptions options) {
          var call = new ServerSide();
          calls.add(call);
          return (ClientCall<Q, A>) call;
        }

        @Override
        public String authority() {
          return "server";
        }
      };

  private static MethodDescriptor<StreamingPullRequest, StreamingPullResponse> method(
      String name, MethodType type) {
    return MethodDescriptor.<StreamingPullRequest, StreamingPullResponse>newBuilder()
        .setType(type)
        .setFullMethodName("google.pubsub.v1.Subscriber/" + name)
        .setRequestMarshaller(ProtoUtils.marshaller(StreamingPullRequest.getDefaultInstance()))
        .setResponseMarshaller(ProtoUtils.marshaller(StreamingPullResponse.getDefaultInstance()))
        .build();
  }

  private final class Notes implements PullStream.Observer {

    @Override
    public void alive() {
      heard.add("alive");
    }

    @Override
    public void answered(StreamingPullResponse response) {
      heard.add("answered " + response.getReceivedMessagesCount());
    }

    @Override
    public void pinged(Runnable answer) {
      pings.add(answer);
    }

    @Override
    public void ended(Status status) {
      heard.add("ended " + status.getCode());
    }
  }

  /** What arrives at the server, and what it answers. */
  private static final class ServerSide
      extends ClientCall<StreamingPullRequest, StreamingPullResponse> {

    private final List<Object> received = new ArrayList<>();
    private Listener<StreamingPullResponse> client;

    @Override
    public void start(Listener<StreamingPullResponse> listener, Metadata headers) {
      client = listener;
    }

    @Override
    public void request(int messages) {}

    @Override
    public void cancel(String message, Throwable cause) {
      received.add("cancelled");
    }

    @Override
    public void halfClose() {
      received.add("half closed");
    }

    @Override
    public void sendMessage(StreamingPullRequest message) {
      received.add(message);
    }
  }

  private ClientCall<StreamingPullRequest, StreamingPullResponse> started(
      MethodDescriptor<StreamingPullRequest, StreamingPullResponse> method) {
    var call = stream.interceptCall(method, CallOptions.DEFAULT, server);
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onMessage(StreamingPullResponse message) {
            heard.add("client " + message.getReceivedMessagesCount());
          }

          @Override
          public void onClose(Status status, Metadata trailers) {
            heard.add("client ended " + status.getCode());
          }
        },
        new Metadata());
    return call;
  }

  @Test
  void anAnswerIsNotedBeforeTheClientHasIt() {
    started(PULL).sendMessage(FIRST);
    calls.get(0).client.onMessage(MESSAGE);
    assertThat(calls.get(0).received).containsExactly(FIRST);
    assertThat(heard).containsExactly("alive", "answered 1", "client 1");
    assertThat(pings).isEmpty();
  }

  @Test
  void aPingIsAnsweredForTheClientIfTheServerDoesNot() {
    var call = started(PULL);
    call.sendMessage(FIRST);
    call.sendMessage(PING);
    assertThat(calls.get(0).received).containsExactly(FIRST, PING);
    pings.get(0).run();
    assertThat(heard).endsWith("client 0");
  }

  @Test
  void aPingIsNotAnsweredForTheClientIfTheServerHas() {
    var call = started(PULL);
    call.sendMessage(PING);
    calls.get(0).client.onMessage(EMPTY);
    heard.clear();
    pings.get(0).run();
    assertThat(heard).isEmpty();
    call.sendMessage(PING);
    pings.get(1).run();
    assertThat(heard).endsWith("client 0");
  }

  @Test
  void aPingIsNotAnsweredForTheClientAfterTheEnd() {
    started(PULL).sendMessage(PING);
    calls.get(0).client.onClose(Status.OK, new Metadata());
    heard.clear();
    pings.get(0).run();
    assertThat(heard).isEmpty();
  }

  @Test
  void theClientDoesNotHearOfTheEndAndWhatItSendsThenGoesNowhere() {
    var call = started(PULL);
    call.sendMessage(FIRST);
    calls.get(0).client.onClose(Status.UNAVAILABLE, new Metadata());
    call.sendMessage(PING);
    assertThat(heard).containsExactly("ended UNAVAILABLE");
    assertThat(calls.get(0).received).containsExactly(FIRST);
    assertThat(pings).isEmpty();
  }

  @Test
  void aSecondStreamIsRefused() {
    started(PULL);
    calls.get(0).client.onClose(Status.UNAVAILABLE, new Metadata());
    assertThatIllegalStateException().isThrownBy(() -> started(PULL));
  }

  @Test
  void aStreamThatWasStoppedIsCancelledAndNobodyIsToldOfItsEnd() {
    started(PULL);
    stream.stop();
    calls.get(0).client.onClose(Status.CANCELLED, new Metadata());
    assertThat(calls.get(0).received).containsExactly("cancelled");
    assertThat(heard).isEmpty();
  }

  @Test
  void noStreamIsOpenedOnceItWasStopped() {
    stream.stop();
    assertThatIllegalStateException().isThrownBy(() -> started(PULL));
  }

  @Test
  void anAnswerToAnotherCallIsASignOfLife() {
    started(OTHER);
    calls.get(0).client.onMessage(EMPTY);
    calls.get(0).client.onClose(Status.OK, new Metadata());
    assertThat(heard).containsExactly("alive", "client 0", "client ended OK");
  }

  @Test
  void otherCallsGoOnAfterTheEndOfTheStream() {
    started(PULL);
    calls.get(0).client.onClose(Status.UNAVAILABLE, new Metadata());
    started(OTHER).sendMessage(FIRST);
    assertThat(calls.get(1).received).containsExactly(FIRST);
  }

  @Test
  void anAbandonedClientIsRefusedWithoutAskingTheServer() {
    started(PULL);
    stream.abandon();
    var call = started(OTHER);
    call.sendMessage(FIRST);
    call.halfClose();
    call.request(1);
    call.cancel("no", null);
    assertThat(calls).hasSize(1);
    assertThat(heard).containsExactly("client ended FAILED_PRECONDITION");
  }
}
