package dev.infraevents;

import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.testkit.junit.LeakCheck;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class BytesTest {

  @Property
  void theSizeOfTextIsThatOfItsUtf8Form(
      @ForAll @CharRange(from = '\0', to = '\uffff') @StringLength(max = 40) String text) {
    assertThat(Bytes.ofUtf8(text).size()).isEqualTo(text.getBytes(StandardCharsets.UTF_8).length);
  }

  @Property
  void surrogatesInAnyOrderAreMeasuredRight(
      @ForAll @CharRange(from = '\ud7fe', to = '\ue001') @StringLength(max = 8) String text) {
    assertThat(Bytes.ofUtf8(text).size()).isEqualTo(text.getBytes(StandardCharsets.UTF_8).length);
  }

  @Property
  void textAndItsBytesAreEqual(@ForAll String text) {
    Bytes ofText = Bytes.ofUtf8(text);
    Bytes ofBytes = Bytes.of(text.getBytes(StandardCharsets.UTF_8));
    assertThat(ofText).isEqualTo(ofBytes).hasSameHashCodeAs(ofBytes);
    assertThat(ofBytes).isEqualTo(ofText);
    assertThat(ofText.toByteArray()).isEqualTo(ofBytes.toByteArray());
    assertThat(ofText.isEmpty()).isEqualTo(ofBytes.isEmpty()).isEqualTo(ofText.size() == 0);
  }

  @Example
  void equalityIsTransitiveEvenForTextThatIsNoUtf8() {
    Bytes lone = Bytes.ofUtf8("\ud800");
    Bytes mark = Bytes.ofUtf8("?");
    assertThat(lone).isEqualTo(mark).hasSameHashCodeAs(mark);
    assertThat(lone).isEqualTo(Bytes.of(new byte[] {'?'}));
  }

  @Test
  void differentContentIsNotEqual() {
    assertThat(Bytes.ofUtf8("a")).isNotEqualTo(Bytes.ofUtf8("b"));
    assertThat(Bytes.ofUtf8("a")).isNotEqualTo(Bytes.of(new byte[] {'b'}));
    assertThat(Bytes.ofUtf8("a")).isNotEqualTo("a");
    assertThat(Bytes.EMPTY).isEqualTo(Bytes.of(new byte[0])).isEqualTo(Bytes.ofUtf8(""));
  }

  @Test
  void contentCanNotBeChangedFromOutside() {
    byte[] array = {1, 2};
    Bytes bytes = Bytes.of(array);
    array[0] = 9;
    bytes.toByteArray()[1] = 9;
    assertThat(bytes.toByteArray()).containsExactly(1, 2);
  }

  @Test
  void malformedBytesAreReplacedInTextAndKeptAsBytes() {
    Bytes bytes = Bytes.of(new byte[] {'a', (byte) 0xE4, (byte) 0xB8});
    assertThat(bytes.utf8()).isEqualTo("a\ufffd");
    assertThat(bytes.toByteArray()).hasSize(3);
  }

  @Test
  void theContentIsNotShown() {
    assertThat(Bytes.ofUtf8("s3cret")).hasToString("Bytes[size=6]");
  }
}
