/** The uniform event API, its delivery engine and the typed events of every source. */
module dev.infraevents.core {
  requires transitive com.fasterxml.jackson.databind;
  requires static org.jspecify;

  exports dev.infraevents;
  exports dev.infraevents.spi;
}
