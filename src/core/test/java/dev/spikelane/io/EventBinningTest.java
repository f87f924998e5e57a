package dev.spikelane.io;

import static dev.spikelane.Failures.assertInvalid;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.memory.EventBlock;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Spikes of events, against a map with a count for each cell. */
final class EventBinningTest {

    private static final int STEPS = 9;

    private static EventBlock events(long seed, int count) {
        SplittableRandom random = new SplittableRandom(seed);
        EventBlock block = new EventBlock(count);
        for (int i = 0; i < count; i++) {
            block.add(500 + 3 * i - random.nextInt(40), random.nextInt(50), random.nextInt(40), random.nextBoolean());
        }
        return block;
    }

    private static EventSource source(EventBlock all, int blocks) {
        int[] next = {0};
        return into -> {
            into.resize(0);
            int end = Math.min(all.size(), next[0] + blocks);
            for (; next[0] < end; next[0]++) {
                into.add(all.time(next[0]), all.x(next[0]), all.y(next[0]), all.isOn(next[0]));
            }
            return into.size() > 0;
        };
    }

    /** Applies the options event by event. */
    private static SpikeMatrix expected(EventBlock all, int factor, boolean apart, long time, int events, int least) {
        int height = Math.ceilDiv(22, factor);
        int width = Math.ceilDiv(31, factor);
        SpikeMatrix spikes = SpikeMatrix.zeros(STEPS, (apart ? 2 : 1) * width * height);
        Map<Long, Integer> counts = new HashMap<>();
        int inside = 0;
        for (int i = 0; i < all.size(); i++) {
            int x = all.x(i) - 7;
            int y = all.y(i) - 5;
            boolean isInside = x >= 0 && y >= 0 && x < 31 && y < 22;
            long step = events > 0 ? inside / events : Math.floorDiv(all.time(i) - all.time(0), time);
            if (step >= STEPS && (events == 0 || isInside)) {
                break;
            }
            if (isInside && step >= 0) {
                inside++;
                int neuron = (apart && all.isOn(i) ? width * height : 0) + y / factor * width + x / factor;
                if (counts.merge(step * 10_000 + neuron, 1, Integer::sum) >= least) {
                    spikes.set((int) step, neuron, true);
                }
            }
        }
        return spikes;
    }

    @Test
    void everyOptionMakesItsSpikes() throws IOException {
        for (int number = 0; number < 48; number++) {
            int factor = 1 + number % 3;
            boolean apart = number / 3 % 2 == 0;
            int least = number / 6 % 2 == 0 ? 1 : 3;
            boolean counted = number / 12 % 2 == 1;
            EventBlock all = events(number, 1_500);
            EventBinning binning = EventBinning.of(50, 40)
                    .withCrop(7, 5, 31, 22)
                    .withDownsampling(factor)
                    .withPolarity(apart)
                    .withLeast(least);
            binning = counted ? binning.withStepEvents(40) : binning.withStepTime(333);
            SpikeMatrix found = SpikeMatrix.zeros(STEPS, binning.shape().size());
            found.set(3, 2, true);
            long placed = binning.read(source(all, 64 + number), found);
            SpikeMatrix expected = expected(all, factor, apart, 333, counted ? 40 : 0, least);
            assertArrayEquals(expected.toArray(), found.toArray(), binning.toString());
            assertEquals(counted ? STEPS * 40 : placed, placed);
        }
    }

    @Test
    void shapesAreThoseOfTheSquares() {
        EventBinning binning = EventBinning.of(346, 260);
        assertEquals(Shape.of(2, 260, 346), binning.shape());
        assertEquals(
                Shape.of(1, 44, 58),
                binning.withDownsampling(6).withPolarity(false).shape());
        assertEquals(1_000, binning.stepTime());
        assertEquals(0, binning.withStepEvents(10).stepTime());
        assertEquals(binning.withLeast(2), EventBinning.of(346, 260).withLeast(2));
    }

    /** Finished steps take no more events, which are counted. */
    @Test
    void lateEventsAreCounted() {
        EventBinning binning = EventBinning.of(4, 4).withStepTime(10);
        EventBinning.Bins bins = binning.bins();
        SpikeMatrix spikes = SpikeMatrix.zeros(4, 32);
        EventBlock block = new EventBlock(64);
        block.add(100, 0, 0, false);
        block.add(119, 1, 0, true);
        block.add(120, 2, 0, true);
        assertEquals(2, bins.add(block, 0, spikes, 0, 2, 2));
        bins.advance(2);
        block.add(99, 3, 3, false);
        block.add(119, 3, 3, false);
        block.add(Long.MIN_VALUE, 3, 3, false);
        block.add(Long.MAX_VALUE, 3, 3, false);
        assertEquals(6, bins.add(block, 2, spikes, 1, 2, 2));
        assertEquals(3, bins.late());
        assertEquals(3, bins.placed());
        assertEquals(120, bins.start());
        SpikeMatrix expected = SpikeMatrix.zeros(4, 32);
        expected.set(0, 0, true);
        expected.set(2, 17, true);
        expected.set(1, 18, true);
        assertArrayEquals(expected.toArray(), spikes.toArray());
    }

    @Test
    void refusalsSayWhatIsExpected() {
        EventBinning binning = EventBinning.of(4, 4);
        assertInvalid("sensor is 0 x 4, expected 1 to 32767 columns and rows", () -> EventBinning.of(0, 4));
        assertInvalid("crop is 4 x 2 from (1, 0), expected a part of 4 x 4", () -> binning.withCrop(1, 0, 4, 2));
        assertInvalid("least is 128, expected 1 to 127", () -> binning.withLeast(128));
        assertInvalid("factor is 0, expected 1 to 32767", () -> binning.withDownsampling(0));
        EventBlock block = new EventBlock(64);
        assertInvalid(
                "spikes are [2 x 30], expected 32 columns, and 2 rows from 0 on",
                () -> binning.bins().add(block, 0, SpikeMatrix.zeros(2, 30), 0, 1, 2));
        assertInvalid("event is at (40000, 0), expected from 0 to 32767 both", () -> block.add(0, 40_000, 0, true));
        assertInvalid("most is 10, expected at least 64", () -> new EventBlock(10));
    }
}
