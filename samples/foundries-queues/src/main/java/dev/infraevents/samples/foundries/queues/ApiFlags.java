package dev.infraevents.samples.foundries.queues;

import dev.infraevents.ConfigurationException;
import dev.infraevents.ConnectionOptions;
import dev.infraevents.TlsOptions;
import dev.infraevents.pubsub.queues.EventQueues;
import dev.infraevents.pubsub.queues.FoundriesCredentials;
import dev.infraevents.samples.cli.Secrets;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** Where the API is and who asks; before the verb or after it. */
final class ApiFlags {

  @Option(
      names = "--api",
      paramLabel = "URL",
      scope = ScopeType.INHERIT,
      description = "default: https://api.foundries.io")
  String api;

  @Option(
      names = "--factory",
      paramLabel = "NAME",
      scope = ScopeType.INHERIT,
      description = "whose queues; required")
  String factory;

  @Option(
      names = "--token",
      scope = ScopeType.INHERIT,
      description = "an API token (or FOUNDRIES_TOKEN)")
  String token;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description = "a file that holds the token")
  Path tokenFile;

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description = "certificates to trust, in PEM")
  Path ca;

  EventQueues queues(Map<String, String> environment) {
    if (factory == null) {
      throw wrong("give --factory");
    }
    EventQueues.Builder queues =
        EventQueues.builder()
            .factory(factory)
            .credentials(FoundriesCredentials.apiToken(secret(environment)));
    if (api != null) {
      queues.api(api);
    }
    if (ca != null) {
      TlsOptions tls = TlsOptions.builder().trustedCertificates(ca).build();
      queues.connection(ConnectionOptions.builder().tls(tls).build());
    }
    return queues.build();
  }

  private String secret(Map<String, String> environment) {
    String given = Secrets.given("--token", token, "--token-file", tokenFile);
    String secret = given != null ? given : environment.getOrDefault("FOUNDRIES_TOKEN", "");
    if (secret.isEmpty()) {
      throw wrong("give a token (--token, --token-file, FOUNDRIES_TOKEN)");
    }
    return secret;
  }

  private static ConfigurationException wrong(String message) {
    return new ConfigurationException(message, null);
  }
}
