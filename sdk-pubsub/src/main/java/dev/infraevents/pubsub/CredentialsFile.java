package dev.infraevents.pubsub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.auth.oauth2.GoogleCredentials;
import com.google.auth.oauth2.ServiceAccountCredentials;
import dev.infraevents.ConfigurationException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The file that Foundries.io gives out when a pull queue is created: Google's key of a service
 * account, and the name of the subscription.
 *
 * @param subscription its full name
 * @param credentials may pull it
 */
record CredentialsFile(String subscription, GoogleCredentials credentials) {

  private static final String SUBSCRIPTION = "fio-subscription-name";
  private static final String PROJECT = "project_id";
  private static final String TYPE = "type";
  private static final String SERVICE_ACCOUNT = "service_account";
  private static final String TOKEN_SERVER = "token_uri";
  private static final String GOOGLE_TOKEN_SERVER = "https://oauth2.googleapis.com/token";

  private static final Pattern FULL_NAME =
      Pattern.compile("projects/([^/]+)/subscriptions/([^/]+)");

  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Reads a file.
   *
   * @param tokenServer where tokens are fetched, or null for Google's. The file names one too, and
   *     would be believed: whoever can change it would be sent what the key signs
   * @throws ConfigurationException if it can not be read, or is not such a file; quotes nothing of
   *     it
   */
  static CredentialsFile read(Path file, @Nullable URI tokenServer) {
    byte[] content;
    try {
      content = Files.readAllBytes(file);
    } catch (IOException e) {
      throw new ConfigurationException(
          "the credentials file " + file + " can not be read: " + e.getClass().getSimpleName(), e);
    }
    try {
      return read(file, content, tokenServer);
    } catch (JsonProcessingException e) {
      throw unusable(file, "it is no JSON"); // the cause quotes it
    } catch (IOException e) {
      throw unusable(file, "its key is not complete, or can not be read"); // so may this one
    }
  }

  // Not GoogleCredentials: that takes kinds of credentials that call an address in the file.
  private static ServiceAccountCredentials account(Path file, byte[] content) throws IOException {
    try {
      return ServiceAccountCredentials.fromStream(new ByteArrayInputStream(content));
    } catch (IllegalArgumentException | ClassCastException e) {
      throw unusable(file, "a member of it can not be read"); // the cause quotes it
    }
  }

  private static String fullName(String project, String subscription) {
    Matcher full = FULL_NAME.matcher(subscription);
    return full.matches()
        ? PubSubBuilder.fullName(full.group(1), "subscriptions", full.group(2))
        : PubSubBuilder.fullName(project, "subscriptions", subscription);
  }

  private static CredentialsFile read(Path file, byte[] content, @Nullable URI tokenServer)
      throws IOException {
    JsonNode json = JSON.readTree(content);
    String project = required(file, json, PROJECT);
    String subscription = required(file, json, SUBSCRIPTION);
    if (tokenServer == null && !GOOGLE_TOKEN_SERVER.equals(required(file, json, TOKEN_SERVER))) {
      throw unusable(
          file, "its token_uri is not Google's; if that is intended, set tokenServer(...)");
    }
    if (!SERVICE_ACCOUNT.equals(required(file, json, TYPE))) {
      throw unusable(file, "it is not the key of a service account");
    }
    ServiceAccountCredentials account = account(file, content);
    if (tokenServer != null) {
      account = account.toBuilder().setTokenServerUri(tokenServer).build();
    }
    return new CredentialsFile(fullName(project, subscription), account);
  }

  private static String required(Path file, JsonNode json, String member) {
    JsonNode value = json.get(member);
    if (value == null || !value.isTextual() || value.textValue().isBlank()) {
      throw unusable(file, "it has no " + member);
    }
    return value.textValue();
  }

  private static ConfigurationException unusable(Path file, String why) {
    return new ConfigurationException(
        "the credentials file " + file + " can not be used: " + why, null);
  }

  /** Without the key. */
  @Override
  public String toString() {
    return "CredentialsFile[subscription=" + subscription + "]";
  }
}
