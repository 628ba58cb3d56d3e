package dev.infraevents.internal.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.infraevents.Bytes;
import dev.infraevents.OpenEnum;
import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What {@code toString} of a payload shows: the components that are set, without the secrets that
 * an operator may have put into them.
 */
public final class RecordText {

  private static final ClassValue<RecordComponent[]> COMPONENTS =
      new ClassValue<>() {
        @Override
        protected RecordComponent[] computeValue(Class<?> type) {
          return type.getRecordComponents();
        }
      };

  private static final Pattern WORD = Pattern.compile("\\S+");

  private RecordText() {}

  /**
   * Describes a record.
   *
   * @param payload the record
   * @param hidden components, text or collections, of which only the length is shown
   * @return its simple name and its components, like the {@code toString} every record has
   */
  public static String of(Record payload, String... hidden) {
    Class<?> type = payload.getClass();
    Set<String> hiddenNames = Set.of(hidden);
    StringJoiner text = new StringJoiner(", ", type.getSimpleName() + "[", "]");
    for (RecordComponent component : COMPONENTS.get(type)) {
      Object value = value(payload, component);
      if (value != null && isSet(component, value)) {
        boolean hide = hiddenNames.contains(component.getName());
        text.add(component.getName() + "=" + (hide ? length(value) : shown(value)));
      }
    }
    return text.toString();
  }

  /**
   * Removes the user info of a proxy's address, in whichever form an operator wrote it.
   *
   * @param address a URL, or an address without a scheme
   * @return the address with {@code ***} in place of everything before the last {@code @}
   */
  public static String address(String address) {
    int at = address.lastIndexOf('@');
    if (at < 0) {
      return address;
    }
    int scheme = address.indexOf("://");
    String prefix = scheme >= 0 && scheme < at ? address.substring(0, scheme + 3) : "";
    return prefix + "***" + address.substring(at);
  }

  private static Object shown(Object value) {
    if (value instanceof JsonNode) {
      return "<json>";
    }
    if (value instanceof List<?> list) {
      return list.stream().map(RecordText::shown).toList();
    }
    return value instanceof String text ? withoutUserInfo(text) : value;
  }

  private static String withoutUserInfo(String text) {
    return text.indexOf('@') < 0
        ? text
        : WORD.matcher(text).replaceAll(word -> Matcher.quoteReplacement(word(word.group())));
  }

  // A colon before the at sign tells a URL, or user:password@host, from a mail address.
  private static String word(String word) {
    return word.lastIndexOf(':', word.lastIndexOf('@')) < 0 ? word : address(word);
  }

  private static String length(Object value) {
    if (value instanceof Collection<?> list) {
      return "<" + list.size() + " entries>";
    }
    if (value instanceof Map<?, ?> map) {
      return "<" + map.size() + " entries>";
    }
    return "<" + value.toString().length() + " characters>";
  }

  private static boolean isSet(RecordComponent component, Object value) {
    // What may be null tells false and zero from "not set".
    boolean nullable = component.getType() == Boolean.class || component.getType() == Long.class;
    return nullable || isSet(value);
  }

  private static boolean isSet(Object value) {
    if (value instanceof String text) {
      return !text.isEmpty();
    }
    if (value instanceof Long number) {
      return number != 0;
    }
    if (value instanceof Boolean flag) {
      return flag;
    }
    if (value instanceof Collection<?> list) {
      return !list.isEmpty();
    }
    if (value instanceof Map<?, ?> map) {
      return !map.isEmpty();
    }
    if (value instanceof OpenEnum<?> word) {
      return word.isSet();
    }
    if (value instanceof Bytes bytes) {
      return !bytes.isEmpty();
    }
    if (value instanceof Record part) {
      return isAnySet(part);
    }
    return !(value instanceof JsonNode json) || !json.isMissingNode();
  }

  private static boolean isAnySet(Record part) {
    for (RecordComponent component : COMPONENTS.get(part.getClass())) {
      Object value = value(part, component);
      if (value != null && isSet(component, value)) {
        return true;
      }
    }
    return false;
  }

  private static @Nullable Object value(Record payload, RecordComponent component) {
    try {
      return component.getAccessor().invoke(payload);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("can not read " + component, e);
    }
  }
}
