package dev.spikelane.network;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What cells allocate does not depend on whether C2 met them alone or in a network first; so each order has a JVM of
 * its own.
 */
final class SLstmAllocationTest {

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"single", "network"})
    void inBothOrdersNothing(String first) throws IOException, InterruptedException {
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
                        SLstmAllocationMain.class.getName(),
                        first))
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
