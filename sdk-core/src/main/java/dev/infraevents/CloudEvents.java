package dev.infraevents;

import java.util.Locale;

/**
 * Events in the JSON form of CloudEvents 1.0, for brokers and for other languages, and back again
 * without loss.
 *
 * <p>The data of a CloudEvent is the source's own payload, character for character ({@code
 * data_base64} where that is not JSON); what the envelope held travels as extension attributes, and
 * the time of arrival as the extension {@value #RECEIVED_AT}. {@link Event#raw()} does not travel:
 * of an event that came this way it is the CloudEvent.
 *
 * <p>An event that is read back has the typed payload it had before. CloudEvents of other senders
 * can be read too: a type that no {@link dev.infraevents.spi.PayloadCatalog} knows comes with a
 * {@link RawData} payload.
 */
public final class CloudEvents {

  /** The media type of the JSON form. */
  public static final String MEDIA_TYPE = "application/cloudevents+json";

  /** The extension attribute that holds {@link Event#receivedAt()}. */
  public static final String RECEIVED_AT = "receivedat";

  private CloudEvents() {}

  /**
   * Writes an event.
   *
   * @param event the event
   * @return one JSON object; on one line if the event's data is
   * @throws IllegalArgumentException if a time is not within the years 0 to 9999, which is all that
   *     RFC 3339 can say
   */
  public static String toJson(Event<?> event) {
    return CloudEventsWriter.write(event);
  }

  /**
   * Reads an event.
   *
   * @param json one CloudEvent in JSON
   * @return the event, typed where its type is known
   * @throws DecodingException if it is no CloudEvent of version 1.0, or if the payload of a known
   *     type is malformed; the message quotes no payload
   */
  public static Event<?> fromJson(String json) throws DecodingException {
    return CloudEventsReader.read(Bytes.ofUtf8(json));
  }

  /**
   * Reads an event.
   *
   * @param json one CloudEvent in JSON, as UTF-8
   * @return the event, typed where its type is known
   * @throws DecodingException if it is no CloudEvent of version 1.0, or if the payload of a known
   *     type is malformed; the message quotes no payload
   */
  public static Event<?> fromJson(Bytes json) throws DecodingException {
    return CloudEventsReader.read(json);
  }

  /** Says whether data of a media type is JSON. */
  static boolean isJson(String contentType) {
    int parameters = contentType.indexOf(';');
    String type = parameters < 0 ? contentType : contentType.substring(0, parameters);
    String name = type.strip().toLowerCase(Locale.ROOT);
    return name.endsWith("/json") || name.endsWith("+json");
  }

  /**
   * The payload of a CloudEvent of a type that this version does not know.
   *
   * @param typeName the type of the CloudEvent
   * @param content its data; empty if it has none
   */
  public record RawData(String typeName, Bytes content) implements RawPayload {}
}
