package dev.infraevents.testkit.pubsub;

/** The service account that tokens are minted for. */
record PushAccount(String email, String subject) {}
