package dev.infraevents.websocket.garm;

import static dev.infraevents.websocket.garm.GarmTests.proxy;
import static dev.infraevents.websocket.garm.GarmTests.source;
import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.Capability;
import dev.infraevents.ConnectionOptions;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.Event;
import dev.infraevents.EventFilter;
import dev.infraevents.RawPayload;
import dev.infraevents.SourceSignal;
import dev.infraevents.SourceState;
import dev.infraevents.Subscription;
import dev.infraevents.TlsOptions;
import dev.infraevents.garm.Garm;
import dev.infraevents.garm.GarmFilter;
import dev.infraevents.garm.Operation;
import dev.infraevents.testkit.ReceivedRequest;
import dev.infraevents.testkit.garm.FakeGarm;
import dev.infraevents.testkit.garm.GarmConnection;
import dev.infraevents.testkit.garm.GarmRecording;
import dev.infraevents.testkit.junit.LeakCheck;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LeakCheck.class)
class GarmStreamTest {

  private final Received received = new Received();

  @Test
  void everyRecordedFrameArrivesTypedAndByteForByte() {
    List<String> frames = GarmRecording.head().frames();
    try (var server = FakeGarm.start();
        var garm = source(server).build();
        Subscription subscription = garm.subscribe(received)) {
      server.awaitFilter(Received.PATIENCE);
      frames.forEach(server::emitRaw);
      received.awaitEvents(frames.size());

      assertThat(received.events())
          .extracting(e -> e.raw().utf8())
          .containsExactlyElementsOf(frames);
      assertThat(received.events())
          .extracting(Event::payload)
          .noneMatch(RawPayload.class::isInstance);
      subscription.close();
      assertThat(subscription.stats().balances()).isTrue();
      assertThat(subscription.stats().delivered()).isEqualTo(frames.size());
    }
  }

  @Test
  void sendsTheFilterFirstAndNoOrigin() {
    try (var server = FakeGarm.start();
        var garm =
            source(server)
                .filter(GarmFilter.builder().on(Garm.INSTANCE, Operation.DELETE).build())
                .connection(ConnectionOptions.builder().header("X-Team", "infra").build())
                .build();
        Subscription subscription = garm.subscribe(received)) {
      GarmConnection connection = server.awaitFilter(Received.PATIENCE);

      assertThat(connection.filters())
          .containsExactly(
              "{\"send-everything\":false,\"filters\":[{\"entity-type\":\"instance\","
                  + "\"operations\":[\"delete\"]}]}");
      ReceivedRequest upgrade = connection.request();
      assertThat(upgrade.path()).isEqualTo("/api/v1/ws/events");
      assertThat(upgrade.header("Origin")).isEmpty();
      assertThat(upgrade.header("X-Team")).contains("infra");
      assertThat(upgrade.header("Authorization"))
          .hasValueSatisfying(v -> assertThat(v).startsWith("Bearer "));
      assertThat(subscription.status().epoch()).isEqualTo(1);
      assertThat(garm.capabilities()).containsExactly(Capability.SERVER_FILTER);
    }
  }

  @Test
  void keepsThePathPrefixOfAReverseProxy() throws InterruptedException {
    try (var server = FakeGarm.builder().pathPrefix("/garm").start();
        var garm = source(server).url(server.url().replaceFirst("^http", "ws") + "/").build();
        Subscription subscription = garm.subscribe(received)) {
      assertThat(subscription.awaitStreaming(Received.PATIENCE)).isTrue();
      assertThat(server.upgradeRequests().get(0).path()).isEqualTo("/garm/api/v1/ws/events");
      assertThat(garm.source()).hasToString(server.url());
    }
  }

