package dev.infraevents.samples.engflow;

import dev.infraevents.ConfigurationException;
import dev.infraevents.ConnectionOptions;
import dev.infraevents.TlsOptions;
import dev.infraevents.grpc.EngFlowCredentials;
import dev.infraevents.samples.cli.Secrets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/**
 * Who asks, and whom to trust. What is said on the command line comes first; the environment fills
 * in what it left open.
 */
final class ClusterFlags {

  /** As often as EngFlow's own tools do; a cluster may refuse more. */
  private static final Duration PING = Duration.ofSeconds(30);

  private static final Duration PONG = Duration.ofSeconds(20);

  @Option(
      names = "--tls_certificate",
      paramLabel = "FILE",
      description = "a client certificate, in PEM")
  Path certificate;

  @Option(
      names = "--tls_key",
      paramLabel = "FILE",
      description = "its private key, in PEM (PKCS#8)")
  Path key;

  @Option(names = "--tls_ca", paramLabel = "FILE", description = "certificates to trust, in PEM")
  Path ca;

  @Option(names = "--token", description = "a token of the cluster (or ENGFLOW_TOKEN)")
  String token;

  @Option(names = "--token_file", paramLabel = "FILE", description = "a file that holds the token")
  Path tokenFile;

  @Option(
      names = "--header",
      paramLabel = "NAME=VALUE",
      description = "sent with every call, such as authorization=\"Bearer ..\"; may be repeated")
  List<String> headers = List.of();

  private final Map<String, String> environment;

  ClusterFlags(Map<String, String> environment) {
    this.environment = environment;
  }

  EngFlowCredentials credentials() {
    String secret = token();
    if (secret != null) {
      return EngFlowCredentials.token(secret);
    }
    return headers.isEmpty() ? EngFlowCredentials.none() : EngFlowCredentials.headers(headers());
  }

  /** Headers are the credentials, unless there is a token: then they come on top of it. */
  ConnectionOptions connection() {
    ConnectionOptions.Builder connection = ConnectionOptions.builder().ping(PING, PONG);
    if (token() != null) {
      headers().forEach((name, values) -> connection.header(name, only(name, values)));
    }
    if (certificate != null || key != null || ca != null) {
      connection.tls(tls());
    }
    return connection.build();
  }

  private TlsOptions tls() {
    TlsOptions.Builder tls = TlsOptions.builder();
    if (ca != null) {
      tls.trustedCertificates(ca);
    }
    if (certificate != null && key != null) {
      tls.clientCertificate(certificate, key);
    } else if (certificate != null || key != null) {
      throw wrong("--tls_certificate and --tls_key belong together");
    }
    return tls.build();
  }

  private String token() {
    String given = Secrets.given("--token", token, "--token_file", tokenFile);
    if (given != null) {
      return given;
    }
    String fallback = environment.getOrDefault("ENGFLOW_TOKEN", "");
    return fallback.isEmpty() ? null : fallback;
  }

  private Map<String, List<String>> headers() {
    Map<String, List<String>> named = new LinkedHashMap<>();
    for (String header : headers) {
      int equals = header.indexOf('=');
      if (equals < 1) {
        throw wrong("--header takes NAME=VALUE"); // not quoted: it may be a secret
      }
      named
          .computeIfAbsent(header.substring(0, equals), name -> new ArrayList<>())
          .add(header.substring(equals + 1));
    }
    return named;
  }

  private static String only(String name, List<String> values) {
    if (values.size() > 1) {
      throw wrong("--header " + name + " may be given only once beside a token");
    }
    return values.get(0);
  }

  private static ConfigurationException wrong(String message) {
    return new ConfigurationException(message, null);
  }
}
