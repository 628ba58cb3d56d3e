package dev.infraevents.pubsub.push;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.util.Base64URL;
import java.security.interfaces.RSAPublicKey;

/** A published key. Compared by identity: the same key of two documents is one object. */
final class VerificationKey {

  // Not the header of the token: what it is signed with is not for it to say.
  private static final JWSHeader HEADER = new JWSHeader(JWSAlgorithm.RS256);

  private final RSAPublicKey key;
  private final RSASSAVerifier verifier;

  VerificationKey(RSAPublicKey key) {
    this.key = key;
    this.verifier = new RSASSAVerifier(key);
  }

  boolean isOf(RSAPublicKey other) {
    return key.getModulus().equals(other.getModulus())
        && key.getPublicExponent().equals(other.getPublicExponent());
  }

  boolean hasSigned(TokenSegments token) {
    try {
      return verifier.verify(HEADER, token.signed(), new Base64URL(token.signature()));
    } catch (JOSEException e) {
      throw new IllegalStateException("every JDK can verify RS256", e);
    }
  }
}
