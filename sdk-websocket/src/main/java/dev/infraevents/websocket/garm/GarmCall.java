package dev.infraevents.websocket.garm;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.Response;

/** One request and its answer, for a caller that waits. */
final class GarmCall {

  /** Takes from an answer what is wanted, on a reader thread. */
  @FunctionalInterface
  interface Reader<T> {
    T read(Response response) throws IOException;
  }

  private GarmCall() {}

  // Not execute(): a thread that reads a socket does not heed its interrupt, and closing must not
  // wait.
  static <T> T answer(Call call, Reader<T> reader) throws IOException, InterruptedException {
    var answer = new CompletableFuture<T>();
    call.enqueue(
        new Callback() {
          @Override
          @SuppressWarnings("CatchingUnchecked") // OkHttp tells no one, and the caller would wait
          public void onResponse(Call answered, Response response) {
            try {
              T read;
              try (response) {
                read = reader.read(response);
              }
              answer.complete(read);
            } catch (Exception | Error e) { // a long answer can be an OutOfMemoryError
              answer.completeExceptionally(e);
            }
          }

          @Override
          public void onFailure(Call failed, IOException error) {
            answer.completeExceptionally(error);
          }
        });
    try {
      return answer.get();
    } catch (InterruptedException e) {
      call.cancel();
      throw e;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException error) {
        throw error;
      }
      throw new IOException("the answer could not be read", e.getCause());
    }
  }
}
