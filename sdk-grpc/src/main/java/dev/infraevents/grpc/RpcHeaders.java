package dev.infraevents.grpc;

import dev.infraevents.ConfigurationException;
import io.grpc.Metadata;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Headers of a user's, as gRPC sends them. */
final class RpcHeaders {

  /** What gRPC or HTTP/2 set themselves; gRPC would drop or double them without a word. */
  private static final Set<String> TAKEN =
      Set.of(
          "connection",
          "content-length",
          "content-type",
          "host",
          "keep-alive",
          "proxy-connection",
          "te",
          "transfer-encoding",
          "upgrade",
          "user-agent");

  private static final Pattern NAME = Pattern.compile("[0-9a-z_.-]+");

  private RpcHeaders() {}

  /**
   * Makes metadata.
   *
   * @param headers names, in any case, with their values
   * @throws ConfigurationException if one can not be sent; no value is quoted
   */
  static Metadata metadata(Map<String, List<String>> headers) {
    Metadata metadata = new Metadata();
    headers.forEach(
        (name, values) -> {
          Metadata.Key<String> key = key(name);
          for (String value : values) {
            metadata.put(key, checked(name, value));
          }
        });
    return metadata;
  }

  private static Metadata.Key<String> key(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    if (!NAME.matcher(lower).matches()) {
      // Not quoted: it may be a whole header, value and all.
      throw new ConfigurationException(
          "a gRPC header's name consists of letters, digits, - _ and . only", null);
    }
    if (TAKEN.contains(lower) || lower.startsWith("grpc-")) {
      throw new ConfigurationException("gRPC sets the header " + lower + " itself", null);
    }
    if (lower.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
      throw new ConfigurationException(
          "the header "
              + lower
              + " would be binary: gRPC takes a name that ends with -bin for that; send text",
          null);
    }
    return Metadata.Key.of(lower, Metadata.ASCII_STRING_MARSHALLER);
  }

  // gRPC drops what it can not send, and logs it with its value.
  private static String checked(String name, String value) {
    if (value.chars().anyMatch(c -> c < ' ' || c >= 0x7f)) {
      throw new ConfigurationException(
          "the value of header "
              + name
              + " holds a line break, a tab or a non-ASCII character, which gRPC can not send",
          null);
    }
    return value;
  }
}
