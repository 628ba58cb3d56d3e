/** JUnit 5 support for tests of event handlers: a leak check and virtual time. */
module dev.infraevents.testkit.junit {
  requires transitive org.junit.jupiter.api;
  requires static org.jspecify;

  exports dev.infraevents.testkit.junit;
}
