package dev.infraevents.testkit.engflow;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import dev.infraevents.grpc.proto.auth.AuthContext;
import dev.infraevents.grpc.proto.eventstore.BuildLifecycleEventNotification;
import dev.infraevents.grpc.proto.eventstore.BuildLifecycleEventNotification.BuildFinished;
import dev.infraevents.grpc.proto.eventstore.BuildLifecycleEventNotification.BuildStarted;
import dev.infraevents.grpc.proto.eventstore.BuildLifecycleEventNotification.InvocationFinished;
import dev.infraevents.grpc.proto.eventstore.BuildLifecycleEventNotification.InvocationStarted;
import dev.infraevents.grpc.proto.iam.User;
import dev.infraevents.grpc.proto.resultstore.BuildLifecycleNotification;
import java.util.Arrays;
import java.util.UUID;

/** A notification about a build that is to be published: see {@link EngFlowQueue#about}. */
public final class NewNotification {

  private final EngFlowQueue queue;
  private final BuildLifecycleEventNotification.Builder lifecycle =
      BuildLifecycleEventNotification.newBuilder();
  private String id = UUID.randomUUID().toString();

  NewNotification(EngFlowQueue queue, String buildId) {
    this.queue = queue;
    lifecycle.setBuildId(buildId);
  }

  /**
   * Sets the id. The same one may be published again.
   *
   * @param id a random UUID by default
   * @return this object
   */
  public NewNotification id(String id) {
    this.id = id;
    return this;
  }

  /**
   * Sets the instance.
   *
   * @param name none by default
   * @return this object
   */
  public NewNotification instance(String name) {
    lifecycle.setInstanceName(name);
    return this;
  }

  /**
   * Adds keywords, which notifications of the result store do not have.
   *
   * @param keywords such as {@code command_name=test}
   * @return this object
   */
  public NewNotification keywords(String... keywords) {
    lifecycle.addAllKeywords(Arrays.asList(keywords));
    return this;
  }

  /**
   * Sets who is responsible, which notifications of the result store do not say.
   *
   * @param principal typically an e-mail address; nobody by default
   * @param roles the roles
   * @return this object
   */
  public NewNotification user(String principal, String... roles) {
    User user = User.newBuilder().setPrincipal(principal).addAllRole(Arrays.asList(roles)).build();
    lifecycle.setAuthContext(AuthContext.newBuilder().setUser(user));
    return this;
  }

  /**
   * Publishes that the build has started.
   *
   * @return the id
   */
  public String buildStarted() {
    lifecycle.setBuildStarted(BuildStarted.getDefaultInstance());
    return publish(lifecycle.build());
  }

  /**
   * Publishes that the build has finished.
   *
   * @return the id
   */
  public String buildFinished() {
    lifecycle.setBuildFinished(BuildFinished.getDefaultInstance());
    return publish(lifecycle.build());
  }

  /**
   * Publishes that an invocation of the build has started.
   *
   * @param invocationId a UUID in the real system
   * @return the id
   */
  public String invocationStarted(String invocationId) {
    lifecycle.setInvocationStarted(InvocationStarted.newBuilder().setInvocationId(invocationId));
    return publish(lifecycle.build());
  }

  /**
   * Publishes that an invocation of the build has finished.
   *
   * @param invocationId a UUID in the real system
   * @return the id
   */
  public String invocationFinished(String invocationId) {
    lifecycle.setInvocationFinished(InvocationFinished.newBuilder().setInvocationId(invocationId));
    return publish(lifecycle.build());
  }

  /**
   * Publishes an event of no kind, as a server newer than the client would send it.
   *
   * @return the id
   */
  public String unknownKind() {
    return publish(lifecycle.clearKind().build());
  }

  /**
   * Publishes that an invocation of the build has started, as the result store says it.
   *
   * @param invocationId a UUID in the real system
   * @return the id
   */
  public String resultStoreInvocationStarted(String invocationId) {
    return publish(
        resultStore()
            .setInvocationStarted(
                BuildLifecycleNotification.InvocationStarted.newBuilder()
                    .setInvocationId(invocationId))
            .build());
  }

  /**
   * Publishes an event of the result store of no kind, as a server newer than the client would send
   * it.
   *
   * @return the id
   */
  public String resultStoreUnknownKind() {
    return publish(resultStore().build());
  }

  private BuildLifecycleNotification.Builder resultStore() {
    return BuildLifecycleNotification.newBuilder()
        .setInstanceName(lifecycle.getInstanceName())
        .setBuildId(lifecycle.getBuildId());
  }

  private String publish(Message payload) {
    return queue.publish(queue.notification(id, Any.pack(payload)));
  }
}
