package dev.infraevents.grpc;

import dev.infraevents.TlsOptions;
import io.grpc.BindableService;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.okhttp.OkHttpServerBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ServerSocketFactory;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;

/** A gRPC server on loopback, with the TLS that a test wants. */
final class RpcServer implements AutoCloseable {

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final ScheduledExecutorService timers = Executors.newSingleThreadScheduledExecutor();
  private final List<Metadata> headers = new CopyOnWriteArrayList<>();
  private final Server server;

  private RpcServer(ServerSocketFactory sockets, BindableService service) throws IOException {
    this.server =
        OkHttpServerBuilder.forPort(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                InsecureServerCredentials.create())
            .socketFactory(sockets)
            .transportExecutor(threads)
            .scheduledExecutorService(timers)
            .executor(threads)
            .intercept(new Recorder())
            .addService(service)
            .build()
            .start();
  }

  static RpcServer plaintext(BindableService service) throws IOException {
    return new RpcServer(ServerSocketFactory.getDefault(), service);
  }

  /**
   * Speaks TLS of one version; wants a client certificate that its trusted certificates vouch for.
   */
  static RpcServer mutual(TlsOptions tls, String version, BindableService service)
      throws IOException {
    return new RpcServer(new TlsSockets(tls, version, true), service);
  }

  /** Speaks TLS of one version. */
  static RpcServer tls(TlsOptions tls, String version, BindableService service) throws IOException {
    return new RpcServer(new TlsSockets(tls, version, false), service);
  }

  int port() {
    return server.getPort();
  }

  /** What calls were sent with. */
  List<Metadata> headers() {
    return headers;
  }

  @Override
  public void close() throws InterruptedException {
    server.shutdownNow();
    server.awaitTermination(10, TimeUnit.SECONDS);
    threads.shutdownNow();
    timers.shutdownNow();
  }

  private final class Recorder implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata sent, ServerCallHandler<Q, A> next) {
      headers.add(sent);
      return next.startCall(call, sent);
    }
  }

  private static final class TlsSockets extends ServerSocketFactory {
    private final TlsOptions tls;
    private final String version;
    private final boolean mutual;

    TlsSockets(TlsOptions tls, String version, boolean mutual) {
      this.tls = tls;
      this.version = version;
      this.mutual = mutual;
    }

    @Override
    public ServerSocket createServerSocket() throws IOException {
      var socket = (SSLServerSocket) tls.sslContext().getServerSocketFactory().createServerSocket();
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setApplicationProtocols(new String[] {"h2"});
      parameters.setProtocols(new String[] {version});
      parameters.setNeedClientAuth(mutual);
      socket.setSSLParameters(parameters);
      return socket;
    }

    @Override
    public ServerSocket createServerSocket(int port) {
      throw new UnsupportedOperationException();
    }

    @Override
    public ServerSocket createServerSocket(int port, int backlog) {
      throw new UnsupportedOperationException();
    }

    @Override
    public ServerSocket createServerSocket(int port, int backlog, InetAddress address) {
      throw new UnsupportedOperationException();
    }
  }
}
