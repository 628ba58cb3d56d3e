package dev.infraevents.grpc;

/** For what waits and must not keep its caller waiting: the end of something, as a rule. */
final class Background {

  private Background() {}

  static Thread run(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }
}
