package dev.infraevents.testkit.engflow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.grpc.proto.eventstore.EventStoreGrpc;
import dev.infraevents.grpc.proto.eventstore.GetBuildRequest;
import dev.infraevents.grpc.proto.eventstore.GetInvocationRequest;
import dev.infraevents.grpc.proto.eventstore.StreamedBuildEvent;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Reads from the event store with the generated stubs. */
final class StoreClient implements AutoCloseable {

  private final ManagedChannel channel;
  private final EventStoreGrpc.EventStoreStub stub;

  StoreClient(FakeEngFlow engflow) {
    this.channel = PullClient.channel(engflow, InsecureChannelCredentials.create());
    Metadata headers = new Metadata();
    headers.put(Metadata.Key.of("x-test", Metadata.ASCII_STRING_MARSHALLER), "secret");
    this.stub =
        EventStoreGrpc.newStub(channel)
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  /** All events of a read that ends well. */
  List<StreamedBuildEvent> all(GetInvocationRequest.Builder request) {
    return follow(request).all();
  }

  /** All events of a read that ends well. */
  List<StreamedBuildEvent> all(GetBuildRequest.Builder request) {
    return follow(request).all();
  }

  /** How a read fails. */
  Status.Code failure(GetInvocationRequest.Builder request) {
    return statusOf(request).getCode();
  }

  /** How a read fails. */
  Status.Code failure(GetBuildRequest.Builder request) {
    Reader reader = follow(request);
    reader.ask(Integer.MAX_VALUE);
    return reader.end().getCode();
  }

  Status statusOf(GetInvocationRequest.Builder request) {
    Reader reader = follow(request);
    reader.ask(Integer.MAX_VALUE);
    return reader.end();
  }

  /** A read that gets what it asks for. */
  Reader follow(GetInvocationRequest.Builder request) {
    var reader = new Reader();
    stub.getInvocation(request.build(), reader.observer());
    return reader;
  }

  private Reader follow(GetBuildRequest.Builder request) {
    var reader = new Reader();
    stub.getBuild(request.build(), reader.observer());
    return reader;
  }

  @Override
  public void close() {
    channel.shutdownNow();
    try {
      assertThat(channel.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** One call. */
  static final class Reader implements AutoCloseable {
    private final BlockingQueue<Object> received = new LinkedBlockingQueue<>();
    private ClientCallStreamObserver<?> call;

    private <Q> ClientResponseObserver<Q, StreamedBuildEvent> observer() {
      return new ClientResponseObserver<>() {
        @Override
        public void beforeStart(ClientCallStreamObserver<Q> requests) {
          requests.disableAutoRequestWithInitial(0);
          call = requests;
        }

        @Override
        public void onNext(StreamedBuildEvent event) {
          received.add(event);
        }

        @Override
        public void onError(Throwable error) {
          received.add(Status.fromThrowable(error));
        }

        @Override
        public void onCompleted() {
          received.add(Status.OK);
        }
      };
    }

    void ask(int messages) {
      call.request(messages);
    }

    StreamedBuildEvent next() {
      return (StreamedBuildEvent) take();
    }

    /** How the call ends, after whatever is still to come. */
    Status end() {
      Object next = take();
      while (!(next instanceof Status)) {
        next = take();
      }
      return (Status) next;
    }

    List<StreamedBuildEvent> all() {
      ask(Integer.MAX_VALUE);
      List<StreamedBuildEvent> events = new ArrayList<>();
      Object next = take();
      while (next instanceof StreamedBuildEvent event) {
        events.add(event);
        next = take();
      }
      assertThat(next).isEqualTo(Status.OK);
      return events;
    }

    private Object take() {
      try {
        Object next = received.poll(10, TimeUnit.SECONDS);
        assertThat(next).as("what comes within 10 s").isNotNull();
        return next;
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void close() {
      call.cancel("closed", null);
    }
  }
}
