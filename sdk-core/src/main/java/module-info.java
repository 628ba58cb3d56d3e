import dev.infraevents.internal.foundries.FoundriesCatalog;
import dev.infraevents.internal.garm.GarmCatalog;
import dev.infraevents.spi.PayloadCatalog;

/** The uniform event API, its delivery engine and the typed events of every source. */
module dev.infraevents.core {
  requires transitive com.fasterxml.jackson.databind;
  requires static org.jspecify;

  exports dev.infraevents;
  exports dev.infraevents.engflow;
  exports dev.infraevents.engflow.bazel;
  exports dev.infraevents.foundries;
  exports dev.infraevents.garm;
  exports dev.infraevents.spi;

  // Jackson makes the payload records and the readers that their annotations name.
  opens dev.infraevents.garm to
      com.fasterxml.jackson.databind;
  opens dev.infraevents.internal.json to
      com.fasterxml.jackson.databind;

  uses PayloadCatalog;

  provides PayloadCatalog with
      FoundriesCatalog,
      GarmCatalog;
}
