package dev.infraevents.testkit.foundries;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.infraevents.testkit.internal.tls.Pem;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.util.UUID;

/** Makes what the creation of a pull queue is answered with: a service account's key file. */
final class CredentialsFile {

  private static final String GOOGLE = "https://accounts.google.com/o/oauth2/auth";
  private static final String CERTIFICATES = "https://www.googleapis.com/";

  private CredentialsFile() {}

  static String create(String project, String subscription) {
    String account = subscription.replaceAll("[^a-z0-9-]", "-");
    String email = account + "@" + project + ".iam.gserviceaccount.com";
    String keyId = (UUID.randomUUID() + "" + UUID.randomUUID()).replace("-", "").substring(0, 40);
    ObjectNode file = JsonNodeFactory.instance.objectNode();
    file.put("type", "service_account")
        .put("project_id", project)
        .put("private_key_id", keyId)
        .put("private_key", Pem.of(newKey()))
        .put("client_email", email)
        .put("client_id", "1" + "%020d".formatted(Math.abs((long) email.hashCode())))
        .put("auth_uri", GOOGLE)
        .put("token_uri", "https://oauth2.googleapis.com/token")
        .put("auth_provider_x509_cert_url", CERTIFICATES + "oauth2/v1/certs")
        .put(
            "client_x509_cert_url",
            CERTIFICATES + "robot/v1/metadata/x509/" + email.replace("@", "%40"))
        .put("universe_domain", "googleapis.com")
        .put("fio-subscription-name", subscription);
    return file.toPrettyString() + "\n";
  }

  private static PrivateKey newKey() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      return generator.generateKeyPair().getPrivate();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK can do this", e);
    }
  }
}
