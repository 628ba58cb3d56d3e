package dev.infraevents.pubsub.queues;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.infraevents.AuthenticationException;
import dev.infraevents.ConfigurationException;
import dev.infraevents.Token;
import dev.infraevents.spi.TimeSource;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.ReceivedRequest;
import dev.infraevents.testkit.foundries.FakeFoundriesApi;
import dev.infraevents.testkit.foundries.FakeFoundriesApiBuilder;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.junit.VirtualTime;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LeakCheck.class)
@Timeout(60)
class QueueLoginTest {

  private static final URI PUSH = URI.create("https://example.com/");
  private static final Duration TEN_HOURS = Duration.ofHours(10);

  private final VirtualTime time = new VirtualTime();
  private FakeFoundriesApi server = FakeFoundriesApi.builder().clock(time.clock()).start();

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void accessTokenIsSentInBase64AsFioctlDoes() {
    queues(login()).list();

    ReceivedRequest login = server.requests().get(0);
    assertThat(login.header("Content-Type")).contains("application/x-www-form-urlencoded");
    assertThat(login.body())
        .startsWith("grant_type=client_credentials&client_id=fake-client&client_secret=")
        .contains("secret%2F%3D");
    ReceivedRequest request = server.requests().get(1);
    assertThat(request.header("OSF-TOKEN")).isEmpty();
    String bearer = request.header("Authorization").orElseThrow();
    assertThat(bearer).startsWith("Bearer ");
    String decoded =
        new String(
            Base64.getDecoder().decode(bearer.substring("Bearer ".length())),
            StandardCharsets.UTF_8);
    assertThat(decoded).startsWith("access+");
  }

  @Test
  void accessTokenIsSentAsItIsIfAsked() {
    restart(FakeFoundriesApi.builder().plainBearer());

    queues(login().withPlainBearer()).list();

    assertThat(last().header("Authorization").orElseThrow()).startsWith("Bearer access+");
  }

  @Test
  void bothKindsOfTokenAreSentTogether() {
    queues(login().withApiToken(server.apiToken())).list();

    assertThat(last().header("Authorization")).isPresent();
    assertThat(last().header("OSF-TOKEN")).contains(server.apiToken());
  }

  @Test
  void tokensOfAProviderAreUsed() {
    var credentials = FoundriesCredentials.bearer(() -> Token.of("mine")).withPlainBearer();

    assertThatThrownBy(() -> queues(credentials).list())
        .isInstanceOf(AuthenticationException.class)
        .hasMessageContaining("the token provider gave the same token again");
    assertThat(last().header("Authorization")).contains("Bearer mine");
  }

  @Test
  void oneTokenServesManyCalls() {
    EventQueues queues = queues(login());

    queues.list();
    queues.createPush("a", PUSH);
    queues.delete("a");

    assertThat(server.tokensIssued()).isEqualTo(1);
  }

  @Test
  void tokenIsRenewedBeforeItExpiresByItsRefreshToken() {
    EventQueues queues = queues(login());
    queues.list();

    time.advance(TEN_HOURS.minusMinutes(6));
    queues.list();
    assertThat(server.tokensIssued()).isEqualTo(1);

    time.advance(Duration.ofMinutes(2));
    queues.list();
    assertThat(server.tokensIssued()).isEqualTo(2);
    assertThat(server.requests().get(3).body())
        .contains("grant_type=refresh_token")
        .contains("refresh_token=refresh%2B");
  }

  @Test
  void refusedRefreshTokenIsReplacedByALogin() {
    EventQueues queues = queues(login());
    queues.list();
    server.forgetRefreshTokens();

    time.advance(TEN_HOURS);
    queues.list();

    assertThat(server.tokensIssued()).isEqualTo(2);
    assertThat(server.requests())
        .extracting(ReceivedRequest::path)
        .filteredOn(path -> path.startsWith("/oauth"))
        .hasSize(3);
  }

  @Test
  void lifetimeWithAFractionIsUnderstood() {
    restart(FakeFoundriesApi.builder().tokenTimeToLive(Duration.ofMillis(1500)));
    EventQueues queues = queues(login());
    queues.list();

    time.advance(Duration.ofMillis(1100));
    queues.list();
    assertThat(server.tokensIssued()).isEqualTo(1);

    time.advance(Duration.ofMillis(300)); // a fifth of it is left
    queues.list();
    assertThat(server.tokensIssued()).isEqualTo(2);
  }

  @Test
  void readAndDeletionGetAnotherTokenWhenTheirsIsRefused() {
    EventQueues queues = queues(login());
    queues.createPush("a", PUSH);
    server.inject(Fault.expireToken());
    queues.list();
    server.inject(Fault.expireToken());
    queues.delete("a");

    assertThat(server.tokensIssued()).isEqualTo(3);
  }

  @Test
  void creationIsNotRepeatedWhenItsTokenIsRefusedButTheNextOneGetsAnother() {
    EventQueues queues = queues(login());
    queues.list();
    server.inject(Fault.expireToken());

    assertThatThrownBy(() -> queues.createPush("a", PUSH))
        .isInstanceOf(AuthenticationException.class);
    assertThat(server.requests()).filteredOn(r -> r.path().contains("event-queues")).hasSize(2);

    queues.createPush("a", PUSH);
    assertThat(server.queues()).hasSize(1);
  }

  @Test
  void wrongSecretIsAnAuthenticationErrorThatDoesNotShowIt() {
    var wrong = FoundriesCredentials.oauth2(server.tokenUrl(), "fake-client", "wr0ng");

    assertThatThrownBy(() -> queues(wrong).list())
        .isInstanceOf(AuthenticationException.class)
        .hasMessageContaining("check the client's id and secret")
        .hasMessageNotContaining("wr0ng");
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void credentialsShowNoSecret() {
    var all = login().withApiToken("s3cret");

    assertThat(all).hasToString("FoundriesCredentials[token, oauth2]");
    assertThat(FoundriesCredentials.apiToken("s3cret")).hasToString("FoundriesCredentials[token]");
    assertThat(login()).hasToString("FoundriesCredentials[oauth2]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "token\n"})
  void tokenThatNoHeaderCanCarryIsRefused(String token) {
    assertThatThrownBy(() -> FoundriesCredentials.apiToken(token))
        .isInstanceOf(ConfigurationException.class);
    assertThatThrownBy(() -> login().withApiToken(token))
        .isInstanceOf(ConfigurationException.class);
  }

  private ReceivedRequest last() {
    List<ReceivedRequest> requests = server.requests();
    return requests.get(requests.size() - 1);
  }

  private void restart(FakeFoundriesApiBuilder builder) {
    server.close();
    server = builder.clock(time.clock()).start();
  }

  private FoundriesCredentials login() {
    return FoundriesCredentials.oauth2(server.tokenUrl(), server.clientId(), server.clientSecret());
  }

  private EventQueues queues(FoundriesCredentials credentials) {
    return EventQueues.builder()
        .api(server.url())
        .factory(server.factory())
        .credentials(credentials)
        .timeSource(new TimeSource(time.clock(), time::nanoTime, time))
        .build();
  }
}
