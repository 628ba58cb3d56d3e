package dev.infraevents.grpc;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import dev.infraevents.Bytes;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * A response and the bytes it came in. One that can not be parsed is handed on as well: an
 * exception in a marshaller would end the whole call.
 *
 * @param raw exactly what arrived
 * @param message what it says, or null if it can not be parsed
 */
record Received<T>(Bytes raw, @Nullable T message) {

  /**
   * A method whose responses keep their bytes.
   *
   * @param method as generated
   * @param parser of its responses
   */
  static <Q, T> MethodDescriptor<Q, Received<T>> by(
      MethodDescriptor<Q, T> method, Parser<T> parser) {
    return method.toBuilder(method.getRequestMarshaller(), new Reader<>(parser)).build();
  }

  private record Reader<T>(Parser<T> parser) implements MethodDescriptor.Marshaller<Received<T>> {

    @Override
    public InputStream stream(Received<T> value) {
      throw new UnsupportedOperationException("responses are only read");
    }

    @Override
    public Received<T> parse(InputStream stream) {
      byte[] bytes;
      try {
        // Without its length, a buffer would be made that is larger than most messages.
        bytes =
            stream instanceof KnownLength
                ? stream.readNBytes(stream.available())
                : stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e); // of a buffer in memory: can not be
      }
      try {
        return new Received<>(Bytes.of(bytes), parser.parseFrom(bytes));
      } catch (InvalidProtocolBufferException e) {
        return new Received<>(Bytes.of(bytes), null);
      }
    }
  }
}
