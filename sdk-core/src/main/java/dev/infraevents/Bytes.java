package dev.infraevents;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An immutable sequence of bytes: a message as it arrived, or a binary field of a payload.
 *
 * <p>Content that arrived as text is kept as text and only encoded when the bytes are asked for.
 * {@link #toString()} shows the size and never the content, which may be secret. Thread-safe.
 */
public final class Bytes {

  /** No bytes. */
  public static final Bytes EMPTY = new Bytes("", null);

  private final @Nullable String text;
  private byte @Nullable [] bytes; // written once, racily: every writer stores equal content
  private int size = -1; // as bytes

  private Bytes(@Nullable String text, byte @Nullable [] bytes) {
    this.text = text;
    this.bytes = bytes;
  }

  /**
   * Copies an array.
   *
   * @param bytes the content; later changes to the array are not seen
   * @return the same bytes, immutable
   */
  public static Bytes of(byte[] bytes) {
    return of(bytes, 0, bytes.length);
  }

  /**
   * Copies part of an array.
   *
   * @param bytes the content; later changes to the array are not seen
   * @param from where the part starts
   * @param to where it ends, exclusive
   * @return the same bytes, immutable
   * @throws IndexOutOfBoundsException if there is no such part
   */
  public static Bytes of(byte[] bytes, int from, int to) {
    Objects.checkFromToIndex(from, to, bytes.length);
    return from == to ? EMPTY : new Bytes(null, Arrays.copyOfRange(bytes, from, to));
  }

  /**
   * Takes text whose UTF-8 form is the content.
   *
   * @param text the content
   * @return the UTF-8 bytes of the text
   */
  public static Bytes ofUtf8(String text) {
    return text.isEmpty() ? EMPTY : new Bytes(text, null);
  }

  /**
   * Says whether there is no content.
   *
   * @return true when {@link #size()} is 0
   */
  public boolean isEmpty() {
    return text != null ? text.isEmpty() : array().length == 0;
  }

  /**
   * The number of bytes.
   *
   * @return the size, 0 or more
   */
  public int size() {
    int known = size;
    if (known < 0) {
      known = (bytes == null && text != null) ? utf8Length(text) : array().length;
      size = known;
    }
    return known;
  }

  /**
   * The content as an array.
   *
   * @return a fresh copy
   */
  public byte[] toByteArray() {
    byte[] known = bytes;
    return (known == null && text != null) ? encoded(text) : array().clone();
  }

  /**
   * The content read as UTF-8. Malformed input becomes U+FFFD.
   *
   * @return the text
   */
  public String utf8() {
    return text != null ? text : new String(array(), StandardCharsets.UTF_8);
  }

  /**
   * The UTF-8 form of {@link #utf8()}: the content, unless that is malformed.
   *
   * @return a fresh copy
   */
  public byte[] toUtf8Array() {
    return text != null ? toByteArray() : utf8().getBytes(StandardCharsets.UTF_8);
  }

  private byte[] encoded(String content) {
    byte[] encoded = content.getBytes(StandardCharsets.UTF_8);
    size = encoded.length; // else it would have to be counted
    return encoded;
  }

  // Counted, not encoded: every message is measured, few are ever asked for their bytes.
  private static int utf8Length(String text) {
    int length = text.length();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= 0x800) {
        // A surrogate pair is two chars and four bytes; a lone surrogate is encoded as '?'.
        boolean pair = Character.isHighSurrogate(c) && hasLowSurrogate(text, i + 1);
        if (pair || !Character.isSurrogate(c)) {
          length += 2;
        }
        if (pair) {
          i++;
        }
      } else if (c >= 0x80) {
        length++;
      }
    }
    return length;
  }

  private static boolean hasLowSurrogate(String text, int index) {
    return index < text.length() && Character.isLowSurrogate(text.charAt(index));
  }

  private byte[] array() {
    byte[] known = bytes;
    if (known == null) {
      known = encoded(text == null ? "" : text);
      bytes = known;
    }
    return known;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    if (this == other) {
      return true;
    }
    if (!(other instanceof Bytes that)) {
      return false;
    }
    if (text != null && text.equals(that.text)) {
      return true;
    }
    // Different texts can have the same bytes: a lone surrogate is encoded as '?'.
    return size() == that.size() && Arrays.equals(array(), that.array());
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(array());
  }

  @Override
  public String toString() {
    return "Bytes[size=" + size() + "]";
  }
}
