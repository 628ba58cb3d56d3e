package dev.infraevents.grpc;

import static dev.infraevents.grpc.BazelEventsTest.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.Bytes;
import dev.infraevents.engflow.bazel.BazelBuildEvent;
import dev.infraevents.engflow.bazel.BuildMetadata;
import dev.infraevents.engflow.bazel.ExecRequest;
import dev.infraevents.engflow.bazel.OptionsParsed;
import dev.infraevents.engflow.bazel.StructuredCommandLine;
import dev.infraevents.engflow.bazel.UnstructuredCommandLine;
import dev.infraevents.engflow.bazel.WorkspaceStatus;
import dev.infraevents.grpc.proto.bazel.BuildEvent;
import dev.infraevents.grpc.proto.bazel.File;
import dev.infraevents.testkit.junit.LeakCheck;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Command lines and environments are there for those who ask, and are never shown. */
@ExtendWith(LeakCheck.class)
class BazelSecretsTest {

  private static final String HEADER = "--remote_header=x-engflow-auth-token=hunter2";

  private static <E> E read(Class<E> type, Consumer<BuildEvent.Builder> event) {
    BazelBuildEvent read = BazelEventsTest.read(event);
    assertThat(read.toString()).doesNotContain("hunter2");
    assertThat(read.header().toString()).doesNotContain("hunter2");
    return type.cast(read);
  }

  @Test
  void commandLinesAreNotShown() {
    var plain =
        read(
            UnstructuredCommandLine.class,
            e -> e.getUnstructuredCommandLineBuilder().addArgs("bazel").addArgs(HEADER));
    var structured =
        read(
            StructuredCommandLine.class,
            e -> {
              var line = e.getStructuredCommandLineBuilder().setCommandLineLabel("original");
              var options = line.addSectionsBuilder().setSectionLabel("command options");
              options
                  .getOptionListBuilder()
                  .addOptionBuilder()
                  .setCombinedForm(HEADER)
                  .setOptionName("remote_header")
                  .setOptionValue("x-engflow-auth-token=hunter2");
              line.addSectionsBuilder()
                  .setSectionLabel("residual")
                  .getChunkListBuilder()
                  .addChunk("hunter2");
            });
    var options =
        read(
            OptionsParsed.class,
            e ->
                e.getOptionsParsedBuilder()
                    .addStartupOptions("hunter2")
                    .addExplicitStartupOptions("hunter2")
                    .addCmdLine(HEADER)
                    .addExplicitCmdLine(HEADER)
                    .setToolTag("ci"));

    assertThat(plain.arguments()).containsExactly("bazel", HEADER);
    assertThat(plain.toString()).contains("arguments=<2 entries>");
    var option =
        new StructuredCommandLine.Option(HEADER, "remote_header", "x-engflow-auth-token=hunter2");
    assertThat(structured)
        .isEqualTo(
            new StructuredCommandLine(
                structured.header(),
                "original",
                List.of(
                    new StructuredCommandLine.Section(
                        "command options", List.of(), List.of(option)),
                    new StructuredCommandLine.Section("residual", List.of("hunter2"), List.of()))));
    assertThat(option.toString()).contains("remote_header").doesNotContain("hunter2");
    assertThat(options)
        .isEqualTo(
            new OptionsParsed(
                options.header(),
                List.of("hunter2"),
                List.of("hunter2"),
                List.of(HEADER),
                List.of(HEADER),
                "ci"));
  }

  @Test
  void environmentsAreNotShown() {
    var status =
        read(
            WorkspaceStatus.class,
            e -> {
              var builder = e.getWorkspaceStatusBuilder();
              builder.addItemBuilder().setKey("BUILD_USER").setValue("joe");
              builder.addItemBuilder().setKey("A_TOKEN").setValue("hunter2");
            });
    var metadata =
        read(BuildMetadata.class, e -> e.getBuildMetadataBuilder().putMetadata("token", "hunter2"));
    var exec =
        read(
            ExecRequest.class,
            e ->
                e.getExecRequestBuilder()
                    .setWorkingDirectory(bytes("/w"))
                    .addArgv(bytes("hunter2"))
                    .addEnvironmentVariableToClear(bytes("HOME"))
                    .setShouldExec(true)
                    .addEnvironmentVariableBuilder()
                    .setName(bytes("TOKEN"))
                    .setValue(bytes("hunter2")));

    assertThat(status.items())
        .containsExactly(Map.entry("BUILD_USER", "joe"), Map.entry("A_TOKEN", "hunter2"));
    assertThat(metadata.metadata()).isEqualTo(Map.of("token", "hunter2"));
    var variable =
        new ExecRequest.EnvironmentVariable(Bytes.ofUtf8("TOKEN"), Bytes.ofUtf8("hunter2"));
    assertThat(exec)
        .isEqualTo(
            new ExecRequest(
                exec.header(),
                Bytes.ofUtf8("/w"),
                List.of(Bytes.ofUtf8("hunter2")),
                List.of(variable),
                List.of(Bytes.ofUtf8("HOME")),
                true));
    assertThat(variable.toString()).doesNotContain("hunter2");
  }

  @Test
  void outputAndAddressesAreNotShown() {
    read(Object.class, e -> e.getProgressBuilder().setStdout("hunter2").setStderr("hunter2"));
    read(Object.class, e -> e.getStartedBuilder().setOptionsDescription(HEADER));
    read(Object.class, e -> e.setUnknownFields(Messages.NEWER));
    read(Object.class, e -> e.getConfiguredBuilder().setUnknownFields(Messages.NEWER));
    var file = File.newBuilder().setName("log").setUri("https://host/log?X-Signature=hunter2");
    read(Object.class, e -> e.getTestResultBuilder().addTestActionOutput(file));
    read(Object.class, e -> e.getTestSummaryBuilder().addFailed(file));
    read(Object.class, e -> e.getCompletedBuilder().addDirectoryOutput(file));
    read(Object.class, e -> e.getNamedSetOfFilesBuilder().addFiles(file));
    read(
        Object.class,
        e -> e.getIdBuilder().getFetchBuilder().setUrl("https://host/x?token=hunter2"));
    read(
        Object.class,
        e -> e.addChildrenBuilder().getFetchBuilder().setUrl("https://host/x?token=hunter2"));
  }
}
