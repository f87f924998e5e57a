package dev.spikelane.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.OwnJvm;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class InfoWithoutVectorsTest {

    @Test
    void saysThatTheVectorModuleIsMissing() throws IOException, InterruptedException {
        // Marked as a second JVM, so that it starts no third one.
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dspikelane.relaunched=true",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "info")
                .redirectErrorStream(true)
                .start();
        String info = OwnJvm.output(process);
        assertTrue(info.contains("jdk.incubator.vector is absent"), info);
        assertTrue(info.contains("SIMD            scalar kernels, because"), info);
    }
}
