package dev.infraevents.engflow.bazel;

import dev.infraevents.Bytes;
import dev.infraevents.internal.text.RecordText;
import java.util.List;

/**
 * A file that a build has made, or a directory. Where it is, is said by one of three: URI, content
 * or target of a symbolic link.
 *
 * @param name its path below the prefix
 * @param pathPrefix the directories before the name, such as {@code bazel-out}, {@code
 *     k8-fastbuild} and {@code bin}
 * @param uri where it can be fetched; may be signed
 * @param contents what is in it, if it is small and Bazel has put it here
 * @param symlinkTargetPath what it points to, if it is a symbolic link
 * @param digest the hash of its content
 * @param length its size in bytes; 0 when not set
 */
public record OutputFile(
    String name,
    List<String> pathPrefix,
    String uri,
    Bytes contents,
    String symlinkTargetPath,
    String digest,
    long length) {

  /** Shows what is set; of the URI and the content, only how long they are. */
  @Override
  public String toString() {
    return RecordText.of(this, "uri");
  }
}
