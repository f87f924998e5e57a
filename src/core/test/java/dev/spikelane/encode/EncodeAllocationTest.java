package dev.spikelane.encode;

import static dev.spikelane.Allocations.assertNone;

import dev.spikelane.Alone;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.random.TorchRandom;
import java.lang.foreign.Arena;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@Alone
final class EncodeAllocationTest {

    private static final int CALLS = 200;
    private static final int STEPS = 10;
    private static final int BATCH = 4;
    private static final int NEURONS = 130;

    private final Arena arena = Arena.ofShared();
    private final FloatMatrix data = FloatMatrix.zeros(arena, BATCH, NEURONS);
    private final FloatMatrix times = FloatMatrix.zeros(arena, BATCH, NEURONS);
    private final FloatMatrix targets = FloatMatrix.zeros(arena, STEPS * BATCH, NEURONS);
    private final FloatMatrix frames = FloatMatrix.zeros(arena, STEPS * BATCH, NEURONS);
    private final SpikeMatrix spikes = SpikeMatrix.zeros(arena, STEPS * BATCH, NEURONS);
    private final int[] labels = {3, 129, 0, 64};

    @AfterEach
    void close() {
        arena.close();
    }

    private void fill() {
        Random random = new Random(1);
        for (int row = 0; row < frames.rows(); row++) {
            for (int neuron = 0; neuron < NEURONS; neuron++) {
                frames.set(row, neuron, random.nextFloat());
                data.set(row % BATCH, neuron, frames.get(row, neuron));
            }
        }
    }

    @Test
    void rate() {
        fill();
        Rate rate = new Rate(0.5f, 0.1f, 2);
        TorchRandom random = new TorchRandom(1);
        SpikeMatrix longer = SpikeMatrix.zeros(arena, (STEPS + 2) * BATCH, NEURONS);
        assertNone(CALLS, () -> {
            rate.encode(data, spikes, 7);
            rate.encode(data, spikes, 7, 3);
            rate.encode(data, spikes, random);
            rate.encodeVarying(frames, BATCH, longer, 7);
            rate.encodeVarying(frames, BATCH, longer, random);
        });
    }

    @Test
    void latencyCodesAndInterpolation() {
        fill();
        Latency logarithmic = new Latency().withTau(3);
        Latency linear = new Latency().withLinear(true).withTau(3);
        assertNone(CALLS, () -> {
            logarithmic.times(data, times);
            linear.times(data, STEPS, times);
            linear.silence(data, times);
            logarithmic.times(data, STEPS, times);
            Latency.steps(times);
            Interpolation.latency(times, 1, 0.5, targets);
            Interpolation.rate(spikes, BATCH, 1, 0.5, targets);
        });
    }

    @Test
    void latency() {
        fill();
        for (boolean linear : new boolean[] {true, false}) {
            Latency code = new Latency().withLinear(linear).withNormalize(true);
            Latency latency = code.withClip(true).withDropLate(true);
            Latency.Targets unclipped = new Latency.Targets(latency.withClip(false));
            Latency.Targets rising =
                    new Latency.Targets(latency).withTargets(1.25, 0.25).withInterpolation(true);
            Latency.Targets steps = new Latency.Targets(latency).withTargets(2, 0.5);
            assertNone(CALLS, () -> {
                latency.encode(data, times, spikes);
                unclipped.encode(data, times, targets);
                rising.encode(data, times, targets);
                steps.encode(labels, data, times, targets);
            });
        }
    }

    @Test
    void delta() {
        fill();
        Delta delta = new Delta().withThreshold(0.2f).withPadding(true);
        SpikeMatrix off = SpikeMatrix.zeros(arena, STEPS * BATCH, NEURONS);
        assertNone(CALLS, () -> {
            delta.encode(frames, BATCH, spikes);
            delta.encode(frames, BATCH, spikes, off);
            delta.encodeSigned(frames, BATCH, targets);
        });
    }

    @Test
    void labels() {
        RateTargets encoder = new RateTargets(0.5, 0.25).withTargets(1, 0.5).withInterpolation(true);
        RateTargets drawn = encoder.withSpikes(1, RateTargets.Pattern.POISSON);
        RateTargets merged = drawn.withSpikes(1, RateTargets.Pattern.UNIFORM);
        RateTargets steady = new RateTargets();
        TorchRandom random = new TorchRandom(1);
        SpikeMatrix trains = SpikeMatrix.zeros(arena, STEPS, 2);
        FloatMatrix levels = FloatMatrix.zeros(arena, STEPS, 2);
        SpikeMatrix oneHot = SpikeMatrix.zeros(arena, BATCH, NEURONS);
        int[] decoded = new int[BATCH];
        assertNone(CALLS, () -> {
            encoder.levels(trains, levels);
            drawn.levels(trains, levels, random);
            merged.levels(trains, levels, random);
            steady.levels(trains, levels);
            RateTargets.encode(labels, levels, targets);
            OneHot.encode(labels, data);
            OneHot.decode(data, decoded);
            OneHot.invert(data, times);
            OneHot.encode(labels, oneHot);
            OneHot.decode(oneHot, decoded);
            OneHot.invert(oneHot, oneHot);
        });
    }

    @Test
    void targetRates() {
        SpikeMatrix trains = SpikeMatrix.zeros(arena, 200, 3);
        TorchRandom random = new TorchRandom(1);
        TargetRate regular = new TargetRate(0.3);
        TargetRate uniform = new TargetRate(0.3, 2, RateTargets.Pattern.UNIFORM);
        TargetRate poisson = new TargetRate(0.3, 2, RateTargets.Pattern.POISSON);
        assertNone(CALLS, () -> {
            regular.encode(trains, 0);
            uniform.encode(trains, 1, random);
            poisson.encode(trains, 2, random);
        });
    }
}
