package dev.infraevents.testkit.pubsub;

import com.google.pubsub.v1.ReceivedMessage;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The streams of a queue, which take turns, pass by pass. Guarded by the queue's lock. */
final class Takers {

  /** What a stream gets in one response. */
  record Batch(PubSubStream stream, List<ReceivedMessage> messages) {
    void send() {
      stream.sendMessages(messages);
    }
  }

  private final List<PubSubStream> streams = new ArrayList<>();
  private final List<PubSubStream> taking = new ArrayList<>();
  private final List<PubSubStream> served = new ArrayList<>();
  private int turn;

  void add(PubSubStream stream) {
    if (stream.isOpenNow()) {
      streams.add(stream);
    }
  }

  void remove(PubSubStream stream) {
    streams.remove(stream);
  }

  /** Begins a pass; false if there is nobody for it. */
  boolean begin(Backlog backlog) {
    taking.clear();
    for (PubSubStream stream : streams) {
      if (stream.hasRoom() && stream.isReady()) {
        taking.add(stream);
        backlog.unpark(stream.parked);
      }
    }
    return hasRoom();
  }

  boolean hasRoom() {
    return !taking.isEmpty();
  }

  /** Whose turn it is. */
  PubSubStream next() {
    turn = turn < taking.size() ? turn : 0;
    return taking.get(turn++);
  }

  /** A stream that has to get something; null if it takes nothing now. */
  @Nullable PubSubStream ifTaking(Object stream) {
    int index = taking.indexOf(stream);
    return index < 0 ? null : taking.get(index);
  }

  /** Puts a delivery into the batch of its stream. */
  void give(PubSubStream stream, Lease lease, ReceivedMessage message) {
    if (stream.batch.isEmpty()) {
      served.add(stream);
    }
    stream.take(lease, message);
    if (!stream.hasRoom()) {
      taking.remove(stream);
    }
  }

  /** What has been given in this pass. */
  List<Batch> finish() {
    List<Batch> batches = new ArrayList<>(served.size());
    served.forEach(stream -> batches.add(new Batch(stream, stream.takeBatch())));
    served.clear();
    return batches;
  }
}
