/** The messages and stubs of EngFlow's APIs, generated. */
module dev.infraevents.grpc.proto {
  requires transitive com.google.protobuf;
  requires transitive io.grpc;
  requires transitive io.grpc.stub;
  requires transitive proto.google.common.protos;
  requires com.google.common;
  requires io.grpc.protobuf;

  exports dev.infraevents.grpc.proto.auth;
  exports dev.infraevents.grpc.proto.bazel;
  exports dev.infraevents.grpc.proto.build;
  exports dev.infraevents.grpc.proto.eventstore;
  exports dev.infraevents.grpc.proto.forwarding;
  exports dev.infraevents.grpc.proto.iam;
  exports dev.infraevents.grpc.proto.notification;
  exports dev.infraevents.grpc.proto.resultstore;
}
