package dev.spikelane.engine.thread;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.Alone;
import dev.spikelane.kernel.base.EitherWay;
import org.junit.jupiter.api.Test;

/** What threads share, by stages that take a time of their own. */
@Alone
final class SharingTest {

    private static final double ALONE = 20_000;

    @Test
    void whatAWarmUpHasLearnedOfAStageServesLaterOnes() {
        learn(new Sharing("a stage", 2));
        assertTrue(new Sharing("a stage", 2).open(ALONE), "as estimated, since nobody warmed up");
        EitherWay.hurry(true);
        try {
            learn(new Sharing("a stage", 2));
        } finally {
            EitherWay.hurry(false);
        }
        assertFalse(new Sharing("a stage", 2).open(ALONE), "on two threads it takes three times as long");
        assertTrue(new Sharing("a stage", 3).open(ALONE));
        assertTrue(new Sharing("another stage", 2).open(ALONE));
        assertTrue(Sharing.describe().contains("a stage, 2 threads: "), Sharing.describe());
        assertFalse(Sharing.describe().contains("another stage"), Sharing.describe());
    }

    @Test
    void longStagesAreAlwaysShared() {
        learn(new Sharing("a long stage", 2));
        assertTrue(new Sharing("a long stage", 2).open(10 * ALONE));
        assertFalse(new Sharing("a long stage", 1).open(10 * ALONE));
        assertEquals(ALONE / 2, Sharing.shared(ALONE, 2), ALONE / 4);
    }

    private static void learn(Sharing sharing) {
        for (int run = 0; run < 60; run++) {
            boolean shared = sharing.open(ALONE);
            long start = System.nanoTime();
            while (System.nanoTime() - start < (shared ? 3 : 1) * ALONE) {
                Thread.onSpinWait();
            }
            sharing.close();
        }
    }
}
