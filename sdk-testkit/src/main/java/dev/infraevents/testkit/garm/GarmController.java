package dev.infraevents.testkit.garm;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** The controller as it is at the start. */
final class GarmController {

  static final String ID = "0fdddd5c-771c-4543-9a26-281ded1b9b81";

  private static final String AGENT_RELEASES =
      "https://api.github.com/repos/cloudbase/garm-agent/releases";

  private GarmController() {}

  static ObjectNode initial(String url, boolean urlsConfigured, GarmVersion version) {
    ObjectNode controller = Json.object().put("controller_id", ID).put("hostname", "fake-garm");
    if (urlsConfigured) {
      controller
          .put("metadata_url", url + "/api/v1/metadata")
          .put("callback_url", url + "/api/v1/callbacks")
          .put("webhook_url", url + "/webhooks")
          .put("controller_webhook_url", url + "/webhooks/" + ID)
          .put("agent_url", url);
    }
    return controller
        .put("garm_agent_releases_url", AGENT_RELEASES)
        .put("minimum_job_age_backoff", 30)
        .put("version", version.text());
  }
}
