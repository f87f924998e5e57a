package dev.spikelane.train.gradient;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training on spikes allocates nothing in a JVM that has trained on frames before. */
final class FramesThenSpikesAllocationTest {

    @TempDir
    private Path folder;

    @Test
    void nothing() throws IOException, InterruptedException {
        String classPath = System.getProperty("java.class.path");
        String modulePath = System.getProperty("jdk.module.path");
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dspikelane.simd=" + System.getProperty("spikelane.simd", "auto"),
                        "--add-modules",
                        "jdk.incubator.vector",
                        "-cp",
                        modulePath == null ? classPath : classPath + File.pathSeparator + modulePath,
                        FramesThenSpikesMain.class.getName()))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertEquals(0, process.waitFor(), () -> read(output));
    }

    private static String read(Path output) {
        try {
            return Files.readString(output);
        } catch (IOException missing) {
            return missing.toString();
        }
    }
}
