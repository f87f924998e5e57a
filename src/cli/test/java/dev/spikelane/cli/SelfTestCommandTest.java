package dev.spikelane.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.Users;
import org.junit.jupiter.api.Test;

/**
 * The expected checksums change only with the computations, such as the canonical order of a sum, which users would
 * notice.
 */
@Users
class SelfTestCommandTest {

    @Test
    void thisMachineComputesWhatEveryOtherOneDoes() {
        CommandRun run = CommandRun.of("selftest");
        assertEquals(0, run.code(), run.out());
        assertEquals(
                11, run.out().lines().filter(line -> line.endsWith("  same")).count(), run.out());
        assertTrue(run.out().contains(" GB of weights a second"), run.out());
    }
}
