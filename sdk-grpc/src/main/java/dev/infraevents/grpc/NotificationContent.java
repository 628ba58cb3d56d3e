package dev.infraevents.grpc;

import com.google.protobuf.Any;
import dev.infraevents.Bytes;
import dev.infraevents.EventType;
import dev.infraevents.engflow.AuthContext;
import dev.infraevents.engflow.BuildFinished;
import dev.infraevents.engflow.BuildStarted;
import dev.infraevents.engflow.EngFlow;
import dev.infraevents.engflow.EngFlowPayload;
import dev.infraevents.engflow.InvocationFinished;
import dev.infraevents.engflow.InvocationStarted;
import dev.infraevents.engflow.Keywords;
import dev.infraevents.engflow.LifecycleEvent;
import dev.infraevents.engflow.PackedMessage;
import dev.infraevents.engflow.ResultStoreInvocationStarted;
import dev.infraevents.engflow.UnknownLifecycleEvent;
import dev.infraevents.engflow.UnknownNotification;
import dev.infraevents.engflow.UnknownResultStoreEvent;
import dev.infraevents.engflow.User;
import dev.infraevents.grpc.proto.eventstore.BuildLifecycleEventNotification;
import dev.infraevents.grpc.proto.resultstore.BuildLifecycleNotification;
import org.jspecify.annotations.Nullable;

/**
 * What a notification is about.
 *
 * @param type the type of its event
 * @param payload the payload of its event
 * @param instance the instance of the cluster; may be empty
 * @param buildId the build; may be empty
 * @param invocationId the invocation; may be empty
 */
record NotificationContent(
    EventType<? extends EngFlowPayload> type,
    EngFlowPayload payload,
    String instance,
    String buildId,
    String invocationId) {

  private static final String LIFECYCLE =
      BuildLifecycleEventNotification.getDescriptor().getFullName();
  private static final String RESULT_STORE =
      BuildLifecycleNotification.getDescriptor().getFullName();
  private static final String WHAT_LIFECYCLE = what(LIFECYCLE);
  private static final String WHAT_RESULT_STORE = what(RESULT_STORE);

  /**
   * Reads a notification's message, of whatever type it is; the default instance stands for none.
   */
  static NotificationContent of(Any message) {
    // Only what nobody can read keeps its bytes.
    String name = new PackedMessage(message.getTypeUrl(), Bytes.EMPTY).messageName();
    if (name.equals(LIFECYCLE)) {
      return lifecycle(
          Protos.parse(
              BuildLifecycleEventNotification.parser(), message.getValue(), WHAT_LIFECYCLE),
          message);
    }
    if (name.equals(RESULT_STORE)) {
      return resultStore(
          Protos.parse(BuildLifecycleNotification.parser(), message.getValue(), WHAT_RESULT_STORE),
          message);
    }
    var payload = new UnknownNotification(Protos.packed(message));
    return new NotificationContent(EngFlow.NOTIFICATION_UNKNOWN, payload, "", "", "");
  }

  private static String what(String messageName) {
    return "EngFlow notification (" + messageName + ")";
  }

  private static NotificationContent lifecycle(BuildLifecycleEventNotification event, Any message) {
    String instance = event.getInstanceName();
    String build = event.getBuildId();
    AuthContext auth = authContext(event);
    Keywords keywords = new Keywords(event.getKeywordsList());
    return switch (event.getKindCase()) {
      case BUILD_STARTED ->
          of(EngFlow.BUILD_STARTED, new BuildStarted(instance, build, auth, keywords), "");
      case BUILD_FINISHED ->
          of(EngFlow.BUILD_FINISHED, new BuildFinished(instance, build, auth, keywords), "");
      case INVOCATION_STARTED -> {
        String invocation = event.getInvocationStarted().getInvocationId();
        yield of(
            EngFlow.INVOCATION_STARTED,
            new InvocationStarted(instance, build, invocation, auth, keywords),
            invocation);
      }
      case INVOCATION_FINISHED -> {
        String invocation = event.getInvocationFinished().getInvocationId();
        yield of(
            EngFlow.INVOCATION_FINISHED,
            new InvocationFinished(instance, build, invocation, auth, keywords),
            invocation);
      }
      case KIND_NOT_SET ->
          of(
              EngFlow.LIFECYCLE_UNKNOWN,
              new UnknownLifecycleEvent(instance, build, auth, keywords, Protos.packed(message)),
              "");
    };
  }

  private static <P extends LifecycleEvent> NotificationContent of(
      EventType<P> type, P event, String invocationId) {
    return new NotificationContent(
        type, event, event.instanceName(), event.buildId(), invocationId);
  }

  private static NotificationContent resultStore(BuildLifecycleNotification event, Any message) {
    String instance = event.getInstanceName();
    String build = event.getBuildId();
    return switch (event.getKindCase()) {
      case INVOCATION_STARTED -> {
        String invocation = event.getInvocationStarted().getInvocationId();
        yield new NotificationContent(
            EngFlow.RESULT_STORE_INVOCATION_STARTED,
            new ResultStoreInvocationStarted(instance, build, invocation),
            instance,
            build,
            invocation);
      }
      case KIND_NOT_SET ->
          new NotificationContent(
              EngFlow.RESULT_STORE_UNKNOWN,
              new UnknownResultStoreEvent(instance, build, Protos.packed(message)),
              instance,
              build,
              "");
    };
  }

  private static @Nullable AuthContext authContext(BuildLifecycleEventNotification event) {
    if (!event.hasAuthContext()) {
      return null;
    }
    var context = event.getAuthContext();
    if (!context.hasUser()) {
      return new AuthContext(null);
    }
    var user = context.getUser();
    return new AuthContext(
        new User(
            user.getPrincipal(),
            user.getRoleList(),
            user.hasProfilePictureUrl() ? user.getProfilePictureUrl() : null));
  }
}
