package dev.infraevents.pubsub;

import com.google.auth.Credentials;
import dev.infraevents.ConnectionOptions;
import dev.infraevents.spi.TimeSource;
import org.jspecify.annotations.Nullable;

/**
 * What everything that talks to Pub/Sub was told, checked.
 *
 * @param endpoint where it is
 * @param credentials who asks; null for nobody, as emulators want it, and otherwise for the
 *     application's default credentials
 * @param connection deadlines, liveness, backoff, TLS, proxy, headers
 * @param time null for the system's
 */
record PubSubSettings(
    Endpoint endpoint,
    @Nullable Credentials credentials,
    ConnectionOptions connection,
    @Nullable TimeSource time) {}
