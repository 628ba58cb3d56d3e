package dev.infraevents.grpc;

import dev.infraevents.spi.ActivitySocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.security.NoSuchAlgorithmException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * TLS that tells how it ended. With TLS 1.3 a server refuses a client certificate when the client
 * already reads, and gRPC forgets why a read failed.
 */
final class WatchedTls extends SSLSocketFactory {

  private static final String JDK_PROVIDER = "SunJSSE";

  private final SSLSocketFactory tls;
  private final ConnectionWatch watch;

  private WatchedTls(SSLSocketFactory tls, ConnectionWatch watch) {
    this.tls = tls;
    this.watch = watch;
  }

  /**
   * Makes a factory.
   *
   * @param context null for the JVM's default
   */
  static SSLSocketFactory of(@Nullable SSLContext context, ConnectionWatch watch) {
    try {
      SSLContext used = context == null ? SSLContext.getDefault() : context;
      SSLSocketFactory tls = used.getSocketFactory();
      // gRPC looks for methods of their own on the sockets of other providers.
      return used.getProvider().getName().equals(JDK_PROVIDER) ? new WatchedTls(tls, watch) : tls;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has a default", e);
    }
  }

  @Override
  public Socket createSocket(Socket socket, String host, int port, boolean autoClose)
      throws IOException {
    SSLSocket layered = (SSLSocket) tls.createSocket(socket, host, port, autoClose);
    return new WatchedTlsSocket(layered, (ActivitySocket) socket, watch);
  }

  @Override
  public String[] getDefaultCipherSuites() {
    return tls.getDefaultCipherSuites();
  }

  @Override
  public String[] getSupportedCipherSuites() {
    return tls.getSupportedCipherSuites();
  }

  @Override
  public Socket createSocket(String host, int port) {
    throw onlyLayered();
  }

  @Override
  public Socket createSocket(InetAddress host, int port) {
    throw onlyLayered();
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress localHost, int localPort) {
    throw onlyLayered();
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress localHost, int localPort) {
    throw onlyLayered();
  }

  private static UnsupportedOperationException onlyLayered() {
    return new UnsupportedOperationException("gRPC connects first and puts TLS on top");
  }
}
