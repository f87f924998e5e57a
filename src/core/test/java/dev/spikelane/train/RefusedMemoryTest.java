package dev.spikelane.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.Users;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A trainer whose memory the JVM refuses says what needs how much, and what to do. */
@Users
final class RefusedMemoryTest {

    @Test
    void namesWhatNeedsHowMuchAndWhatToDo() throws IOException, InterruptedException {
        String classPath = System.getProperty("java.class.path");
        String modulePath = System.getProperty("jdk.module.path");
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "-XX:MaxDirectMemorySize=4m",
                "-XX:TieredStopAtLevel=1", // plain loops need as much
                "-cp",
                modulePath == null ? classPath : classPath + File.pathSeparator + modulePath,
                RefusedMemoryMain.class.getName());
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        String message = output.lines()
                .filter(line -> line.startsWith("refused: "))
                .findFirst()
                .orElse(output);
        assertTrue(
                message.startsWith("refused: training of 2 steps of batch 3 does not fit in memory: the optimizer's '"),
                message);
        assertTrue(message.contains("' of a value that is learned needs 3276800 bytes"), message);
        assertTrue(message.contains("-XX:MaxDirectMemorySize"), message);
        assertTrue(message.endsWith("fewer samples, more shards or computing more again need fewer"), message);
    }
}
