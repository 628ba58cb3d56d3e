package dev.infraevents.engflow;

/**
 * The result store has heard of an invocation.
 *
 * @param instanceName the instance of the cluster; may be empty
 * @param buildId the build: a UUID, which may have a path of names before it
 * @param invocationId the invocation: a UUID
 */
public record ResultStoreInvocationStarted(String instanceName, String buildId, String invocationId)
    implements ResultStoreEvent {}
