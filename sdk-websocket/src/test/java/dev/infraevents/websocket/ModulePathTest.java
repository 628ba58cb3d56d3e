package dev.infraevents.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.testkit.junit.LeakCheck;
import java.io.File;
import java.lang.module.Configuration;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The tests run on the class path; users also put the jars on the module path. */
@ExtendWith(LeakCheck.class)
class ModulePathTest {

  @Test
  void theModulesResolveAndTheirClassesLoad() throws ClassNotFoundException {
    Path[] path =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .map(Path::of)
            .filter(Files::exists)
            .filter(entry -> !entry.endsWith("test-classes"))
            .toArray(Path[]::new);
    Set<String> roots =
        Set.of("dev.infraevents.core", "dev.infraevents.websocket", "dev.infraevents.testkit");
    Configuration resolved =
        ModuleLayer.boot().configuration().resolve(ModuleFinder.of(), ModuleFinder.of(path), roots);
    ModuleLayer layer =
        ModuleLayer.boot()
            .defineModulesWithOneLoader(resolved, ClassLoader.getPlatformClassLoader());

    Class<?> source =
        layer
            .findLoader("dev.infraevents.websocket")
            .loadClass("dev.infraevents.websocket.garm.GarmEventSource");
    assertThat(source.getModule().getName()).isEqualTo("dev.infraevents.websocket");
    Module core = layer.findModule("dev.infraevents.core").orElseThrow();
    assertThat(core.isExported("dev.infraevents")).isTrue();
    assertThat(core.isExported("dev.infraevents.internal.delivery")).isFalse();
  }
}
