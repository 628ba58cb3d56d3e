package dev.infraevents.internal.tls;

import dev.infraevents.ConfigurationException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads certificates and keys; says in plain words what is wrong with a file. */
final class Pem {

  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \\1-----", Pattern.DOTALL);

  private Pem() {}

  static List<X509Certificate> certificates(Path file) {
    String text = read(file);
    // Only the blocks: openssl writes remarks around them, which the JDK's reader refuses.
    StringBuilder blocks = new StringBuilder();
    Matcher block = BLOCK.matcher(text);
    while (block.find()) {
      if (block.group(1).equals("CERTIFICATE")) {
        blocks.append(block.group()).append('\n');
      }
    }
    if (blocks.isEmpty()) {
      throw new ConfigurationException(file + " holds no complete PEM certificate", null);
    }
    try {
      var bytes = new ByteArrayInputStream(blocks.toString().getBytes(StandardCharsets.US_ASCII));
      return CertificateFactory.getInstance("X.509").generateCertificates(bytes).stream()
          .map(X509Certificate.class::cast)
          .toList();
    } catch (CertificateException e) {
      throw new ConfigurationException(file + " holds a certificate that can not be read", e);
    }
  }

  static PrivateKey privateKey(Path file, String algorithm) {
    Matcher block = BLOCK.matcher(read(file));
    while (block.find()) {
      String kind = block.group(1);
      if (kind.equals("PRIVATE KEY")) {
        return pkcs8(file, block.group(2), algorithm);
      }
      if (kind.endsWith("PRIVATE KEY")) {
        throw new ConfigurationException(
            file
                + " holds a key in the form \""
                + kind
                + "\"; convert it with: openssl pkcs8 -topk8 -nocrypt -in KEY -out KEY.pkcs8",
            null);
      }
    }
    throw new ConfigurationException(file + " holds no PEM private key", null);
  }

  private static PrivateKey pkcs8(Path file, String base64, String algorithm) {
    try {
      var spec = new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(base64));
      return KeyFactory.getInstance(algorithm).generatePrivate(spec);
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      // The cause is left out: a parser's message can quote the key.
      throw new ConfigurationException(
          file + " holds no " + algorithm + " key, which its certificate asks for", null);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new ConfigurationException("can not read " + file, e);
    }
  }
}
