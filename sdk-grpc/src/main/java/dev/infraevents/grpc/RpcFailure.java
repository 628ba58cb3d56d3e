package dev.infraevents.grpc;

import dev.infraevents.Token;
import io.grpc.Metadata;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * How a call ended, other than well.
 *
 * @param operation what was asked, such as {@code Pull of queue eventstore/lifecycle-events}
 * @param status how it ended
 * @param trailers what came with the status, or null if nothing did
 * @param watch saw the connection
 * @param token what the credentials of the call were made of, or null if it had none
 * @param worked whether such a call has worked before with these settings: then they are right, and
 *     what is wrong now will pass
 * @param mayAppear whether what is not found may be there later
 */
record RpcFailure(
    String operation,
    Status status,
    @Nullable Metadata trailers,
    ConnectionWatch watch,
    @Nullable Token token,
    boolean worked,
    boolean mayAppear) {}
