package dev.infraevents.testkit.garm;

import dev.infraevents.testkit.garm.Shape.Field;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** The table of all shapes, from {@code shapes.txt}, which says how to read it. */
final class Shapes {

  private static final Map<String, Shape> ALL = parse(lines());

  private Shapes() {}

  /** The shape of an object that has to be in the table. */
  static Shape of(String name) {
    return Objects.requireNonNull(ALL.get(name), name);
  }

  /** The shape of a type of entity; empty for a type that no version knows. */
  static Optional<Shape> entity(String entityType) {
    return Optional.ofNullable(ALL.get(entityType)).filter(Shape::isEntity);
  }

  private static Map<String, Shape> parse(List<String> lines) {
    Map<String, Shape> shapes = new HashMap<>();
    String head = "";
    List<Field> fields = new ArrayList<>();
    for (String line : lines) {
      if (line.startsWith("[")) {
        add(shapes, head, fields);
        head = line;
        fields = new ArrayList<>();
      } else {
        fields.add(field(line));
      }
    }
    add(shapes, head, fields);
    return shapes;
  }

  private static void add(Map<String, Shape> shapes, String head, List<Field> own) {
    if (head.isEmpty()) {
      return;
    }
    String[] words = head.split("\\s+");
    String name = words[0].substring(1, words[0].length() - 1);
    Map<String, String> options = options(words, 1);
    List<Field> fields = own;
    if (options.containsKey("like")) {
      Shape like = Objects.requireNonNull(shapes.get(options.get("like")), head);
      String without = options.getOrDefault("without", "");
      fields = like.fields().stream().filter(field -> !field.key().equals(without)).toList();
    }
    shapes.put(name, new Shape(name, List.copyOf(fields), options));
  }

  private static Field field(String line) {
    String[] words = line.split("\\s+");
    Map<String, String> options = options(words, 3);
    boolean pointer = words[1].startsWith("?");
    String kind = pointer ? words[1].substring(1) : words[1];
    boolean list = kind.startsWith("[");
    String shape = list ? kind.substring(1, kind.length() - 1) : kind;
    boolean scalar = Kind.SCALARS.containsKey(kind);
    return new Field(
        words[0],
        list ? Kind.OBJECTS : Kind.SCALARS.getOrDefault(kind, Kind.OBJECT),
        scalar ? "" : shape,
        pointer,
        words[2],
        options.getOrDefault("since", "0.1.5"),
        options.getOrDefault("was", words[0]),
        options.getOrDefault("hide", ""));
  }

  private static Map<String, String> options(String[] words, int from) {
    Map<String, String> options = new LinkedHashMap<>();
    for (int i = from; i < words.length; i++) {
      int equals = words[i].indexOf('=');
      options.put(
          equals < 0 ? words[i] : words[i].substring(0, equals),
          equals < 0 ? "" : words[i].substring(equals + 1));
    }
    return options;
  }

  private static List<String> lines() {
    try (InputStream in = Shapes.class.getResourceAsStream("shapes.txt")) {
      byte[] content = Objects.requireNonNull(in, "shapes.txt").readAllBytes();
      return new String(content, StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
