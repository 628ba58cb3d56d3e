package dev.infraevents.testkit.engflow;

import dev.infraevents.spi.TimeSource;
import dev.infraevents.testkit.TlsFiles;
import io.grpc.ServerBuilder;
import io.grpc.ServerCredentials;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Says how a {@link FakeEngFlow} is set up. Without further calls it is an open cluster without
 * TLS.
 */
public final class FakeEngFlowBuilder {

  final Set<EngFlowCredentials.Kind> credentials = EnumSet.noneOf(EngFlowCredentials.Kind.class);
  final Map<String, String> headers = new LinkedHashMap<>();
  String token = "fake-engflow-token";
  @Nullable TimeSource time;
  boolean clientRequired;
  Duration window = Duration.ofSeconds(60);
  int maxOutstanding = 1000;
  boolean releaseAtStreamEnd;
  boolean endStreamOnMissedWindow;
  boolean strictKeepAlive;
  boolean callsAnnounced;
  @Nullable Path tlsDirectory;
  boolean certificateDemanded;
  @Nullable Function<ServerCredentials, ServerBuilder<?>> serverBuilder;

  FakeEngFlowBuilder() {}

  /**
   * Accepts the pair of headers {@code x-engflow-auth-method} and {@code x-engflow-auth-token}. If
   * several kinds of credentials are accepted, a call needs one of them; if none is, a call needs
   * none.
   *
   * @return this builder
   */
  public FakeEngFlowBuilder acceptToken() {
    credentials.add(EngFlowCredentials.Kind.TOKEN);
    return this;
  }

  /**
   * Accepts the token as {@code authorization: Bearer}.
   *
   * @return this builder
   */
  public FakeEngFlowBuilder acceptBearer() {
    credentials.add(EngFlowCredentials.Kind.BEARER);
    return this;
  }

  /**
   * Accepts a header of any name, as an authentication backend of one's own may ask for.
   *
   * @param name the name
   * @param value the value that lets a call in
   * @return this builder
   */
  public FakeEngFlowBuilder acceptHeader(String name, String value) {
    headers.put(name, value);
    return this;
  }

  /**
   * Accepts the client certificate of {@link TlsFiles}. It needs {@link #tls}.
   *
   * @return this builder
   */
  public FakeEngFlowBuilder acceptCertificate() {
    credentials.add(EngFlowCredentials.Kind.CERTIFICATE);
    return this;
  }

  /**
   * Serves TLS with a certificate of a private authority, for localhost and 127.0.0.1. Client
   * certificates of that authority are taken, and of no other.
   *
   * @param directory where the files that clients need are written to, see {@link FakeEngFlow#tls};
   *     created if it is not there
   * @return this builder
   */
  public FakeEngFlowBuilder tls(Path directory) {
    this.tlsDirectory = directory;
    return this;
  }

  /**
   * Refuses connections without a client certificate, as a proxy in front of the cluster may do,
   * whatever credentials calls have. It needs {@link #tls}.
   *
   * @return this builder
   */
  public FakeEngFlowBuilder demandCertificate() {
    this.certificateDemanded = true;
    return this;
  }

  /**
   * Sets the token that is valid until it expires.
   *
   * @param token some token by default, see {@link FakeEngFlow#token}
   * @return this builder
   */
  public FakeEngFlowBuilder token(String token) {
    this.token = token;
    return this;
  }

  /**
   * Sets the time in which notifications are stamped and windows end. Faults happen in real time.
   *
   * @param time the system's by default; not shut down by the fake
   * @return this builder
   */
  public FakeEngFlowBuilder timeSource(TimeSource time) {
    this.time = time;
    return this;
  }

  /**
   * Insists on a client id in the first request, as servers did before July 2025.
   *
   * @return this builder
   */
  public FakeEngFlowBuilder requireClient() {
    this.clientRequired = true;
    return this;
  }

  /**
   * Sets how long a notification waits for its acknowledgement if the reader does not say.
   *
   * @param window 60 s by default
   * @return this builder
   */
  public FakeEngFlowBuilder window(Duration window) {
    this.window = window;
    return this;
  }

  /**
   * Sets how many notifications a reader may leave unacknowledged before it gets no more. The real
   * number is not published.
   *
   * @param maxOutstanding 1000 by default
   * @return this builder
   */
  public FakeEngFlowBuilder maxOutstanding(int maxOutstanding) {
    this.maxOutstanding = maxOutstanding;
    return this;
  }

  /**
   * Lets the unacknowledged notifications of a reader go to others as soon as its call ends. By
   * default they do when their windows end. Which one the real system does is not published.
   *
   * @return this builder
   */
  public FakeEngFlowBuilder releaseAtStreamEnd() {
    this.releaseAtStreamEnd = true;
    return this;
  }

  /**
   * Ends the call of a reader that misses a window, with ABORTED. The real system may do that.
   *
   * @return this builder
   */
  public FakeEngFlowBuilder endStreamOnMissedWindow() {
    this.endStreamOnMissedWindow = true;
    return this;
  }

  /**
   * Sends the headers of a {@code Pull} call as soon as its first request is accepted. By default
   * they come with the first message, so that a reader of an empty queue hears nothing.
   *
   * @return this builder
   */
  public FakeEngFlowBuilder announceCalls() {
    this.callsAnnounced = true;
    return this;
  }

  /**
   * Takes it ill if a client pings more often than every 5 minutes, or without a call: such a
   * client is disconnected with ENHANCE_YOUR_CALM. By default any ping is answered.
   *
   * @return this builder
   */
  public FakeEngFlowBuilder strictKeepAlive() {
    this.strictKeepAlive = true;
    return this;
  }

  /**
   * Runs another implementation of gRPC than the default one on OkHttp, for example Netty, as the
   * real system does: {@code credentials -> NettyServerBuilder.forAddress(new
   * InetSocketAddress("127.0.0.1", 0), credentials)}.
   *
   * @param serverBuilder makes a builder that listens on an ephemeral port of 127.0.0.1, once for
   *     each start and restart
   * @return this builder
   */
  public FakeEngFlowBuilder serverBuilder(
      Function<ServerCredentials, ServerBuilder<?>> serverBuilder) {
    this.serverBuilder = serverBuilder;
    return this;
  }

  /**
   * Starts the server on an ephemeral port.
   *
   * @return the running server
   */
  public FakeEngFlow start() {
    return new FakeEngFlow(this);
  }
}
