package dev.infraevents.websocket.garm;

import static dev.infraevents.websocket.garm.GarmTests.virtual;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.infraevents.AuthenticationException;
import dev.infraevents.RequestException;
import dev.infraevents.TransportException;
import dev.infraevents.garm.Garm;
import dev.infraevents.testkit.garm.FakeGarm;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.junit.VirtualTime;
import dev.infraevents.websocket.garm.Answers.Answer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LeakCheck.class)
class GarmRestLoginTest {

  private static final String LOGIN = "POST /api/v1/auth/login";
  private static final Answer REFUSED =
      Answer.json(401, "{\"error\":\"Authentication failed\",\"details\":\"\"}");
  private static final Answer EMPTY = Answer.json(200, "[]");
  private static final Executor THREADS = task -> new Thread(task, "test-caller").start();

  private static Answer token(String token) {
    return Answer.json(200, "{\"token\":\"" + token + "\"}");
  }

  private static GarmRestClient.Builder client(String url) {
    return GarmRestClient.builder().url(url).credentials(GarmCredentials.password("admin", "pw"));
  }

  @Test
  void theFirstCallLogsIn() throws IOException {
    try (var server = new Answers();
        var garm = client(server.url()).build()) {
      server.on(LOGIN, token("one")).get("pools", "[]");
      garm.list(Garm.POOL);
      garm.list(Garm.POOL);
      assertThat(garm.login().value()).isEqualTo("one");
      assertThat(server.asked())
          .extracting(Answers.Asked::authorization)
          .containsExactly(null, "Bearer one", "Bearer one");
    }
  }

  @Test
  void aRefusedTokenIsReplacedOnce() throws IOException {
    try (var server = new Answers();
        var garm = client(server.url()).build()) {
      server.on(LOGIN, token("one"), token("two")).on("GET /api/v1/pools", REFUSED, EMPTY);
      assertThat(garm.list(Garm.POOL)).isEmpty();
      assertThat(server.asked())
          .extracting(Answers.Asked::authorization)
          .containsExactly(null, "Bearer one", null, "Bearer two");
    }
  }

  @Test
  void aTokenThatIsRefusedTwiceIsAnError() throws IOException {
    try (var server = new Answers();
        var garm = client(server.url()).build()) {
      server.on(LOGIN, token("one"), token("two")).on("GET /api/v1/pools", REFUSED);
      assertThatThrownBy(() -> garm.list(Garm.POOL)).isInstanceOf(AuthenticationException.class);
      assertThat(server.targets()).hasSize(4);
    }
  }

  @Test
  void aFixedTokenIsRefusedOnce() throws IOException {
    try (var server = new Answers();
        var garm = client(server.url()).credentials(GarmCredentials.token("fixed-token")).build()) {
      server.on("GET /api/v1/pools", REFUSED);
      assertThatThrownBy(() -> garm.list(Garm.POOL))
          .isInstanceOf(AuthenticationException.class)
          .hasMessageContaining("the same token again")
          .hasMessageNotContaining("fixed-token");
      assertThat(server.targets()).hasSize(1);
    }
  }

  @Test
  void callersThatAreRefusedTogetherLogInOnce() {
    try (var server = FakeGarm.start();
        var garm =
            client(server.url())
                .credentials(GarmCredentials.password(server.username(), server.password()))
                .build()) {
      garm.controller();
      server.changePassword(server.username(), server.password()); // ends every token so far
      List<CompletableFuture<?>> calls = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        calls.add(CompletableFuture.supplyAsync(garm::controller, THREADS));
      }
      calls.forEach(CompletableFuture::join);
      assertThat(server.logins()).isEqualTo(2);
    }
  }

  @Test
  void aTokenIsRenewedBeforeItExpires() {
    var time = new VirtualTime();
    try (var server =
            FakeGarm.builder().clock(time.clock()).tokenTimeToLive(Duration.ofHours(1)).start();
        var garm =
            client(server.url())
                .credentials(GarmCredentials.password(server.username(), server.password()))
                .timeSource(virtual(time))
                .build()) {
      garm.controller();
      time.advance(Duration.ofMinutes(54));
      garm.controller();
      assertThat(server.logins()).isEqualTo(1);
      time.advance(Duration.ofMinutes(2));
      garm.controller();
      assertThat(server.logins()).isEqualTo(2);
      assertThat(server.requests()).as("none was refused").hasSize(5);
    }
  }

  @Test
  void aRefusedLoginIsAnErrorAndNothingFollows() throws IOException {
    try (var server = new Answers();
        var garm = client(server.url()).build()) {
      server.on(LOGIN, Answer.json(401, "{\"error\":\"Not Authorized\",\"details\":\"\"}"));
      assertThatThrownBy(() -> garm.list(Garm.POOL))
          .isInstanceOf(AuthenticationException.class)
          .hasMessageContaining("wrong user name or password");
      assertThat(server.targets()).containsExactly("/api/v1/auth/login");
    }
  }

  @Test
  void aLoginThatIsNotPossibleYetIsNoWrongPassword() throws IOException {
    try (var server = new Answers();
        var garm = client(server.url()).build()) {
      server.on(
          LOGIN,
          Answer.json(409, "{\"error\":\"init_required\",\"details\":\"Missing superuser\"}"));
      assertThatThrownBy(garm::login)
          .isInstanceOfSatisfying(
              RequestException.class,
              e -> {
                assertThat(e.error()).isEqualTo("init_required");
                assertThat(e.isRetryable()).isTrue();
              });
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void closingEndsACallThatHangs(boolean inLogin) throws Exception {
    try (var silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        var garm =
            client("http://127.0.0.1:" + silent.getLocalPort())
                .credentials(
                    inLogin
                        ? GarmCredentials.password("admin", "pw")
                        : GarmCredentials.token("token"))
                .build()) {
      var call = CompletableFuture.supplyAsync(() -> garm.list(Garm.POOL), THREADS);
      try (Socket waiting = silent.accept()) {
        assertThat(waiting.getInputStream().read()).isEqualTo(inLogin ? 'P' : 'G');
        garm.close();
        assertThatThrownBy(call::join)
            .isInstanceOf(CompletionException.class)
            .hasCauseInstanceOf(TransportException.class);
        assertThat(waiting.getInputStream().readAllBytes()).as("until it hung up").isNotEmpty();
      }
      assertThatThrownBy(() -> garm.list(Garm.POOL))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("closed");
      assertThatThrownBy(garm::login).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void anInterruptEndsALogin() throws Exception {
    try (var silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        var garm = client("http://127.0.0.1:" + silent.getLocalPort()).build()) {
      var interrupted = new CompletableFuture<Boolean>();
      var thread =
          new Thread(
              () -> {
                assertThatThrownBy(garm::login).isInstanceOf(TransportException.class);
                interrupted.complete(Thread.currentThread().isInterrupted());
              });
      thread.start();
      try (Socket waiting = silent.accept()) {
        assertThat(waiting.getInputStream().read()).isEqualTo('P');
        thread.interrupt();
        assertThat(interrupted.join()).as("the interrupt is kept").isTrue();
      }
    }
  }
}
