/** Sources that speak websocket and HTTP: GARM. */
module dev.infraevents.websocket {
  requires transitive dev.infraevents.core;
  requires transitive okhttp3;
  requires static org.jspecify;

  exports dev.infraevents.websocket.garm;
}
