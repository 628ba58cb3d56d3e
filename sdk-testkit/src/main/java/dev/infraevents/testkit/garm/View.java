package dev.infraevents.testkit.garm;

/** Where an entity is shown. GARM fills in less in some places than in others. */
enum View {
  EVENT('E'),
  DELETE_EVENT('D'),
  GET('G'),
  LIST('L'),
  /** The list of one owner's scale sets. */
  OWNER_LIST('O'),
  /** Inside of another entity. */
  NESTED('N'),
  /** The update of a scale set that is caused by its message loop. */
  MESSAGE_LOOP('M');

  private final char letter;

  View(char letter) {
    this.letter = letter;
  }

  boolean isIn(String letters) {
    return letters.indexOf(letter) >= 0;
  }
}
