package dev.infraevents.websocket.garm;

/** How the listed state of an entity compares with what the handler knows. */
enum Difference {
  NONE,
  NEW,
  CHANGED,
  /** It was touched since the listing began: which of the two is newer can not be told. */
  UNCLEAR
}
