package dev.spikelane.encode;

import static dev.spikelane.Failures.assertInvalid;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.spikelane.EveryWidth;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.random.TorchRandom;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@EveryWidth
final class TargetRateTest {

    private final Arena arena = Arena.ofAuto();
    private final SpikeMatrix spikes = SpikeMatrix.zeros(arena, 5, 1);

    /** Examples of snnTorch's documentation. */
    @Test
    void firesRegularly() {
        new TargetRate(1).encode(spikes, 0);
        assertArrayEquals(new byte[] {1, 1, 1, 1, 1}, spikes.toArray());
        new TargetRate(1, 3, RateTargets.Pattern.REGULAR).encode(spikes, 0);
        assertArrayEquals(new byte[] {0, 0, 0, 1, 1}, spikes.toArray());
        new TargetRate(0.3).encode(spikes, 0, new TorchRandom(1));
        assertArrayEquals(new byte[] {1, 0, 0, 1, 0}, spikes.toArray());
        new TargetRate(0).encode(spikes, 0);
        assertEquals(0, spikes.count());
    }

    @Test
    void otherNeuronsStayAsTheyAre() {
        SpikeMatrix two = SpikeMatrix.copyOf(arena, 3, 2, new byte[] {0, 1, 1, 0, 0, 1});
        new TargetRate(0.5).encode(two, 0);
        assertArrayEquals(new byte[] {1, 1, 0, 0, 1, 1}, two.toArray());
    }

    @ParameterizedTest
    @CsvSource({"1,0", "0.7,2", "0.05,0", "0,3", "1,50"})
    void uniformStepsAreDrawnAsOftenAsRegularOnes(double rate, int first) {
        SpikeMatrix train = SpikeMatrix.zeros(arena, 50, 1);
        new TargetRate(rate, first, RateTargets.Pattern.REGULAR).encode(train, 0);
        long count = train.count();
        TorchRandom random = new TorchRandom(5);
        new TargetRate(rate, first, RateTargets.Pattern.UNIFORM).encode(train, 0, random);
        SpikeMatrix expected = SpikeMatrix.zeros(arena, 50, 1);
        TorchRandom stream = new TorchRandom(5);
        for (int spike = 0; spike < count; spike++) {
            expected.set((int) (stream.nextFloat() * (50 - first) + first), 0, true);
        }
        assertArrayEquals(expected.toArray(), train.toArray());
        assertEquals(stream.nextFloat(), random.nextFloat(), "the stream goes on at the same place");
    }

    @ParameterizedTest
    @CsvSource({"1,0", "0.7,2", "0.05,0", "0,3", "1,50"})
    void poissonDrawsForEveryStep(double rate, int first) {
        SpikeMatrix train = SpikeMatrix.zeros(arena, 50, 1);
        TorchRandom random = new TorchRandom(5);
        new TargetRate(rate, first, RateTargets.Pattern.POISSON).encode(train, 0, random);
        TorchRandom stream = new TorchRandom(5);
        for (int step = 0; step < 50 && rate > 0; step++) {
            assertEquals(stream.nextFloat() < (float) rate && step >= first, train.get(step, 0));
        }
        assertEquals(stream.nextFloat(), random.nextFloat(), "the stream goes on at the same place");
    }

    @Test
    void refusesWhatDoesNotFit() {
        assertInvalid("rate is 1.5, expected it in [0, 1]", () -> new TargetRate(1.5));
        assertThrows(IllegalArgumentException.class, () -> new TargetRate(Double.NaN));
        assertInvalid(
                "firstSpikeTime is -1, expected at least 0", () -> new TargetRate(1, -1, RateTargets.Pattern.REGULAR));
        assertInvalid(
                "firstSpikeTime is 6, expected at most the steps, 5",
                () -> new TargetRate(1, 6, RateTargets.Pattern.REGULAR).encode(spikes, 0));
        assertInvalid(
                "pattern is POISSON, expected REGULAR where there is no random stream",
                () -> new TargetRate(1, 0, RateTargets.Pattern.POISSON).encode(spikes, 0));
        assertThrows(IndexOutOfBoundsException.class, () -> new TargetRate(1).encode(spikes, 1));
    }
}
