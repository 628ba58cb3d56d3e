package dev.infraevents;

import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.testkit.junit.LeakCheck;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class OpenEnumTest {

  private enum Color implements WireName {
    RED("r"),
    GREEN("g") {
      @Override
      public String toString() {
        return "a constant with a body has a class of its own";
      }
    };

    private final String wireName;

    Color(String wireName) {
      this.wireName = wireName;
    }

    @Override
    public String wireName() {
      return wireName;
    }
  }

  private enum Size implements WireName {
    R;

    @Override
    public String wireName() {
      return "r";
    }
  }

  @Test
  void recognisesTheWireName() {
    OpenEnum<Color> red = OpenEnum.of(Color.class, "r");

    assertThat(red.known()).contains(Color.RED);
    assertThat(red.is(Color.RED)).isTrue();
    assertThat(red.is(Color.GREEN)).isFalse();
    assertThat(red.orElse(Color.GREEN)).isEqualTo(Color.RED);
    assertThat(red).hasToString("r").isSameAs(OpenEnum.of(Color.RED));
    assertThat(OpenEnum.of(Color.GREEN)).isSameAs(OpenEnum.of(Color.class, "g"));
  }

  @Test
  void keepsAnUnknownWord() {
    OpenEnum<Color> blue = OpenEnum.of(Color.class, "blue");

    assertThat(blue.known()).isEmpty();
    assertThat(blue.isSet()).isTrue();
    assertThat(blue.text()).isEqualTo("blue");
    assertThat(blue.orElse(Color.RED)).isEqualTo(Color.RED);
    assertThat(blue)
        .isEqualTo(OpenEnum.of(Color.class, "blue"))
        .hasSameHashCodeAs(OpenEnum.of(Color.class, "blue"))
        .isNotEqualTo(OpenEnum.of(Color.class, "Blue"));
  }

  @Test
  void neitherGuessesCaseNorConstantNames() {
    assertThat(OpenEnum.of(Color.class, "R").known()).isEmpty();
    assertThat(OpenEnum.of(Color.class, "RED").known()).isEmpty();
  }

  @Test
  void emptyIsNotSet() {
    OpenEnum<Color> none = OpenEnum.of(Color.class, "");

    assertThat(none.isSet()).isFalse();
    assertThat(none.known()).isEmpty();
    assertThat(none).hasToString("");
  }

  @Test
  void theSameWordOfAnotherEnumIsAnotherValue() {
    assertThat((Object) OpenEnum.of(Color.class, "r")).isNotEqualTo(OpenEnum.of(Size.R));
  }
}
