package dev.spikelane.cli.terminal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.cli.Main;
import dev.spikelane.fixture.FolderCase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The command line in a JVM without the module of the Vector API, like {@code java -jar}. */
final class RelaunchWithoutVectorsTest extends FolderCase {

    @Test
    void usesVectors() throws IOException, InterruptedException {
        assertEquals(0, run("info"));
        assertTrue(output().contains("jdk.incubator.vector is present"), output());
        assertFalse(errors().contains("scalar"), errors());
    }

    @Test
    void returnsTheExitCodeOfTheCommand() throws IOException, InterruptedException {
        assertEquals(2, run("demo", "--steps", "a b"));
        assertTrue(errors().contains("'a b' is not a whole number"), errors());
    }

    @Test
    void keepsTheFlagsOfTheJvm() throws IOException, InterruptedException {
        assertEquals(0, run("info", "--json"), errors());
        assertTrue(output().contains("as spikelane.simd=scalar asks"), output());
    }

    private int run(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        if (List.of(arguments).contains("--json")) {
            command.add("-Dspikelane.simd=scalar");
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(folder.resolve("output").toFile())
                .redirectError(folder.resolve("errors").toFile());
        builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"));
        return builder.start().waitFor();
    }

    private String output() throws IOException {
        return Files.readString(folder.resolve("output"));
    }

    private String errors() throws IOException {
        return Files.readString(folder.resolve("errors"));
    }
}
