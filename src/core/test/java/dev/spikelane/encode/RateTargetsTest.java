package dev.spikelane.encode;

import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Filled.floats;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.random.TorchRandom;
import org.junit.jupiter.api.Test;

@EveryWidth
final class RateTargetsTest extends KernelCase {

    /** Returns the column of a class over time, for label 1 of 3 classes. */
    private float[] column(RateTargets encoder, int steps, int column) {
        SpikeMatrix trains = SpikeMatrix.zeros(arena, steps, 2);
        FloatMatrix levels = FloatMatrix.zeros(arena, steps, 2);
        FloatMatrix targets = FloatMatrix.zeros(arena, steps, 3);
        encoder.levels(trains, levels);
        RateTargets.encode(new int[] {1}, levels, targets);
        return floats(steps, step -> targets.get(step, column));
    }

    /** Examples of snnTorch's documentation. */
    @Test
    void labelsFireAtTheirRate() {
        RateTargets plain = new RateTargets();
        assertArrayEquals(new float[] {1, 1}, column(plain, 2, 1));
        assertArrayEquals(new float[] {0, 0}, column(plain, 2, 0));
        RateTargets delayed = plain.withSpikes(2, RateTargets.Pattern.REGULAR);
        assertArrayEquals(new float[] {0, 0, 1, 1, 1}, column(delayed, 5, 1));
        assertArrayEquals(new float[] {0.5f, 0.5f, 1.2f, 1.2f, 1.2f}, column(delayed.withTargets(1.2, 0.5), 5, 1));
        assertArrayEquals(
                new float[] {1.2f, 0.5f, 0.7333f, 0.9667f, 1.2f},
                column(new RateTargets(0.25, 0).withTargets(1.2, 0.5).withInterpolation(true), 5, 1),
                1e-4f);
    }

    /** snnTorch raises an error here. */
    @Test
    void ratesWorkForAnyNumberOfSteps() {
        RateTargets encoder = new RateTargets(0.5, 0.25);
        assertArrayEquals(new float[] {1, 0, 1, 0, 1, 0}, column(encoder, 6, 1));
        assertArrayEquals(new float[] {1, 0, 0, 0, 1, 0}, column(encoder, 6, 2));
        assertArrayEquals(
                new float[] {3, -1, 3, -1},
                column(encoder.withTargets(3, -1).withInterpolation(true), 4, 1),
                "a ramp of one step");
        assertArrayEquals(new float[] {3, 0, 3, 0}, column(encoder.withTargets(3, -1), 4, 1));
    }

    /** snnTorch ignores the option here. */
    @Test
    void alwaysFiringIsInterpolatedToo() {
        RateTargets encoder = new RateTargets()
                .withSpikes(2, RateTargets.Pattern.REGULAR)
                .withTargets(1, 0.5)
                .withInterpolation(true);
        assertArrayEquals(new float[] {0.5f, 0.75f, 1, 1}, column(encoder, 4, 1));
        assertArrayEquals(new float[] {0.5f, 0.5f, 0.5f, 0.5f}, column(encoder, 4, 0));
    }

    @Test
    void firstSpikeBehindTheStepsLeavesAllOff() {
        RateTargets encoder =
                new RateTargets().withSpikes(7, RateTargets.Pattern.REGULAR).withTargets(1, 0.5);
        assertArrayEquals(new float[] {0.5f, 0.5f}, column(encoder, 2, 1));
    }

    /** The train of the label's class is drawn first, then the other train. */
    @Test
    void trainsAreDrawnFromTheStream() {
        RateTargets encoder = new RateTargets(0.6, 0.3).withSpikes(1, RateTargets.Pattern.POISSON);
        SpikeMatrix trains = SpikeMatrix.zeros(arena, 20, 2);
        FloatMatrix levels = FloatMatrix.zeros(arena, 20, 2);
        TorchRandom random = new TorchRandom(3);
        encoder.levels(trains, levels, random);
        TorchRandom stream = new TorchRandom(3);
        for (int train = 0; train < 2; train++) {
            for (int step = 0; step < 20; step++) {
                boolean fires = stream.nextFloat() < (train == 0 ? 0.6f : 0.3f) && step >= 1;
                assertEquals(fires, trains.get(step, train));
                assertEquals(fires ? 1 : 0, levels.get(step, train));
            }
        }
        assertEquals(stream.nextFloat(), random.nextFloat(), "the stream goes on at the same place");
        new RateTargets().withSpikes(0, RateTargets.Pattern.UNIFORM).levels(trains, levels, random);
        assertEquals(stream.nextFloat(), random.nextFloat(), "rates of 1 and 0 draw nothing");
        assertEquals(20, trains.count());
    }

    @Test
    void refusesOptionsOutOfRange() {
        assertInvalid("correctRate is 1.2, incorrectRate 0.0, expected them in [0, 1]", () -> new RateTargets(1.2, 0));
        assertInvalid(
                "correctRate is 0.5, incorrectRate NaN, expected them in [0, 1]",
                () -> new RateTargets(0.5, Double.NaN));
        assertInvalid("incorrectRate is 0.5, expected at most correctRate, 0.25", () -> new RateTargets(0.25, 0.5));
        assertInvalid(
                "firstSpikeTime is -1, expected at least 0",
                () -> new RateTargets().withSpikes(-1, RateTargets.Pattern.REGULAR));
        assertInvalid(
                "onTarget is 1.0, offTarget Infinity, expected finite float32 numbers",
                () -> new RateTargets().withTargets(1, Double.POSITIVE_INFINITY));
    }

    @Test
    void refusesShapesThatDoNotFit() {
        SpikeMatrix trains = SpikeMatrix.zeros(arena, 4, 2);
        FloatMatrix levels = FloatMatrix.zeros(arena, 4, 2);
        assertInvalid(
                "trains is [4 x 2], expected [5 x 2]",
                () -> new RateTargets().levels(trains, FloatMatrix.zeros(arena, 5, 2)));
        assertInvalid(
                "targets is [7 x 3], expected [8 x 3]",
                () -> RateTargets.encode(new int[2], levels, FloatMatrix.zeros(arena, 7, 3)));
        assertInvalid(
                "label 1 is 3, expected a class of [0, 3)",
                () -> RateTargets.encode(new int[] {0, 3}, levels, FloatMatrix.zeros(arena, 8, 3)));
        assertInvalid(
                "firstSpikeTime is 5, expected at most the steps, 4",
                () -> new RateTargets(0.5, 0)
                        .withSpikes(5, RateTargets.Pattern.REGULAR)
                        .levels(trains, levels));
    }
}
