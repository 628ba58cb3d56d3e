package dev.infraevents.testkit.junit;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/**
 * The TCP sockets this process holds, by inode: the descriptors in {@code /proc/self/fd} that are
 * listed in {@code /proc/self/net/tcp} or {@code tcp6}. Sockets in TIME_WAIT have no descriptor and
 * are left out by that. Other systems than Linux show no sockets at all.
 */
final class OpenSockets {

  private static final Path PROC = Path.of("/proc/self");
  private static final Map<String, String> STATES =
      Map.of(
          "01", "ESTABLISHED",
          "02", "SYN_SENT",
          "04", "FIN_WAIT1",
          "05", "FIN_WAIT2",
          "08", "CLOSE_WAIT",
          "09", "LAST_ACK",
          "0A", "LISTEN",
          "0B", "CLOSING");

  private static final long RECHECK_NANOS = 5_000_000;

  private OpenSockets() {}

  /** What is open now: from inode to a description. */
  static Map<String, String> now() {
    Map<String, String> sockets = new TreeMap<>();
    try {
      addTable(PROC.resolve("net/tcp"), sockets);
      addTable(PROC.resolve("net/tcp6"), sockets);
      sockets.keySet().retainAll(ownInodes());
    } catch (IOException unreadable) {
      sockets.clear();
    }
    return sockets;
  }

  /**
   * Waits for the sockets that were not there before to be closed.
   *
   * @return those still open at the deadline
   */
  static Map<String, String> survivors(Set<String> before, long deadline) {
    while (true) {
      Map<String, String> open = now();
      open.keySet().removeAll(before);
      if (open.isEmpty() || deadline - System.nanoTime() <= 0) {
        return open;
      }
      LockSupport.parkNanos(RECHECK_NANOS); // the kernel tells nobody when a socket is closed
    }
  }

  private static void addTable(Path table, Map<String, String> sockets) throws IOException {
    if (!Files.isReadable(table)) {
      return;
    }
    for (String line : Files.readAllLines(table)) {
      String[] columns = line.trim().split("\\s+");
      if (columns.length > 9 && columns[1].contains(":")) { // not the heading
        String state = STATES.getOrDefault(columns[3], "state " + columns[3]);
        String ends = address(columns[1]) + " -> " + address(columns[2]);
        sockets.put(columns[9], ends + " (" + state + ")");
      }
    }
  }

  private static Set<String> ownInodes() throws IOException {
    Set<String> inodes = new HashSet<>();
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(PROC.resolve("fd"))) {
      descriptors.forEach(descriptor -> socketInode(descriptor).ifPresent(inodes::add));
    }
    return inodes;
  }

  private static Optional<String> socketInode(Path descriptor) {
    try {
      String target = Files.readSymbolicLink(descriptor).toString();
      return target.startsWith("socket:[")
          ? Optional.of(target.substring("socket:[".length(), target.length() - 1))
          : Optional.empty();
    } catch (IOException closedMeanwhile) {
      return Optional.empty();
    }
  }

  /** Reads {@code 0100007F:1F90}: each 32-bit word of the address is in reversed byte order. */
  private static String address(String column) throws IOException {
    int colon = column.indexOf(':');
    byte[] stored = HexFormat.of().parseHex(column.substring(0, colon));
    byte[] bytes = new byte[stored.length];
    for (int i = 0; i < stored.length; i++) {
      bytes[i] = stored[i / 4 * 4 + 3 - i % 4];
    }
    int port = HexFormat.fromHexDigits(column, colon + 1, column.length());
    return InetAddress.getByAddress(bytes).getHostAddress() + ":" + port;
  }
}
