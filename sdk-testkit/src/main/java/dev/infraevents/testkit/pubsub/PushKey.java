package dev.infraevents.testkit.pubsub;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.infraevents.testkit.internal.tls.Pem;
import dev.infraevents.testkit.internal.tls.PrivateAuthority;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/** An RSA key that tokens are signed with. Immutable. */
public final class PushKey {

  private static final String SUBJECT = "federated-signon.system.gserviceaccount.com";
  private static final int KEY_ID_BYTES = 20;

  private final String id;
  private final KeyPair pair;
  private final X509Certificate certificate;

  private PushKey(String id, KeyPair pair, X509Certificate certificate) {
    this.id = id;
    this.pair = pair;
    this.certificate = certificate;
  }

  static PushKey generate(int bits, PrivateAuthority authority) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(bits);
      KeyPair pair = generator.generateKeyPair();
      byte[] id = new byte[KEY_ID_BYTES];
      new SecureRandom().nextBytes(id);
      X509Certificate certificate = authority.certify(SUBJECT, pair.getPublic());
      return new PushKey(HexFormat.of().formatHex(id), pair, certificate);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK can do this", e);
    }
  }

  /**
   * What {@code kid} in the header of a token names it by.
   *
   * @return 40 hexadecimal digits
   */
  public String id() {
    return id;
  }

  /**
   * The public half, as key documents publish it.
   *
   * @return the public key
   */
  public RSAPublicKey publicKey() {
    return (RSAPublicKey) pair.getPublic();
  }

  /**
   * The certificate that the older of the two key documents holds.
   *
   * @return PEM
   */
  public String certificatePem() {
    return Pem.of(certificate);
  }

  PrivateKey privateKey() {
    return pair.getPrivate();
  }

  /** As a member of the {@code keys} of a JSON Web Key Set. */
  ObjectNode toJwk() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("kty", "RSA")
        .put("alg", "RS256")
        .put("use", "sig")
        .put("kid", id)
        .put("n", base64(publicKey().getModulus()))
        .put("e", base64(publicKey().getPublicExponent()));
  }

  private static String base64(BigInteger number) {
    byte[] bytes = number.toByteArray();
    int from = bytes[0] == 0 ? 1 : 0; // without the byte that only says: positive
    byte[] magnitude = Arrays.copyOfRange(bytes, from, bytes.length);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(magnitude);
  }

  /** Shows the id only. */
  @Override
  public String toString() {
    return "PushKey[" + id + "]";
  }
}
