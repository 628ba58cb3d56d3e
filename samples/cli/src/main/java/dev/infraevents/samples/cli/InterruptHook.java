package dev.infraevents.samples.cli;

/**
 * Ctrl-C ends a sample with exit code 0. The JVM's own code would be 130, and a shutdown hook can
 * change it only by halting.
 */
final class InterruptHook implements AutoCloseable {

  private final Thread hook = new Thread(this::interrupted, "interrupt");
  private volatile Runnable cleanUp = () -> {};

  InterruptHook() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  void onInterrupt(Runnable task) {
    cleanUp = task;
  }

  private void interrupted() {
    cleanUp.run();
    // Nothing to flush: the streams do that with every line.
    Runtime.getRuntime().halt(0);
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is already shutting down: the hook runs, and halts.
      park();
    }
  }

  private static void park() {
    try {
      Thread.currentThread().join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
