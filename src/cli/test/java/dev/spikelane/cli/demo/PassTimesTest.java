package dev.spikelane.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.Alone;
import org.junit.jupiter.api.Test;

@Alone
final class PassTimesTest {

    @Test
    void theMedianCountsOnceTheLastPassesAgree() {
        PassTimes times = new PassTimes();
        for (double seconds : new double[] {9, 5, 1.0, 1.05, 1.02, 1.09}) {
            times.add(new PassTimes.Pass(0, seconds, seconds));
            assertFalse(times.settled());
            assertTrue(times.spread(PassTimes.Pass::network).isPresent());
        }
        times.add(new PassTimes.Pass(0, 1.01, 1.01));
        assertTrue(times.settled());
        assertEquals(
                new PassTimes.Spread(1.02, 1.0, 1.09),
                times.spread(PassTimes.Pass::network).orElseThrow());
        times.add(new PassTimes.Pass(0, 1.2, 1.2));
        assertFalse(times.settled());
    }

    @Test
    void encodingCountsAsWell() {
        PassTimes times = new PassTimes();
        for (double encode : new double[] {0.5, 0.5, 0.5, 0.5, 0.9}) {
            times.add(new PassTimes.Pass(encode, 1, 1));
        }
        assertFalse(times.settled());
    }

    @Test
    void aThreadThatWaitsForItsProcessorTellsOfABusyMachine() {
        PassTimes times = new PassTimes();
        assertFalse(times.busy());
        for (double processor : new double[] {1, 1, 0.7, 0.7, 0.7}) {
            times.add(new PassTimes.Pass(0.25, 0.75, processor));
        }
        assertTrue(times.busy());
        times.add(new PassTimes.Pass(0.25, 0.75, 1));
        times.add(new PassTimes.Pass(0.25, 0.75, 1));
        assertTrue(times.busy());
        times.add(new PassTimes.Pass(0.25, 0.75, 1));
        assertFalse(times.busy());
    }
}
