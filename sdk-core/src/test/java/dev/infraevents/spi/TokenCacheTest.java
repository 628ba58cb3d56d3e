package dev.infraevents.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.infraevents.AuthenticationException;
import dev.infraevents.Token;
import dev.infraevents.TransportException;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.junit.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a client of a REST API relies on; TokenTest has the rest, as a subscription sees it. */
@ExtendWith(LeakCheck.class)
class TokenCacheTest {

  private final VirtualTime time = new VirtualTime();
  private final List<Token> refreshed = new ArrayList<>();
  private final List<String> used = new ArrayList<>();
  private int fetches;

  private final TokenCache cache =
      new TokenCache(this::fetch, Duration.ofMinutes(5), time.clock(), refreshed::add);

  private Token fetch() {
    fetches++;
    return new Token("t" + fetches, time.clock().instant().plus(Duration.ofHours(1)));
  }

  private String requestRefusing(String... refused) {
    return cache.request(
        token -> {
          used.add(token.value());
          if (List.of(refused).contains(token.value())) {
            throw new AuthenticationException("not " + used.size(), 401, null);
          }
          return "done with " + token.value();
        });
  }

  @Test
  void aTokenIsFetchedWhenItIsFirstNeeded() {
    assertThat(fetches).isZero();
    assertThat(requestRefusing()).isEqualTo("done with t1");
    assertThat(requestRefusing()).isEqualTo("done with t1");
    assertThat(fetches).isEqualTo(1);
    assertThat(refreshed).as("nothing was replaced").isEmpty();
  }

  @Test
  void aRefusedRequestIsMadeOnceMoreWithAnotherToken() {
    assertThat(requestRefusing("t1")).isEqualTo("done with t2");
    assertThat(used).containsExactly("t1", "t2");
    assertThat(refreshed).extracting(Token::value).containsExactly("t2");
  }

  @Test
  void aRequestThatIsRefusedTwiceFails() {
    assertThatThrownBy(() -> requestRefusing("t1", "t2"))
        .isInstanceOf(AuthenticationException.class)
        .hasMessage("not 2");
    assertThat(fetches).isEqualTo(2);
    assertThat(requestRefusing("t1", "t2"))
        .as("the next one tries again")
        .isEqualTo("done with t3");
  }

  @Test
  void anyOtherErrorIsNotAnsweredWithALogin() {
    assertThatThrownBy(
            () ->
                cache.request(
                    token -> {
                      throw new TransportException("down", null);
                    }))
        .hasMessage("down");
    assertThat(fetches).isEqualTo(1);
  }

  @Test
  void aTokenIsReplacedBeforeItExpires() {
    assertThat(cache.get().renewAt())
        .isEqualTo(time.clock().instant().plus(Duration.ofMinutes(55)));
    time.advance(Duration.ofMinutes(55).minusNanos(1));
    assertThat(cache.get().token().value()).isEqualTo("t1");
    time.advance(Duration.ofNanos(1));
    assertThat(cache.get().token().value()).isEqualTo("t2");
  }

  @Test
  void aRefusalOfAnOldTokenDoesNotHurtTheNewest() {
    Token old = cache.get().token();
    cache.refuse(old, new AuthenticationException("401", 401, null));
    assertThat(cache.get().token().value()).isEqualTo("t2");
    cache.refuse(old, new AuthenticationException("401", 401, null));
    assertThat(cache.get().token().value()).isEqualTo("t2");
    assertThat(fetches).isEqualTo(2);
  }
}
