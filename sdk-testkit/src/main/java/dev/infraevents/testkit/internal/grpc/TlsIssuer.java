package dev.infraevents.testkit.internal.grpc;

import dev.infraevents.testkit.TlsFiles;
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

/** Makes a private authority, and all that a server and its clients need of it. */
public final class TlsIssuer {

  private static final String COMMON_NAME = TlsFiles.CLIENT.substring("CN=".length());

  /** What clients need, and what the server of these clients shows and asks for. */
  public record Issued(TlsFiles files, ServerCredentials server) {}

  private TlsIssuer() {}

  /** Makes everything anew, and writes what clients need. */
  public static Issued issue(Path directory, boolean certificateDemanded) {
    var authority = new PrivateAuthority("fake-ca");
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

  private static TlsFiles write(Path directory, PrivateAuthority authority) throws IOException {
    var client = authority.client(COMMON_NAME);
    var stranger = new PrivateAuthority("another-ca").stranger(COMMON_NAME);
    Files.createDirectories(directory);
    return new TlsFiles(
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
