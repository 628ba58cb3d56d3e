package dev.infraevents.engflow.bazel;

import java.util.List;

/**
 * Outputs of a target that are asked for together.
 *
 * @param name the name, often {@code default}
 * @param fileSets the sets that its files are in, by {@link NamedSetOfFiles#setId}. A set may name
 *     further sets, and one set may be named many times
 * @param incomplete whether some of them could not be made
 * @param inlineFiles files that are in no set
 */
public record OutputGroup(
    String name, List<String> fileSets, boolean incomplete, List<OutputFile> inlineFiles) {}
