package dev.infraevents.samples.foundries.queues;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.infraevents.pubsub.queues.EventQueue;
import dev.infraevents.samples.cli.OneLine;
import java.util.Locale;

/** How a queue is printed, on one line. */
enum QueueOutput {
  TEXT {
    @Override
    String line(EventQueue queue) {
      String url = queue.pushUrl() == null ? "" : queue.pushUrl();
      return OneLine.printable("%-32s %-5s %s".formatted(queue.label(), queue.type(), url))
          .stripTrailing();
    }
  },
  JSON {
    @Override
    String line(EventQueue queue) {
      ObjectNode json = JsonNodeFactory.instance.objectNode();
      json.put("label", queue.label()).put("type", queue.type());
      if (queue.pushUrl() != null) {
        json.put("push-url", queue.pushUrl());
      }
      return json.toString();
    }
  },
  RAW {
    @Override
    String line(EventQueue queue) {
      return OneLine.printable(queue.raw().utf8()); // line breaks between members mean nothing
    }
  };

  abstract String line(EventQueue queue);

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
