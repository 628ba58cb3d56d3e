package dev.infraevents.internal.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.exc.StreamReadException;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonMappingException.Reference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.KeyDeserializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategy;
import com.fasterxml.jackson.databind.deser.BeanDeserializerBase;
import com.fasterxml.jackson.databind.deser.BeanDeserializerModifier;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.jsontype.TypeDeserializer;
import com.fasterxml.jackson.databind.module.SimpleDeserializers;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.type.CollectionType;
import com.fasterxml.jackson.databind.type.MapType;
import dev.infraevents.Bytes;
import dev.infraevents.DecodingException;
import dev.infraevents.OpenEnum;
import java.io.IOException;
import java.io.Writer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The one JSON reader of the library, and its complaints without the input in them. */
public final class Json {

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  // A GARM template is one string of any size. The transports bound whole messages.
                  .maxStringLength(Integer.MAX_VALUE)
                  .build())
          .build();

  private Json() {}

  /**
   * Starts reading.
   *
   * @param text the document
   * @return a parser before the first token
   * @throws IOException never, as the text is in memory
   */
  public static JsonParser parser(String text) throws IOException {
    return FACTORY.createParser(text);
  }

  /**
   * Starts reading one value, without a copy of the document.
   *
   * @param utf8 holds the document
   * @param from where the value starts; what follows it is not an error unless it is read
   * @return a parser before the first token, which counts bytes from there
   * @throws IOException never, as the document is in memory
   */
  public static JsonParser parser(byte[] utf8, int from) throws IOException {
    return FACTORY.createParser(utf8, from, utf8.length - from);
  }

  /**
   * Starts writing.
   *
   * @param target where to
   * @return a generator of JSON without whitespace
   * @throws IOException if the target fails
   */
  public static JsonGenerator generator(Writer target) throws IOException {
    return FACTORY.createGenerator(target);
  }

  /**
   * Makes a mapper for records whose components are "not set" when absent, null or zero, and which
   * ignores unknown fields.
   *
   * @param naming how the fields of the records are called in JSON
   * @param empty what stands for parts of a class that are not set; null for all other classes
   * @return a mapper
   */
  public static ObjectMapper mapper(PropertyNamingStrategy naming, Map<Class<?>, Object> empty) {
    SimpleModule module = new SimpleModule("infraevents");
    module.setDeserializers(new Readers());
    module.addDeserializer(String.class, new Scalars.Text());
    module.addDeserializer(long.class, new Scalars.Integer64());
    module.addDeserializer(boolean.class, new Scalars.Flag());
    module.addDeserializer(Instant.class, new Scalars.Time());
    module.addDeserializer(Bytes.class, new Scalars.Binary());
    module.addDeserializer(JsonNode.class, new TreeReader());
    module.setDeserializerModifier(new Records(empty));
    return JsonMapper.builder(FACTORY)
        .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .propertyNamingStrategy(naming)
        .addModule(module)
        .build();
  }

  /**
   * Where the value that was just read ends.
   *
   * @param parser a parser on the last token of a value
   * @return the index after its last character
   * @throws IOException if the rest of the value is malformed
   */
  public static int endOfValue(JsonParser parser) throws IOException {
    parser.finishToken();
    return (int) parser.currentLocation().getCharOffset();
  }

  /**
   * Where the value that was just read ends, in a document of bytes.
   *
   * @param parser a parser of bytes on the last token of a value
   * @return the number of bytes before its end
   * @throws IOException if the rest of the value is malformed
   */
  public static int endOfValueByte(JsonParser parser) throws IOException {
    parser.finishToken();
    return (int) parser.currentLocation().getByteOffset();
  }

  /**
   * Where the current token starts.
   *
   * @param parser a parser on a token
   * @return the index of its first character
   */
  public static int startOfToken(JsonParser parser) {
    return (int) parser.currentTokenLocation().getCharOffset();
  }

  /**
   * Where the current token starts, in a document of bytes.
   *
   * @param parser a parser of bytes on a token
   * @return the number of bytes before it
   */
  public static int startOfTokenByte(JsonParser parser) {
    return (int) parser.currentTokenLocation().getByteOffset();
  }

  /**
   * Turns a failure of Jackson into ours. The original is left out, even as the cause: its message
   * quotes what was read.
   *
   * @param what what could not be read, such as {@code "GARM instance event of 1017 bytes"}
   * @param root the path of the value that was read, such as {@code "payload"}
   * @param failure Jackson's failure
   * @return the exception to throw
   */
  public static DecodingException undecodable(String what, String root, IOException failure) {
    return new DecodingException("Can not read the " + what + ": " + reason(root, failure), null);
  }

  /**
   * Says why Jackson failed, without quoting what it read.
   *
   * @param root the path of the value that was read, such as {@code "payload"}
   * @param failure Jackson's failure
   * @return half a sentence
   */
  public static String reason(String root, IOException failure) {
    for (Throwable e = failure; e != null; e = e.getCause()) {
      if (e instanceof StreamConstraintsException) {
        return "it is nested too deep or too large, or a name or a number in it is too long";
      }
      if (e instanceof StreamReadException syntax) {
        return "not valid JSON" + position(root, syntax);
      }
    }
    if (failure instanceof JsonMappingException mapping) {
      String detail =
          mapping instanceof WrongValueException
              ? mapping.getOriginalMessage()
              : "not of the JSON type that belongs there";
      return path(root, mapping) + ": " + detail;
    }
    return "not valid JSON";
  }

  // Jackson knows the characters of a text and the bytes of an array.
  private static String position(String root, JsonProcessingException syntax) {
    @Nullable JsonLocation location = syntax.getLocation();
    if (location == null) {
      return "";
    }
    return location.getCharOffset() >= 0
        ? " at character " + location.getCharOffset()
        : " at byte " + location.getByteOffset() + " of the " + root;
  }

  // Only names of our own records get into a path, never a key that the server made up.
  private static String path(String root, JsonMappingException failure) {
    StringBuilder path = new StringBuilder(root);
    for (Reference step : failure.getPath()) {
      if (step.getFieldName() != null) {
        path.append('.').append(step.getFieldName());
      } else {
        path.append('[').append(step.getIndex()).append(']');
      }
    }
    return path.toString();
  }

  /** Finds the readers of generic types, by their type argument. */
  private static final class Readers extends SimpleDeserializers {
    private static final long serialVersionUID = 1L;

    @Override
    @SuppressWarnings({"unchecked", "rawtypes"}) // the bounds of OpenEnum hold for its argument
    public @Nullable JsonDeserializer<?> findBeanDeserializer(
        JavaType type, DeserializationConfig config, BeanDescription description)
        throws JsonMappingException {
      if (type.hasRawClass(OpenEnum.class)) {
        return new Scalars.Word((Class) type.containedType(0).getRawClass());
      }
      return super.findBeanDeserializer(type, config, description);
    }

    @Override
    public @Nullable JsonDeserializer<?> findCollectionDeserializer(
        CollectionType type,
        DeserializationConfig config,
        BeanDescription description,
        @Nullable TypeDeserializer elementType,
        @Nullable JsonDeserializer<?> elements)
        throws JsonMappingException {
      if (type.hasRawClass(List.class)) {
        return new ListReader(type.getContentType(), elements);
      }
      return super.findCollectionDeserializer(type, config, description, elementType, elements);
    }

    @Override
    @SuppressWarnings({"unchecked", "rawtypes"}) // the bounds of OpenEnum hold for its argument
    public @Nullable JsonDeserializer<?> findMapDeserializer(
        MapType type,
        DeserializationConfig config,
        BeanDescription description,
        @Nullable KeyDeserializer keys,
        @Nullable TypeDeserializer valueType,
        @Nullable JsonDeserializer<?> values)
        throws JsonMappingException {
      if (type.getKeyType().hasRawClass(OpenEnum.class)) {
        return new CountsReader((Class) type.getKeyType().containedType(0).getRawClass());
      }
      return super.findMapDeserializer(type, config, description, keys, valueType, values);
    }
  }

  /** Puts our reader of records in the place of Jackson's. */
  private static final class Records extends BeanDeserializerModifier {
    private static final long serialVersionUID = 1L;

    private final transient Map<Class<?>, Object> empty; // no one serializes a mapper

    private Records(Map<Class<?>, Object> empty) {
      this.empty = Map.copyOf(empty);
    }

    @Override
    public JsonDeserializer<?> modifyDeserializer(
        DeserializationConfig config, BeanDescription description, JsonDeserializer<?> reader) {
      return reader instanceof BeanDeserializerBase known && known.handledType().isRecord()
          ? new RecordReader(known, description, empty.get(known.handledType()))
          : reader;
    }
  }
}
