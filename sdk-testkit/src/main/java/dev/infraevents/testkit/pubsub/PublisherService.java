package dev.infraevents.testkit.pubsub;

import com.google.protobuf.Empty;
import com.google.pubsub.v1.DeleteTopicRequest;
import com.google.pubsub.v1.GetTopicRequest;
import com.google.pubsub.v1.PublishRequest;
import com.google.pubsub.v1.PublishResponse;
import com.google.pubsub.v1.Topic;
import dev.infraevents.testkit.internal.grpc.GrpcService;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;

/** The calls of {@code google.pubsub.v1.Publisher}. */
final class PublisherService implements GrpcService {

  private final PubSubStore store;
  private final UnaryMethods methods;

  PublisherService(PubSubStore store, UnaryMethods methods) {
    this.store = store;
    this.methods = methods;
  }

  @Override
  public ServerServiceDefinition bindService() {
    Topic topic = Topic.getDefaultInstance();
    return ServerServiceDefinition.builder("google.pubsub.v1.Publisher")
        .addMethod(
            methods.define(
                PubSubMethod.CREATE_TOPIC,
                topic,
                topic,
                asked -> topic(store.createTopic(asked.getName()))))
        .addMethod(
            methods.define(
                PubSubMethod.GET_TOPIC,
                GetTopicRequest.getDefaultInstance(),
                topic,
                request -> topic(store.topic(request.getTopic()))))
        .addMethod(
            methods.define(
                PubSubMethod.DELETE_TOPIC,
                DeleteTopicRequest.getDefaultInstance(),
                Empty.getDefaultInstance(),
                this::delete))
        .addMethod(
            methods.define(
                PubSubMethod.PUBLISH,
                PublishRequest.getDefaultInstance(),
                PublishResponse.getDefaultInstance(),
                this::publish))
        .build();
  }

  private static Topic topic(PubSubTopic topic) {
    return Topic.newBuilder().setName(topic.name()).build();
  }

  private Empty delete(DeleteTopicRequest request) {
    store.deleteTopic(request.getTopic());
    return Empty.getDefaultInstance();
  }

  private PublishResponse publish(PublishRequest request) {
    PubSubTopic topic = store.topic(request.getTopic());
    Status verdict = PublishRules.check(request);
    if (!verdict.isOk()) {
      throw verdict.asRuntimeException();
    }
    return PublishResponse.newBuilder()
        .addAllMessageIds(topic.publish(request.getMessagesList()))
        .build();
  }

  @Override
  public void end(Status status) {}

  @Override
  public void heal() {
    methods.heal();
  }
}
