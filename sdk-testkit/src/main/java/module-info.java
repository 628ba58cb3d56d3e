/**
 * Faithful fakes of the event sources, on real sockets: test an event handler, or a client of your
 * own, without the real systems.
 */
@SuppressWarnings("requires-automatic") // gRPC has no other modules
module dev.infraevents.testkit {
  requires transitive dev.infraevents.core;
  requires com.fasterxml.jackson.databind;
  requires static com.google.protobuf;
  requires static dev.infraevents.grpc.proto;
  requires static dev.infraevents.testkit.junit;
  requires static io.grpc;
  requires static io.grpc.okhttp;
  requires static io.grpc.protobuf;
  requires static io.grpc.stub;
  requires static org.jspecify;
  requires static org.junit.jupiter.api;
  requires static proto.google.cloud.pubsub.v1;
  requires static proto.google.common.protos;

  exports dev.infraevents.testkit;
  exports dev.infraevents.testkit.engflow;
  exports dev.infraevents.testkit.foundries;
  exports dev.infraevents.testkit.garm;
  exports dev.infraevents.testkit.pubsub;

  // The tests of EventSourceContract are not public.
  opens dev.infraevents.testkit to
      org.junit.platform.commons;
}
