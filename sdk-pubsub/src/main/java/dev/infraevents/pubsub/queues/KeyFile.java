package dev.infraevents.pubsub.queues;

import com.fasterxml.jackson.databind.JsonNode;
import dev.infraevents.Bytes;
import dev.infraevents.ConfigurationException;
import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The file for a key that is told only once: it is there, and ours, before the key is asked for.
 * Closing it deletes it unless it has been written.
 */
final class KeyFile implements AutoCloseable {

  private static final List<String> MEMBERS =
      List.of("project_id", "client_email", "fio-subscription-name");

  private final Path path;
  private final FileOutputStream out;
  private boolean written;

  private KeyFile(Path path, FileOutputStream out) {
    this.path = path;
    this.out = out;
  }

  /**
   * Creates it, empty, for its owner only where the file system knows owners.
   *
   * @throws ConfigurationException if that is not possible, or there is one already
   */
  static KeyFile create(Path path) {
    boolean posix = path.getFileSystem().supportedFileAttributeViews().contains("posix");
    FileAttribute<?>[] attributes =
        posix
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
            }
            : new FileAttribute<?>[0];
    try {
      File file = path.toFile();
      Files.createFile(path, attributes);
      // Not a channel: an interrupt would close it, and the key be lost.
      return new KeyFile(path, new FileOutputStream(file));
    } catch (FileAlreadyExistsException e) {
      throw new ConfigurationException(
          path + " exists, and may hold the only copy of another key: name a new file", e);
    } catch (NoSuchFileException e) {
      throw new ConfigurationException("there is no folder for " + path + ": create it", e);
    } catch (IOException | UnsupportedOperationException e) {
      throw new ConfigurationException(
          path + " can not be created (" + e.getClass().getSimpleName() + ")", e);
    }
  }

  /** Whether there is a key in an answer, so that it must be kept, whatever else there is. */
  static boolean isKey(Bytes answer) {
    return !ApiAnswer.parse(answer).path("private_key").asText("").isBlank();
  }

  /** What a pull would miss in an answer, or null if nothing. */
  static @Nullable String missing(Bytes answer) {
    JsonNode json = ApiAnswer.parse(answer);
    if (!json.path("type").asText("").equals("service_account")) {
      return "type service_account";
    }
    return MEMBERS.stream()
        .filter(member -> json.path(member).asText("").isBlank())
        .findFirst()
        .orElse(null);
  }

  /** Writes it, byte for byte, and waits until it is on the disk. */
  void write(Bytes content) throws IOException {
    out.write(content.toByteArray());
    written = true; // from here on it may be the only copy
    out.getFD().sync();
    out.close();
    syncFolder();
  }

  private void syncFolder() {
    Path folder = path.toAbsolutePath().getParent();
    if (folder == null) {
      return;
    }
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      // Windows opens no folders; the file itself is there
    }
  }

  @Override
  public void close() {
    if (written) {
      return;
    }
    try {
      out.close();
      Files.deleteIfExists(path);
    } catch (IOException e) {
      // An empty file, or a part of a useless key, for its owner only.
    }
  }
}
