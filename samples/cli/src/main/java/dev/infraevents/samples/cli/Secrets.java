package dev.infraevents.samples.cli;

import dev.infraevents.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Secrets from the command line: given there, or better in a file. */
public final class Secrets {

  private Secrets() {}

  /**
   * The secret of a flag.
   *
   * @param flag the name of the flag that holds it, such as {@code --token}
   * @param value what the flag says, or null
   * @param fileFlag the name of the flag that names a file
   * @param file the file that holds it, or null; white space around it does not count
   * @return the secret, or null if neither was given
   * @throws ConfigurationException if both were given, the file can not be read, or it is empty
   */
  public static String given(String flag, String value, String fileFlag, Path file) {
    if (value != null && file != null) {
      throw wrong("give " + flag + " or " + fileFlag + ", not both");
    }
    if (value == null && file == null) {
      return null;
    }
    String secret = file == null ? value : read(file);
    if (secret.isEmpty()) {
      throw wrong((file == null ? flag : file) + " is empty");
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
