package dev.infraevents.testkit.internal.websocket;

/** Hears of one websocket, on the connection's reading thread. */
public interface WebSocketListener {

  /** A message arrived; the next frame is looked at when this returns. */
  void onMessage(byte[] message);

  /** The connection has ended; nothing follows. */
  void onClosed();
}
