package dev.spikelane.kernel.base;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.Alone;
import org.junit.jupiter.api.Test;

/** Two ways of a machine that is known, by a clock that only runs move. */
@Alone
final class EitherWayTest {

    private long now;
    private final EitherWay.Learned learned = new EitherWay.Learned();
    private EitherWay ways = new EitherWay(() -> now, learned);

    /** Runs once, and returns whether the second way served. */
    private boolean run(double first, double second, double ofFirst, double ofSecond) {
        boolean isSecond = ways.open(first, second);
        now += Math.round(isSecond ? ofSecond : ofFirst);
        ways.close();
        return isSecond;
    }

    /** How many of some runs the second way served. */
    private int count(int runs, double first, double second, double ofFirst, double ofSecond) {
        int count = 0;
        for (int i = 0; i < runs; i++) {
            count += run(first, second, ofFirst, ofSecond) ? 1 : 0;
        }
        return count;
    }

    @Test
    void estimatesServeFirst() {
        assertFalse(run(5_000, 7_000, 5_000, 7_000));
        assertTrue(run(90_000, 50_000, 90_000, 50_000));
    }

    @Test
    void theFasterWayServesBehindThreeTrials() {
        count(60, 5_000, 7_000, 5_000, 3_000);
        assertEquals(5, count(5, 5_000, 7_000, 5_000, 3_000), "the second, which was estimated at more");
    }

    @Test
    void aWayThatWasRightlyEstimatedTakesAHundredthOfTheTimeInTheEnd() {
        count(100, 5_000, 9_000, 5_000, 9_000);
        long before = now;
        count(10_000, 5_000, 9_000, 5_000, 9_000);
        assertTrue(now - before < 1.01 * 10_000 * 5_000, now - before + " ns");
    }

    @Test
    void whatABusyMomentHasShownIsCorrected() {
        count(60, 5_000, 7_000, 8_000, 3_000);
        assertTrue(run(5_000, 7_000, 5_000, 8_000));
        count(2_000, 5_000, 7_000, 5_000, 8_000);
        assertTrue(count(100, 5_000, 7_000, 5_000, 8_000) <= EitherWay.TRIED);
    }

    @Test
    void aWayOfMoreThanThreeTimesTheOtherIsNeverTried() {
        assertEquals(0, count(1_000, 5_000, 15_001, 5_000, 1));
    }

    @Test
    void aWayThatIsEstimatedAtMoreThanTwiceWhatTheOtherTookIsNotTried() {
        assertEquals(1_000, count(1_000, 100_000, 52_500, 100_000, 49_000));
    }

    @Test
    void runsBelowAMicrosecondGoByEstimates() {
        assertEquals(0, count(1_000, 900, 950, 900, 10));
    }

    @Test
    void eachOctaveLearnsForItself() {
        count(60, 5_000, 7_000, 5_000, 3_000);
        assertFalse(run(20_000, 22_000, 20_000, 22_000));
    }

    @Test
    void whatWasLearnedServesOthersFromTheirFirstRunOn() {
        count(60, 5_000, 7_000, 5_000, 3_000);
        ways = new EitherWay(() -> now, learned);
        assertEquals(100, count(100, 5_000, 7_000, 5_000, 3_000));
    }

    @Test
    void whatLookedHopelessInABusyMomentIsTriedAgainByOthers() {
        count(60, 7_000, 5_000, 3_000, 90_000);
        ways = new EitherWay(() -> now, learned);
        assertFalse(run(7_000, 5_000, 7_000, 3_000));
        count(300, 7_000, 5_000, 7_000, 3_000);
        assertTrue(run(7_000, 5_000, 7_000, 3_000));
    }

    @Test
    void whoWarmsUpWaitsForWhatIsNotKnown() {
        EitherWay.hurry(true);
        try {
            int runs = 0;
            do {
                run(5_000, 7_000, 5_000, 3_000);
                run(20_000, 15_100, 20_000, 15_100);
                runs++;
            } while (!EitherWay.isSettled());
            assertTrue(runs <= EitherWay.SAMPLES * (EitherWay.BEFORE + EitherWay.TRIED) + 1, runs + " rounds");
            run(300_000, 310_000, 300_000, 310_000);
            assertFalse(EitherWay.isSettled(), "an octave that was not met before");
            run(5_000, 7_000, 5_000, 3_000);
            assertTrue(EitherWay.isSettled());
        } finally {
            EitherWay.hurry(false);
        }
        assertTrue(run(5_000, 7_000, 5_000, 3_000));
    }
}
