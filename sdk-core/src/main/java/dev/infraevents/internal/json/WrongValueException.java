package dev.infraevents.internal.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonMappingException;
import org.jspecify.annotations.Nullable;

/** A field holds what its type can not take. The message quotes nothing of the input. */
final class WrongValueException extends JsonMappingException {

  private static final long serialVersionUID = 1L;

  private WrongValueException(JsonParser parser, String message) {
    super(parser, message);
  }

  /** The current token is of another JSON type. */
  static WrongValueException expected(String wanted, JsonParser parser) {
    return new WrongValueException(
        parser, "expected " + wanted + ", found " + name(parser.currentToken()));
  }

  /** The JSON type is right, the value is not. */
  static WrongValueException isNo(String wanted, JsonParser parser) {
    return new WrongValueException(parser, "is no " + wanted);
  }

  private static String name(@Nullable JsonToken token) {
    return token == null
        ? "nothing"
        : switch (token) {
          case START_OBJECT, END_OBJECT, FIELD_NAME -> "an object";
          case START_ARRAY, END_ARRAY -> "an array";
          case VALUE_STRING -> "a string";
          case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
          case VALUE_TRUE, VALUE_FALSE -> "a boolean";
          case VALUE_NULL -> "null";
          default -> "something else";
        };
  }
}
