package dev.infraevents.testkit.pubsub;

import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Locale;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signs with the algorithms that JSON Web Tokens know, right and wrong ones. */
final class TokenSigner {

  private TokenSigner() {}

  /**
   * Signs.
   *
   * @param algorithm a name of RFC 7518; {@code none} in any case makes an empty signature
   * @param secret for HMAC
   */
  static byte[] sign(String algorithm, byte[] input, PushKey key, byte[] secret) {
    if (algorithm.equalsIgnoreCase("none")) {
      return new byte[0];
    }
    if (algorithm.length() != 5) {
      throw new IllegalArgumentException("no signature algorithm: " + algorithm);
    }
    String bits = algorithm.substring(2);
    try {
      return switch (algorithm.substring(0, 2).toUpperCase(Locale.ROOT)) {
        case "RS" -> rsa(Signature.getInstance("SHA" + bits + "withRSA"), input, key);
        case "PS" -> rsa(pss(bits), input, key);
        case "ES" -> ecdsa("SHA" + bits + "withECDSAinP1363Format", input);
        case "HS" -> hmac("HmacSHA" + bits, input, secret);
        default -> throw new IllegalArgumentException("no signature algorithm: " + algorithm);
      };
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("can not sign with " + algorithm, e);
    }
  }

  private static byte[] rsa(Signature signature, byte[] input, PushKey key)
      throws GeneralSecurityException {
    signature.initSign(key.privateKey());
    signature.update(input);
    return signature.sign();
  }

  private static Signature pss(String bits) throws GeneralSecurityException {
    Signature signature = Signature.getInstance("RSASSA-PSS");
    String hash = "SHA-" + bits;
    signature.setParameter(
        new PSSParameterSpec(
            hash, "MGF1", new MGF1ParameterSpec(hash), Integer.parseInt(bits) / 8, 1));
    return signature;
  }

  // With a key of its own: an RSA key can not do this, and it is the name that must be refused.
  private static byte[] ecdsa(String algorithm, byte[] input) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    Signature signature = Signature.getInstance(algorithm);
    signature.initSign(generator.generateKeyPair().getPrivate());
    signature.update(input);
    return signature.sign();
  }

  private static byte[] hmac(String algorithm, byte[] input, byte[] secret)
      throws GeneralSecurityException {
    Mac mac = Mac.getInstance(algorithm);
    mac.init(new SecretKeySpec(secret, "HMAC"));
    return mac.doFinal(input);
  }
}
