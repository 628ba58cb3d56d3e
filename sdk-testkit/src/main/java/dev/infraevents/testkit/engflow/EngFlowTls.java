package dev.infraevents.testkit.engflow;

import dev.infraevents.testkit.internal.tls.Pem;
import dev.infraevents.testkit.internal.tls.PrivateAuthority;
import io.grpc.ServerCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.TlsServerCredentials.ClientAuth;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The PEM files that a client of a {@link FakeEngFlow} with TLS may need. The keys are RSA.
 *
 * @param authority the certificate of the private authority that signed the server's
 * @param certificate a client certificate that the server accepts
 * @param key its key, in the form of PKCS#8
 * @param pkcs1Key the same key in the form of PKCS#1, which gRPC can not read
 * @param strangerCertificate a client certificate of an authority that the server does not know
 * @param strangerKey its key, which does not match the other certificate
 */
public record EngFlowTls(
    Path authority,
    Path certificate,
    Path key,
    Path pkcs1Key,
    Path strangerCertificate,
    Path strangerKey) {

  /** The subject of the client certificate, as {@link EngFlowCall#certificate} says it. */
  public static final String CLIENT = "CN=fake-engflow-client";

  private static final String COMMON_NAME = CLIENT.substring("CN=".length());

  /** What the server of these clients shows, and asks for. */
  record Issued(EngFlowTls files, ServerCredentials server) {}

  /** Makes everything anew, and writes what clients need. */
  static Issued issue(Path directory, boolean certificateDemanded) {
    var authority = new PrivateAuthority("fake-engflow-ca");
    try {
      var server = authority.server();
      var credentials =
          TlsServerCredentials.newBuilder()
              .keyManager(
                  stream(Pem.of(server.certificate())), stream(Pem.of(server.keys().getPrivate())))
              .trustManager(stream(Pem.of(authority.certificate())))
              .clientAuth(certificateDemanded ? ClientAuth.REQUIRE : ClientAuth.OPTIONAL)
              .build();
      return new Issued(write(directory, authority), credentials);
    } catch (IOException e) {
      throw new UncheckedIOException("can not write certificates to " + directory, e);
    }
  }

  private static EngFlowTls write(Path directory, PrivateAuthority authority) throws IOException {
    var client = authority.client(COMMON_NAME);
    var stranger = new PrivateAuthority("another-ca").stranger(COMMON_NAME);
    Files.createDirectories(directory);
    return new EngFlowTls(
        Files.writeString(directory.resolve("ca.pem"), Pem.of(authority.certificate())),
        Files.writeString(directory.resolve("client.pem"), Pem.of(client.certificate())),
        Files.writeString(directory.resolve("client.key"), Pem.of(client.keys().getPrivate())),
        Files.writeString(
            directory.resolve("client-pkcs1.key"), Pem.pkcs1(client.keys().getPrivate())),
        Files.writeString(directory.resolve("stranger.pem"), Pem.of(stranger.certificate())),
        Files.writeString(directory.resolve("stranger.key"), Pem.of(stranger.keys().getPrivate())));
  }

  private static InputStream stream(String pem) {
    return new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII));
  }
}
