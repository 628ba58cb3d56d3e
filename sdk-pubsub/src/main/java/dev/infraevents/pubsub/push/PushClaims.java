package dev.infraevents.pubsub.push;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a verified token says. Nothing of it is secret.
 *
 * @param issuer {@code https://accounts.google.com}, or the same without the scheme
 * @param audience the expected audience that the token was made for
 * @param subject the numeric id of the service account
 * @param email the verified address of the service account; null if the token has none, which only
 *     passes where the account is known by its id, or any is accepted
 * @param issuedAt when the token was made, by Google's clock; it may be an hour ago, as one token
 *     serves many pushes
 * @param expiresAt when it ends
 * @param keyId which of Google's keys has signed it
 */
public record PushClaims(
    String issuer,
    String audience,
    String subject,
    @Nullable String email,
    Instant issuedAt,
    Instant expiresAt,
    String keyId) {}
