package dev.infraevents.grpc;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.infraevents.AuthenticationException;
import dev.infraevents.ConfigurationException;
import dev.infraevents.Token;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A program that knows the credentials of a cluster: asked over stdin, answers on stdout. */
final class CredentialHelper {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final List<String> command;
  private final Endpoint endpoint;

  CredentialHelper(List<String> command, Endpoint endpoint) {
    this.command = command;
    this.endpoint = endpoint;
  }

  /**
   * Checks a command.
   *
   * @throws ConfigurationException if it names no program
   */
  static List<String> checked(List<String> command) {
    if (command.isEmpty() || command.get(0).isBlank()) {
      throw new ConfigurationException("the credential helper's command names no program", null);
    }
    return List.copyOf(command);
  }

  /**
   * Runs the program.
   *
   * @return its headers, as {@link HeaderToken} packs them
   * @throws AuthenticationException if it says that there are none
   * @throws ConfigurationException if it can not be run, or answers with something else
   * @throws InterruptedException if the caller has no more patience; the program is ended then
   */
  Token fetch() throws InterruptedException {
    Process process = start();
    try (var output = new ProcessOutput(process, endpoint.host())) {
      ask(process);
      int exit = process.waitFor();
      if (exit != 0) {
        throw failed(exit, output.firstErrorLine(command.subList(1, command.size())));
      }
      return token(output.text());
    }
  }

  private Process start() {
    List<String> get = new ArrayList<>(command);
    get.add("get");
    try {
      return new ProcessBuilder(get).start();
    } catch (IOException e) {
      // The cause is left out: it quotes the command.
      throw new ConfigurationException(
          program() + " can not be started: is it installed, and may it be executed?", null);
    }
  }

  // A program that knows its answer need not read the question.
  private void ask(Process process) {
    try (OutputStream in = process.getOutputStream()) {
      // Without a default port: engflow_auth looks its tokens up by host, and port if there is one.
      in.write(JSON.writeValueAsBytes(Map.of("uri", endpoint.uri().toString())));
    } catch (IOException e) {
      return;
    }
  }

  private Token token(String answer) {
    try {
      JsonNode json = JSON.readTree(answer);
      JsonNode expires = json.path("expires");
      if (!json.isObject() || !(expires.isTextual() || expires.isMissingNode())) {
        throw notUnderstood();
      }
      return HeaderToken.of(
          headers(json.path("headers")),
          expires.isTextual() ? Instant.parse(expires.textValue()) : null);
    } catch (JacksonException | DateTimeException e) {
      throw notUnderstood(); // the cause can quote the answer
    }
  }

  private Map<String, List<String>> headers(JsonNode json) {
    Map<String, List<String>> headers = new LinkedHashMap<>();
    json.properties()
        .forEach(
            header -> {
              List<String> values = new ArrayList<>();
              header.getValue().forEach(value -> values.add(text(value)));
              headers.put(header.getKey(), values);
            });
    return headers;
  }

  private String text(JsonNode value) {
    if (!value.isTextual()) {
      throw notUnderstood();
    }
    return value.textValue();
  }

  private ConfigurationException notUnderstood() {
    return new ConfigurationException(
        program()
            + " ended well, but did not print {\"headers\":{\"name\":[\"value\"]},\"expires\":\"...\"}:"
            + " is it a credential helper?",
        null);
  }

  private AuthenticationException failed(int exit, String errorLine) {
    String meaning = meaning(exit);
    return new AuthenticationException(
        "%s has no credentials for %s: exit code %d%s%s"
            .formatted(
                program(),
                endpoint,
                exit,
                meaning == null ? "" : " (" + meaning + ", if it is engflow_auth)",
                errorLine.isEmpty() ? "" : ": " + errorLine),
        0,
        null);
  }

  private static @Nullable String meaning(int exit) {
    return switch (exit) {
      case 2 -> "unknown subcommand";
      case 3 -> "not implemented";
      case 4 -> "bad parameters";
      case 5 -> "authentication failed";
      case 6 -> "its token store can not be read";
      case 7 -> "run engflow_auth login";
      default -> null;
    };
  }

  // Not the arguments, which can be secret, nor the path, which can tell more than a log should
  // know.
  private String program() {
    Path name = Path.of(command.get(0)).getFileName();
    return "the credential helper " + (name == null ? "" : name);
  }
}
