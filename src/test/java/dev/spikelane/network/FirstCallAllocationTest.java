package dev.spikelane.network;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.OwnJvm;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/**
 * The first call behind a warm-up, in a JVM of its own: what is not compiled by then boxes vectors, 249 MB when the
 * warm-up ran too few rows for the kernels that 200 steps choose.
 */
final class FirstCallAllocationTest {

    private static final long MOST_BYTES = 10_000_000;

    @Test
    void firstCallBehindAWarmUpIsCompiled() throws IOException, InterruptedException {
        String said = OwnJvm.run(FirstCallAllocationMain.class);
        long bytes = Long.parseLong(said.lines().toList().getLast());
        assertTrue(bytes < MOST_BYTES, bytes + " bytes");
    }
}
