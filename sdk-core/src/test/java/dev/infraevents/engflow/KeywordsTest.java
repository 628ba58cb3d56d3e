package dev.infraevents.engflow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.testkit.junit.LeakCheck;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(LeakCheck.class)
class KeywordsTest {

  @ParameterizedTest
  @CsvSource({
    "user_keyword=engflow:BuildScmBranch=main, engflow:BuildScmBranch, main",
    "user_keyword=engflow:CiCdUri=https://ci/x?a=b&c=d:1, engflow:CiCdUri, https://ci/x?a=b&c=d:1",
    "user_keyword=k==v, k, =v",
    "user_keyword=k=, k, ''",
    "user_keyword==v, '', v",
    "user_keyword=a:b:c=d, a:b:c, d"
  })
  void theKeyOfAUserKeywordEndsAtTheFirstEqualsSign(String keyword, String key, String value) {
    assertThat(new Keywords(List.of(keyword)).user(key)).contains(value);
  }

  @ParameterizedTest
  @CsvSource({
    "user_keyword=k=v=w, k=v",
    "user_keyword=key=v, k",
    "user_keyword=k, k",
    "k=v, k",
    "USER_KEYWORD=k=v, k",
    "system_keyword=k=v, k"
  })
  void otherKeywordsHaveNoValueOfThatKey(String keyword, String key) {
    assertThat(new Keywords(List.of(keyword)).user(key)).isEmpty();
  }

  @Test
  void ofSeveralTheFirstCounts() {
    var keywords =
        new Keywords(
            List.of("command_name=test", "user_keyword=k=1", "user_keyword=k=2", "command_name=x"));

    assertThat(keywords.user("k")).contains("1");
    assertThat(keywords.commandName()).contains("test");
    assertThat(keywords.userKeywords()).containsExactly("k=1", "k=2");
  }

  @Test
  void whatNobodySaidIsEmpty() {
    assertThat(Keywords.NONE.commandName()).isEmpty();
    assertThat(Keywords.NONE.protocolName()).isEmpty();
    assertThat(Keywords.NONE.userKeywords()).isEmpty();
    assertThat(Keywords.NONE.user("")).isEmpty();
  }

  @Test
  void keepsEveryKeywordInItsOrder() {
    List<String> given = new ArrayList<>(List.of("b", "a", "", "b", "protocol_name=BEP"));
    var keywords = new Keywords(given);
    given.clear();

    assertThat(keywords.all()).containsExactly("b", "a", "", "b", "protocol_name=BEP");
    assertThat(keywords.protocolName()).contains("BEP");
  }

  @Test
  void areShownWithoutTheUserInfoOfUrls() {
    var keywords =
        new Keywords(
            List.of(
                "command_name=test",
                "user_keyword=engflow:BuildScmRemote=https://joe:hunter2@git.example.com/x"));

    assertThat(keywords.toString())
        .isEqualTo(
            "Keywords[all=[command_name=test,"
                + " user_keyword=engflow:BuildScmRemote=https://***@git.example.com/x]]");
  }
}
