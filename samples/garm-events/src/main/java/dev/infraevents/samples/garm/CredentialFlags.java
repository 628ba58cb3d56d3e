package dev.infraevents.samples.garm;

import dev.infraevents.ConfigurationException;
import dev.infraevents.websocket.garm.GarmCredentials;
import java.io.IOException;
import java.nio.file.Files;
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
    String givenToken = given("--token", token, tokenFile);
    String givenPassword = given("--password", password, passwordFile);
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

  /** The secret from the flag or its file, or null if neither was given. */
  private static String given(String flag, String value, Path file) {
    if (value != null && file != null) {
      throw wrong("give " + flag + " or " + flag + "-file, not both");
    }
    if (value == null && file == null) {
      return null;
    }
    String secret = file == null ? value : read(file);
    if (secret.isEmpty()) {
      throw wrong(file == null ? flag + " is empty" : file + " is empty");
    }
    return secret;
  }

  private static String read(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new ConfigurationException("can not read " + file, e);
    }
  }

  private static ConfigurationException wrong(String message) {
    return new ConfigurationException(message, null);
  }
}
