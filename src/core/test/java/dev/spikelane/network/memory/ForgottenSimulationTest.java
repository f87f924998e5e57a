package dev.spikelane.network.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.OwnJvm;
import dev.spikelane.Users;
import dev.spikelane.fixture.FolderCase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Unclosed simulations and their threads are freed once they are unreachable. Measured in a new JVM with a heap of
 * constant size, which repeatedly asks the C library to return freed memory; by default glibc keeps much of it.
 */
@Users
final class ForgottenSimulationTest extends FolderCase {

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void areFreed(int threads) throws IOException, InterruptedException {
        Assumptions.assumeTrue(
                Files.isReadable(ForgottenSimulationsMain.STATUS), "this system does not tell the memory of a process");
        long[] numbers = run(threads);
        long before = numbers[0];
        long most = numbers[1];
        long after = numbers[2];
        String report = "from " + before + " kB by way of " + most + " kB to " + after + " kB";
        assertTrue(most - before > ForgottenSimulationsMain.MOST_LEFT_KB, "too little memory to tell: " + report);
        assertTrue(after - before <= ForgottenSimulationsMain.MOST_LEFT_KB, report);
        assertEquals(0, numbers[3], "workers are left");
    }

    private long[] run(int threads) throws IOException, InterruptedException {
        Path output = folder.resolve("output");
        List<String> flags = List.of("-Xms64m", "-Xmx64m", "-XX:+AlwaysPreTouch", "-XX:TrimNativeHeapInterval=200");
        ProcessBuilder builder = OwnJvm.builder(flags, ForgottenSimulationsMain.class, Integer.toString(threads))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .redirectOutput(output.toFile());
        assertEquals(0, builder.start().waitFor());
        return Files.readAllLines(output).stream().mapToLong(Long::parseLong).toArray();
    }
}
