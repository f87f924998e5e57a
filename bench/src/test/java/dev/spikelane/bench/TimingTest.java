package dev.spikelane.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class TimingTest {

    @Test
    void medianAndQuartilesAreSamples() {
        assertEquals(new Timing(3, 2, 4), Timing.of(List.of(5.0, 1.0, 3.0, 2.0, 4.0)));
        assertEquals(new Timing(7, 7, 7), Timing.of(List.of(7.0)));
    }

    @Test
    void oneSlowSampleChangesNothing() {
        assertEquals(new Timing(3, 2, 4), Timing.of(List.of(500.0, 1.0, 3.0, 2.0, 4.0)));
    }

    @Test
    void spreadIsHalfTheDistanceOfTheQuartiles() {
        assertEquals(0.25, new Timing(4, 3, 5).spread());
        assertEquals(new Timing(2, 1.5, 2.5), new Timing(4, 3, 5).dividedBy(2));
    }
}
