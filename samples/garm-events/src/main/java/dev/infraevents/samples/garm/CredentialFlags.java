package dev.infraevents.samples.garm;

import dev.infraevents.ConfigurationException;
import dev.infraevents.samples.cli.Secrets;
import dev.infraevents.websocket.garm.GarmCredentials;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Option;

/**
 * Who logs in. What is said on the command line comes first; the environment fills in what it left
 * open.
 */
final class CredentialFlags {

  @Option(names = "--token", description = "an admin's token (or GARM_TOKEN)")
  String token;

  @Option(names = "--token-file", paramLabel = "FILE", description = "a file that holds the token")
  Path tokenFile;

  @Option(names = "--username", description = "default: admin")
  String username;

  @Option(names = "--password", description = "the user's password (or GARM_PASSWORD)")
  String password;

  @Option(
      names = "--password-file",
      paramLabel = "FILE",
      description = "a file that holds the password")
  Path passwordFile;

  GarmCredentials credentials(Map<String, String> environment) {
    String givenToken = Secrets.given("--token", token, "--token-file", tokenFile);
    String givenPassword = Secrets.given("--password", password, "--password-file", passwordFile);
    boolean asUser = givenPassword != null || username != null;
    if (givenToken != null && asUser) {
      throw wrong("give a token, or a user name and password, not both");
    }
    if (givenToken != null) {
      return GarmCredentials.token(givenToken);
    }
    if (givenPassword != null) {
      return login(givenPassword);
    }
    String envToken = environment.getOrDefault("GARM_TOKEN", "");
    if (!envToken.isEmpty() && !asUser) {
      return GarmCredentials.token(envToken);
    }
    String envPassword = environment.getOrDefault("GARM_PASSWORD", "");
    if (!envPassword.isEmpty()) {
      return login(envPassword);
    }
    throw wrong(
        asUser
            ? "--username needs a password (--password, --password-file, GARM_PASSWORD)"
            : "give a token (--token, --token-file, GARM_TOKEN) or a password (--password,"
                + " --password-file, GARM_PASSWORD)");
  }

  private GarmCredentials login(String secret) {
    return GarmCredentials.password(username == null ? "admin" : username, secret);
  }

  private static ConfigurationException wrong(String message) {
    return new ConfigurationException(message, null);
  }
}
