package dev.infraevents.engflow;

import dev.infraevents.internal.text.RecordText;
import java.util.List;
import java.util.Optional;

/**
 * What a build tool was told to say of a build. Bazel sends {@code command_name=test}, {@code
 * protocol_name=BEP}, each {@code --bes_keywords=X} as {@code user_keyword=X}, and each {@code
 * --bes_system_keywords=X} as {@code X}. EngFlow takes user keywords of the form {@code
 * engflow:NAME=VALUE}; the constants are the names that it knows.
 *
 * <pre>{@code
 * event.payload().keywords().user(Keywords.BUILD_SCM_BRANCH)
 * }</pre>
 *
 * @param all every keyword, in the order it came
 */
public record Keywords(List<String> all) {

  /** No keywords. */
  public static final Keywords NONE = new Keywords(List.of());

  /** The pipeline that runs the build. */
  public static final String CI_CD_PIPELINE_NAME = "engflow:CiCdPipelineName";

  /** The job of the pipeline. */
  public static final String CI_CD_JOB_NAME = "engflow:CiCdJobName";

  /** The page of the job. */
  public static final String CI_CD_URI = "engflow:CiCdUri";

  /** The repository of the sources. */
  public static final String BUILD_SCM_REMOTE = "engflow:BuildScmRemote";

  /** The branch of the sources. */
  public static final String BUILD_SCM_BRANCH = "engflow:BuildScmBranch";

  /** The commit of the sources. */
  public static final String BUILD_SCM_REVISION = "engflow:BuildScmRevision";

  /** Whether the sources differ from the commit: {@code modified} if they do. */
  public static final String BUILD_SCM_STATUS = "engflow:BuildScmStatus";

  /** Who asked for the build. */
  public static final String REQUESTER = "engflow:Requester";

  /** How the events came to the cluster, such as {@code BES}. */
  public static final String STREAM_SOURCE = "engflow:StreamSource";

  /** What the events are, such as {@code ClientBEPStream}. */
  public static final String STREAM_TYPE = "engflow:StreamType";

  private static final String COMMAND_NAME = "command_name=";
  private static final String PROTOCOL_NAME = "protocol_name=";
  private static final String USER_KEYWORD = "user_keyword=";

  /**
   * Copies the keywords.
   *
   * @param all every keyword
   */
  public Keywords {
    all = List.copyOf(all);
  }

  /**
   * The command of the build tool.
   *
   * @return such as {@code test}; empty if no keyword says so
   */
  public Optional<String> commandName() {
    return after(COMMAND_NAME);
  }

  /**
   * The protocol of the build tool.
   *
   * @return such as {@code BEP}; empty if no keyword says so
   */
  public Optional<String> protocolName() {
    return after(PROTOCOL_NAME);
  }

  /**
   * The value of a user keyword of the form {@code KEY=VALUE}. The key ends at the first {@code =};
   * the value may hold more of them.
   *
   * @param key such as {@link #BUILD_SCM_BRANCH}; no key holds a {@code =}
   * @return the value, of several the first; empty if there is none
   */
  public Optional<String> user(String key) {
    return key.indexOf('=') < 0 ? after(USER_KEYWORD + key + "=") : Optional.empty();
  }

  /**
   * What the user of the build tool wants to be said.
   *
   * @return the user keywords without {@code user_keyword=}, in the order they came
   */
  public List<String> userKeywords() {
    return all.stream()
        .filter(keyword -> keyword.startsWith(USER_KEYWORD))
        .map(keyword -> keyword.substring(USER_KEYWORD.length()))
        .toList();
  }

  private Optional<String> after(String prefix) {
    return all.stream()
        .filter(keyword -> keyword.startsWith(prefix))
        .findFirst()
        .map(keyword -> keyword.substring(prefix.length()));
  }

  /** Shows the keywords without the user info of URLs. */
  @Override
  public String toString() {
    return RecordText.of(this);
  }
}
