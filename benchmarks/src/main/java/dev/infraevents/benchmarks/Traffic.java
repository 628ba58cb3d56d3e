package dev.infraevents.benchmarks;

import java.util.Arrays;
import java.util.List;

/**
 * What a server is to send on one connection. It travels in the path of the request, where a client
 * keeps it as the base of its URL, or in the name of a queue.
 *
 * @param warmUp events sent first, as fast as they go
 * @param events events sent then
 * @param perSecond how many of those per second, at fixed times; 0 for as fast as they go
 */
record Traffic(int warmUp, int events, int perSecond) {

  static final Traffic NONE = new Traffic(0, 0, 0);

  int total() {
    return warmUp + events;
  }

  boolean isPaced() {
    return perSecond > 0;
  }

  String path() {
    return "/" + warmUp + "-" + events + "-" + perSecond;
  }

  /** Reads the first element of a path. */
  static Traffic parse(String path) {
    List<Integer> numbers =
        Arrays.stream(path.substring(1).split("[-/]", 4)).limit(3).map(Integer::valueOf).toList();
    return new Traffic(numbers.get(0), numbers.get(1), numbers.get(2));
  }
}
