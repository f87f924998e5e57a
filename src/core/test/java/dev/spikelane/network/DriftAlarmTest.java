package dev.spikelane.network;

import static dev.spikelane.Failures.assertMessage;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class DriftAlarmTest {

    private static final String NAME = "spikelane.sessions.input";

    private final List<String> said = new ArrayList<>();

    private DriftAlarm alarm(int reference, double smoothing, double limit) {
        return new DriftAlarm(NAME, reference, smoothing, limit, alarm -> said.add(alarm.toString()));
    }

    /** The formula of its Javadoc, in two passes over all numbers. */
    @Test
    void leavesTheBandOfTheReference() {
        Random random = new Random(4);
        double[] numbers = new double[600];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (i < 300 || i > 450 ? 5 : 6) + random.nextGaussian();
        }
        double mean = 0;
        for (int i = 0; i < 200; i++) {
            mean += numbers[i] / 200;
        }
        double variance = 0;
        for (int i = 0; i < 200; i++) {
            variance += (numbers[i] - mean) * (numbers[i] - mean) / 199;
        }
        double band = 4 * Math.sqrt(variance) * Math.sqrt(0.1 / 1.9);
        double smoothed = mean;
        List<Integer> changes = new ArrayList<>();
        List<Integer> expected = new ArrayList<>();
        boolean outside = false;
        DriftAlarm alarm = alarm(200, 0.1, 4);
        for (int i = 0; i < numbers.length; i++) {
            int before = said.size();
            alarm.record(NAME, numbers[i]);
            alarm.record(NAME, i % 2 == 0 ? Double.NaN : Double.NEGATIVE_INFINITY);
            alarm.record("spikelane.sessions.output", 1e9);
            if (said.size() > before) {
                changes.add(i);
            }
            if (i >= 200) {
                smoothed += 0.1 * (numbers[i] - smoothed);
                boolean now = Math.abs(smoothed - mean) > band;
                if (now != outside) {
                    expected.add(i);
                }
                outside = now;
                assertEquals(smoothed, alarm.smoothed(), 1e-9);
                assertEquals(outside, alarm.isOutside());
            }
        }
        assertEquals(mean, alarm.mean(), 1e-9);
        assertEquals(band, alarm.band(), 1e-9);
        assertEquals(expected, changes);
        assertTrue(changes.getFirst() >= 300 && changes.getLast() > 450, changes.toString());
        assertFalse(alarm.isOutside());
        assertTrue(
                said.getFirst().startsWith(NAME + " is ") && said.getFirst().contains(", outside of 5."),
                said.getFirst());
        assertTrue(said.getLast().contains(", inside of 5."), said.getLast());
    }

    /** Of equal numbers the band is 0, and the smoothed number does not come back to the last bit. */
    @Test
    void aConstantReferenceIsReachedAgain() {
        for (double usual : new double[] {0, 0.3, 1e6}) {
            said.clear();
            DriftAlarm alarm = alarm(10, 0.01, 6);
            for (int i = 0; i < 4_000; i++) {
                alarm.record(NAME, i == 20 ? usual + 0.6 : usual);
            }
            assertEquals(2, said.size(), said.toString());
            assertFalse(alarm.isOutside());
        }
    }

    @Test
    void handsOnToOthers() {
        List<Double> others = new ArrayList<>();
        Metrics both = alarm(2, 1, 0).and((name, value) -> others.add(value));
        for (double value : new double[] {1, 1, 1, 2}) {
            both.record(NAME, value);
        }
        assertEquals(List.of(1.0, 1.0, 1.0, 2.0), others);
        assertEquals(List.of(NAME + " is 2.000, outside of 1.000 +- 0.000"), said);
    }

    @Test
    void refusesWhatMakesNoBand() {
        assertMessage(
                IllegalArgumentException.class,
                "smoothing is 0.0 and limit 4.0, expected above 0 and at most 1, and at least 0",
                () -> alarm(2, 0, 4));
        assertMessage(IllegalArgumentException.class, "reference is 1, expected at least 2", () -> alarm(1, 0.5, 4));
    }
}
