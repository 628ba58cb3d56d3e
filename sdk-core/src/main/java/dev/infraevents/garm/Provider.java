package dev.infraevents.garm;

import dev.infraevents.Bytes;
import dev.infraevents.DecodingException;
import dev.infraevents.internal.garm.GarmJson;
import dev.infraevents.internal.json.Json;
import dev.infraevents.internal.text.RecordText;
import java.io.IOException;

/**
 * What makes the machines that runners run on, as the server is configured. REST only: there are no
 * events about it.
 *
 * @param name its name; empty when not set
 * @param type how it is called, {@code external}; empty when not set
 * @param description free text; empty when not set
 */
public record Provider(String name, String type, String description) {

  /**
   * Reads one provider from an answer of the REST API.
   *
   * @param json one JSON object
   * @return the provider
   * @throws DecodingException if it is malformed; the message quotes nothing of it
   */
  public static Provider decode(Bytes json) throws DecodingException {
    try {
      return GarmJson.reader(Provider.class).readValue(json.utf8());
    } catch (IOException e) {
      throw Json.undecodable("GARM provider of " + json.size() + " bytes", "provider", e);
    }
  }

  @Override
  public String toString() {
    return RecordText.of(this);
  }
}
