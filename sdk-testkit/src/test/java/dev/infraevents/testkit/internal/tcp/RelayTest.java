package dev.infraevents.testkit.internal.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.testkit.internal.Changes;
import dev.infraevents.testkit.internal.DaemonThreads;
import dev.infraevents.testkit.junit.LeakCheck;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** How a connection is cut in the middle of a message. */
@ExtendWith(LeakCheck.class)
class RelayTest {

  private static final String PREFACE = "505249202a20485454502f322e300d0a0d0a534d0d0a0d0a";
  private static final String SETTINGS = "000000040000000000";
  private static final String HEADERS_OF_STREAM_3 = "000002010400000003" + "8286";

  private final DaemonThreads threads = new DaemonThreads("relay-test");
  private ServerSocket listener;
  private Relay relay;
  private Socket client;
  private Socket server;

  private void connect(boolean tls) throws IOException {
    listener = new ServerSocket();
    listener.bind(LoopbackPort.address(0));
    relay = new Relay(threads, tls, new Changes());
    relay.relayTo(listener.getLocalPort());
    relay.port().listen();
    client = new Socket();
    client.connect(LoopbackPort.address(relay.port().number()));
    client.setSoTimeout(10_000);
    server = listener.accept();
  }

  @AfterEach
  void tearDown() throws IOException {
    client.close();
    server.close();
    listener.close();
    relay.port().stopListening();
    relay.wires().drop();
    threads.join();
  }

  @Test
  void bytesPassBothWaysUntilTheEnd() throws IOException {
    connect(false);
    clientSends(PREFACE);
    serverSends("0102");
    assertThat(clientReads(2)).isEqualTo("0102");
    client.shutdownOutput();
    assertThat(server.getInputStream().read()).isEqualTo(-1);
    serverSends("03");
    server.close();

    assertThat(clientReadsAll()).isEqualTo("03");
  }

  @Test
  void betweenFramesItBeginsOneForTheNewestStream() throws IOException {
    connect(false);
    clientSends(PREFACE + SETTINGS + HEADERS_OF_STREAM_3);
    serverSends(SETTINGS);
    clientReads(9);

    relay.truncate();

    assertThat(clientReadsAll()).isEqualTo("001000000000000003" + "0000000ffb" + "0a7d");
  }

  @Test
  void withinAFrameItEndsThere() throws IOException {
    connect(false);
    clientSends(PREFACE + SETTINGS + HEADERS_OF_STREAM_3);
    serverSends(SETTINGS + "0000050000000000030102");
    clientReads(9);
    clientReads(11);

    relay.truncate();

    assertThat(clientReadsAll()).isEmpty();
  }

  @Test
  void beneathTlsItBeginsARecord() throws IOException {
    connect(true);
    clientSends("1603010001" + "01");
    serverSends("1603030002" + "0203");
    clientReads(7);

    relay.truncate();

    assertThat(clientReadsAll()).isEqualTo("1703031000" + "0a7d");
  }

  private void clientSends(String hex) throws IOException {
    byte[] bytes = HexFormat.of().parseHex(hex);
    client.getOutputStream().write(bytes);
    assertThat(server.getInputStream().readNBytes(bytes.length)).isEqualTo(bytes);
  }

  private void serverSends(String hex) throws IOException {
    server.getOutputStream().write(HexFormat.of().parseHex(hex));
  }

  private String clientReads(int bytes) throws IOException {
    return HexFormat.of().formatHex(client.getInputStream().readNBytes(bytes));
  }

  private String clientReadsAll() throws IOException {
    return HexFormat.of().formatHex(client.getInputStream().readAllBytes());
  }
}
