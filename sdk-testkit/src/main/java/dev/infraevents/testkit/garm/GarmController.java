package dev.infraevents.testkit.garm;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** The controller object, with the fields in GARM's order. */
final class GarmController {

  private static final String ID = "0fdddd5c-771c-4543-9a26-281ded1b9b81";

  private GarmController() {}

  /** URLs that are not set are left out, as all empty strings are. */
  static String json(String url, boolean urlsConfigured) {
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
        .put(
            "garm_agent_releases_url", "https://api.github.com/repos/cloudbase/garm-agent/releases")
        .put("enable_agent_tools_sync", false)
        .put("garm_agent_version", "")
        .put("allow_insecure_garm_agent", false)
        .put("minimum_job_age_backoff", 30)
        .put("version", "v0.0.0-head")
        .toString();
  }
}
