package dev.infraevents.samples.foundries.listen;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;

/**
 * A credentials file as Foundries.io gives it out, with a key of its own.
 *
 * @param members what is in the file
 */
record CredentialsJson(Map<String, String> members) {

  static CredentialsJson of(String project, String subscription) throws GeneralSecurityException {
    return new CredentialsJson(Map.of())
        .with("type", "service_account")
        .with("project_id", project)
        .with("fio-subscription-name", subscription)
        .with("private_key_id", "1")
        .with("private_key", newKey())
        .with("client_email", "listener@" + project + ".iam.gserviceaccount.com")
        .with("client_id", "1")
        .with("token_uri", "https://oauth2.googleapis.com/token");
  }

  private static String newKey() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    byte[] key = generator.generateKeyPair().getPrivate().getEncoded();
    return "-----BEGIN PRIVATE KEY-----\n"
        + Base64.getMimeEncoder().encodeToString(key)
        + "\n-----END PRIVATE KEY-----\n";
  }

  CredentialsJson with(String member, String value) {
    Map<String, String> changed = new TreeMap<>(members);
    changed.put(member, value);
    return new CredentialsJson(changed);
  }

  CredentialsJson without(String member) {
    Map<String, String> changed = new TreeMap<>(members);
    changed.remove(member);
    return new CredentialsJson(changed);
  }

  /** Writes it into a folder, over the last one, and returns its path. */
  String write(Path folder) throws IOException {
    Path file = folder.resolve("credentials.json");
    return Files.write(file, new ObjectMapper().writeValueAsBytes(members)).toString();
  }
}
