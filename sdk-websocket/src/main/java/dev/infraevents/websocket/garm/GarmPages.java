package dev.infraevents.websocket.garm;

import dev.infraevents.Bytes;
import dev.infraevents.ProtocolException;
import dev.infraevents.websocket.garm.GarmText.Page;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The elements of a list that comes in pages. A page is asked for when it is needed. */
final class GarmPages implements Iterator<Bytes> {

  private final String path;
  private final Function<String, Page> load;
  private Iterator<Bytes> page = List.<Bytes>of().iterator();
  private int next = 1; // 0 after the last page

  private GarmPages(String path, Function<String, Page> load) {
    this.path = path;
    this.load = load;
  }

  /**
   * All elements.
   *
   * @param path of the list, without a {@code page}
   * @param load reads the page at a path
   */
  static Stream<Bytes> stream(String path, Function<String, Page> load) {
    return StreamSupport.stream(
        Spliterators.spliteratorUnknownSize(
            new GarmPages(path, load), Spliterator.ORDERED | Spliterator.NONNULL),
        false);
  }

  @Override
  public boolean hasNext() {
    while (!page.hasNext() && next > 0) {
      int number = next;
      Page loaded = load.apply(path + (path.contains("?") ? "&" : "?") + "page=" + number);
      if (loaded.next() != 0 && loaded.next() <= number) {
        throw new ProtocolException(
            "page " + number + " of " + path + " leads back to page " + loaded.next(), null, false);
      }
      next = loaded.next();
      page = loaded.results().iterator();
    }
    return page.hasNext();
  }

  @Override
  public Bytes next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return page.next();
  }
}