  @Test
  void speaksTlsWithACaOfItsOwn(@TempDir Path folder) throws Exception {
    try (var server = FakeGarm.builder().tls().start()) {
      Path ca = Files.writeString(folder.resolve("ca.pem"), server.certificatePem());
      var tls = TlsOptions.builder().trustedCertificates(ca).build();
      try (var garm =
              source(server).connection(ConnectionOptions.builder().tls(tls).build()).build();
          Subscription subscription = garm.subscribe(received)) {
        assertThat(subscription.awaitStreaming(Received.PATIENCE)).isTrue();
        server.awaitFilter(Received.PATIENCE);
        server.emit("proxy", "create", proxy("1"));
        assertThat(received.awaitSubject("1").type()).isEqualTo(Garm.PROXY.created());
      }
    }
  }

  @Test
  void replacesTheFilterOfARunningSubscription() {
    try (var server = FakeGarm.start();
        var garm = source(server).filter(GarmFilter.builder().on(Garm.POOL).build()).build();
        Subscription subscription = garm.subscribe(received)) {
      GarmConnection connection = server.awaitFilter(Received.PATIENCE);
      server.emit("proxy", "create", proxy("1"));
      GarmFilter proxies = GarmFilter.builder().on(Garm.PROXY).build();
      garm.replaceFilter(proxies);
      connection.await(c -> c.filters().size() == 2, Received.PATIENCE);
      server.emit("proxy", "create", proxy("2"));

      received.awaitSubject("2");
      assertThat(received.subjects()).containsExactly("2");
      assertThat(connection.filters()).last().isEqualTo(proxies.toJson());

      connection.close(1000, "");
      GarmConnection next = server.awaitConnections(2, Received.PATIENCE).get(1);
      next.awaitFilter(Received.PATIENCE);
      assertThat(next.filters()).containsExactly(proxies.toJson());
      assertThat(subscription.status().state()).isNotEqualTo(SourceState.FAILED);
    }
  }

  @Test
  void clientSideFilterIsCountedAsFiltered() {
    var options =
        DeliveryOptions.builder().filter(EventFilter.attribute("operation", "create")).build();
    try (var server = FakeGarm.start();
        var garm = source(server).build();
        Subscription subscription = garm.subscribe(received, options)) {
      server.awaitFilter(Received.PATIENCE);
      server.emit("proxy", "update", proxy("1"));
      server.emit("proxy", "create", proxy("2"));
      received.awaitSubject("2");
      subscription.close();
      assertThat(subscription.stats().filtered()).isEqualTo(1);
      assertThat(subscription.stats().balances()).isTrue();
    }
  }

  @Test
  void usesTheSettingsOfAGivenClientAndLeavesItAlone() throws InterruptedException {
    var template =
        new OkHttpClient.Builder()
            .addInterceptor(
                chain ->
                    chain.proceed(
                        chain.request().newBuilder().header("X-Via", "interceptor").build()))
            .build();
    try (var server = FakeGarm.start();
        var garm = source(server).httpClient(template).build();
        Subscription subscription = garm.subscribe(received)) {
      assertThat(subscription.awaitStreaming(Received.PATIENCE)).isTrue();
      assertThat(server.upgradeRequests().get(0).header("X-Via")).contains("interceptor");
      assertThat(template.dispatcher().runningCallsCount()).isZero();
      assertThat(template.connectionPool().connectionCount()).isZero();
    }
  }

  @Test
  void eachSubscriptionHasAConnectionOfItsOwn() {
    var second = new Received();
    try (var server = FakeGarm.start();
        var garm = source(server).build();
        Subscription first = garm.subscribe(received);
        Subscription other = garm.subscribe(second)) {
      server.awaitConnections(2, Received.PATIENCE).forEach(c -> c.awaitFilter(Received.PATIENCE));
      server.emit("proxy", "create", proxy("7"));
      received.awaitSubject("7");
      second.awaitSubject("7");
      first.close();
      assertThat(received.signals(SourceSignal.Closed.class)).hasSize(1);
      assertThat(other.status().state()).isEqualTo(SourceState.STREAMING);
      assertThat(garm.status().state()).isEqualTo(SourceState.STREAMING);
    }
    assertThat(second.signals(SourceSignal.Closed.class)).hasSize(1);
  }
}
