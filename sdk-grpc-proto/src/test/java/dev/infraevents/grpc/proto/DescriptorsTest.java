package dev.infraevents.grpc.proto;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.rpc.Status;
import dev.infraevents.grpc.proto.auth.AuthProto;
import dev.infraevents.grpc.proto.bazel.BazelProto;
import dev.infraevents.grpc.proto.bazel.CommandLineProto;
import dev.infraevents.grpc.proto.bazel.FailureDetailsProto;
import dev.infraevents.grpc.proto.build.BuildEventsProto;
import dev.infraevents.grpc.proto.eventstore.EventStoreProto;
import dev.infraevents.grpc.proto.eventstore.LifecycleProto;
import dev.infraevents.grpc.proto.forwarding.ForwardingProto;
import dev.infraevents.grpc.proto.iam.IamProto;
import dev.infraevents.grpc.proto.notification.NotificationQueueProto;
import dev.infraevents.grpc.proto.resultstore.ResultStoreProto;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What travels is exactly what the protocols say: nothing else, nothing more, nothing less. */
class DescriptorsTest {

  /** What is said of each message, enum and service, one line per member. */
  private final Map<String, Set<String>> ours = new TreeMap<>();

  @Test
  void whatEngFlowSpeaksIsAsInTheTable() throws Exception {
    for (FileDescriptor file :
        new FileDescriptor[] {
          NotificationQueueProto.getDescriptor(),
          EventStoreProto.getDescriptor(),
          LifecycleProto.getDescriptor(),
          ResultStoreProto.getDescriptor(),
          AuthProto.getDescriptor(),
          IamProto.getDescriptor(),
          BuildEventsProto.getDescriptor(),
          ForwardingProto.getDescriptor()
        }) {
      describe(file);
    }
    describe(Status.getDescriptor());

    assertThat(ours).isEqualTo(table("engflow.txt"));
  }

  @Test
  void whatIsReadOfBazelIsAsInTheTable() throws Exception {
    describe(BazelProto.getDescriptor());
    describe(CommandLineProto.getDescriptor());
    describe(FailureDetailsProto.getDescriptor());

    assertThat(ours).isEqualTo(table("bazel.txt"));
  }

  private static Map<String, Set<String>> table(String resource) throws Exception {
    Map<String, Set<String>> table = new TreeMap<>();
    try (InputStream in = DescriptorsTest.class.getResourceAsStream(resource)) {
      Set<String> members = Set.of();
      for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
        if (line.startsWith("  ")) {
          members.add(line.strip());
        } else if (!line.isEmpty() && !line.startsWith("#")) {
          members = new TreeSet<>();
          assertThat(table.put(line, members)).as(line).isNull();
        }
      }
    }
    return table;
  }

  private void describe(FileDescriptor file) {
    file.getMessageTypes().forEach(this::describe);
    file.getEnumTypes().forEach(this::describe);
    file.getServices()
        .forEach(
            service ->
                service
                    .getMethods()
                    .forEach(
                        method -> members("service", service.getFullName()).add(line(method))));
  }

  private void describe(Descriptor message) {
    if (message.getOptions().getMapEntry()) {
      return;
    }
    Set<String> members = members("message", message.getFullName());
    message.getFields().forEach(field -> members.add(line(field)));
    reserved(message.toProto(), members);
    message.getNestedTypes().forEach(this::describe);
    message.getEnumTypes().forEach(this::describe);
  }

  private void describe(EnumDescriptor type) {
    Set<String> members = members("enum", type.getFullName());
    type.getValues().forEach(value -> members.add(value.getNumber() + " " + value.getName()));
    StringBuilder reserved = new StringBuilder("reserved");
    for (EnumDescriptorProto.EnumReservedRange range : type.toProto().getReservedRangeList()) {
      for (int number = range.getStart(); number <= range.getEnd(); number++) {
        reserved.append(' ').append(number);
      }
    }
    if (type.toProto().getReservedRangeCount() > 0) {
      members.add(reserved.toString());
    }
  }

  private static void reserved(DescriptorProto message, Set<String> members) {
    StringBuilder reserved = new StringBuilder("reserved");
    for (DescriptorProto.ReservedRange range : message.getReservedRangeList()) {
      for (int number = range.getStart(); number < range.getEnd(); number++) {
        reserved.append(' ').append(number);
      }
    }
    message.getReservedNameList().forEach(name -> reserved.append(' ').append(name));
    if (message.getReservedRangeCount() > 0) {
      members.add(reserved.toString());
    }
  }

  private Set<String> members(String kind, String fullName) {
    return ours.computeIfAbsent(kind + " " + fullName, name -> new TreeSet<>());
  }

  private static String line(MethodDescriptor method) {
    return method.getName()
        + (method.isClientStreaming() ? " stream " : " ")
        + method.getInputType().getFullName()
        + (method.isServerStreaming() ? " -> stream " : " -> ")
        + method.getOutputType().getFullName();
  }

  private static String line(FieldDescriptor field) {
    return field.getNumber() + " " + field.getName() + " " + type(field) + " " + presence(field);
  }

  private static String type(FieldDescriptor field) {
    if (field.isMapField()) {
      var fields = field.getMessageType().getFields();
      return "map<" + type(fields.get(0)) + "," + type(fields.get(1)) + ">";
    }
    return switch (field.getType()) {
      case MESSAGE -> field.getMessageType().getFullName();
      case ENUM -> field.getEnumType().getFullName();
      default -> field.getType().name().toLowerCase(Locale.ROOT);
    };
  }

  private static String presence(FieldDescriptor field) {
    if (field.isRepeated()) {
      return "repeated";
    }
    if (field.getRealContainingOneof() != null) {
      return "oneof " + field.getRealContainingOneof().getName();
    }
    return field.hasPresence() ? "explicit" : "implicit";
  }
}
