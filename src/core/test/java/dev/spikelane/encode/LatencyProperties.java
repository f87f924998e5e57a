package dev.spikelane.encode;

import static dev.spikelane.Matrices.assertSameBits;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

@EveryWidth
final class LatencyProperties extends KernelCase {

    private static final int STEPS = 9;

    @Provide
    Arbitrary<Latency> codes() {
        return Combinators.combine(
                        Arbitraries.of(0.01, 0.2),
                        Arbitraries.of(0.7, 5.0),
                        Arbitraries.of(0, 3),
                        Arbitraries.of(true, false),
                        Arbitraries.of(true, false))
                .as((threshold, tau, first, linear, normalize) -> new Latency()
                        .withThreshold(threshold)
                        .withTau(tau)
                        .withFirstSpikeTime(first)
                        .withLinear(linear)
                        .withNormalize(normalize));
    }

    @Provide
    Arbitrary<Integer> sizes() {
        return Arbitraries.of(1, 15, 31, 33, 64, 65, 130);
    }

    private FloatMatrix data(int batch, int neurons, long seed) {
        FloatMatrix data = Matrices.uniform(arena, batch, neurons, new Random(seed));
        for (int sample = 0; sample < batch; sample++) {
            for (int neuron = 0; neuron < neurons; neuron++) {
                data.set(sample, neuron, Math.abs(data.get(sample, neuron)));
            }
        }
        return data;
    }

    /** Every neuron fires once at its rounded time, or never: too late, or clipped. */
    @Property(tries = 200)
    void neuronsFireAtTheirTimes(
            @ForAll("codes") Latency code,
            @ForAll("sizes") int neurons,
            @UpTo(3) int batch,
            @ForAll boolean clip,
            @ForAll long seed) {
        FloatMatrix data = data(batch, neurons, seed);
        FloatMatrix times = FloatMatrix.zeros(arena, batch, neurons);
        SpikeMatrix spikes = Matrices.spikes(arena, STEPS * batch, neurons, 0.5, new Random(seed));
        FloatMatrix codeTimes = FloatMatrix.zeros(arena, batch, neurons);
        code.times(data, STEPS, codeTimes);
        code.withClip(clip).withDropLate(true).encode(data, times, spikes);
        SpikeMatrix expected = SpikeMatrix.zeros(arena, STEPS * batch, neurons);
        FloatMatrix targets = FloatMatrix.zeros(arena, STEPS * batch, neurons);
        for (int row = 0; row < expected.rows(); row++) {
            for (int neuron = 0; neuron < neurons; neuron++) {
                boolean clipped = clip && data.get(row % batch, neuron) < (float) code.threshold();
                boolean now = Math.rint(codeTimes.get(row % batch, neuron)) == row / batch;
                expected.set(row, neuron, now && !clipped);
                targets.set(row, neuron, now && !clipped ? 2 : 0.5f);
            }
        }
        assertSameBits(expected, spikes, "spikes");
        FloatMatrix got = FloatMatrix.zeros(arena, STEPS * batch, neurons);
        new Latency.Targets(code.withClip(clip).withDropLate(true))
                .withTargets(2, 0.5)
                .encode(data, times, got);
        assertSameBits(targets, got, "targets");
    }

    /** Without normalization over the batch, a sample is encoded as alone. */
    @Property(tries = 200)
    void partsOfABatchGiveTheWhole(
            @ForAll("codes") Latency codes,
            @ForAll("sizes") int neurons,
            @UpTo(3) int batch,
            @ForAll boolean interpolate,
            @ForAll long seed) {
        Latency.Targets encoder = new Latency.Targets(
                        codes.withNormalize(false).withClip(true).withDropLate(true))
                .withTargets(1.25, 0.25)
                .withInterpolation(interpolate);
        FloatMatrix data = data(batch, neurons, seed);
        FloatMatrix whole = FloatMatrix.zeros(arena, STEPS * batch, neurons);
        FloatMatrix times = FloatMatrix.zeros(arena, batch, neurons);
        encoder.encode(data, times, whole);
        for (int sample = 0; sample < batch; sample++) {
            FloatMatrix part = FloatMatrix.zeros(arena, STEPS, neurons);
            FloatMatrix partTimes = FloatMatrix.zeros(arena, 1, neurons);
            encoder.encode(data.rows(sample, 1), partTimes, part);
            assertSameBits(times.rows(sample, 1), partTimes, "times");
            for (int step = 0; step < STEPS; step++) {
                assertSameBits(whole.rows(step * batch + sample, 1), part.rows(step, 1), "sample " + sample);
            }
        }
    }

    /** Clipped features are off at all steps; others do not change. */
    @Property(tries = 100)
    void interpolationHonoursClip(@ForAll("codes") Latency code, @ForAll("sizes") int neurons, @ForAll long seed) {
        FloatMatrix data = data(2, neurons, seed);
        FloatMatrix times = FloatMatrix.zeros(arena, 2, neurons);
        FloatMatrix free = FloatMatrix.zeros(arena, STEPS * 2, neurons);
        FloatMatrix clipped = FloatMatrix.zeros(arena, STEPS * 2, neurons);
        new Latency.Targets(code.withDropLate(true))
                .withTargets(1, 0.25)
                .withInterpolation(true)
                .encode(data, times, free);
        new Latency.Targets(code.withClip(true).withDropLate(true))
                .withTargets(1, 0.25)
                .withInterpolation(true)
                .encode(data, times, clipped);
        for (int row = 0; row < free.rows(); row++) {
            for (int neuron = 0; neuron < neurons; neuron++) {
                if (data.get(row % 2, neuron) < (float) code.threshold()) {
                    free.set(row, neuron, 0.25f);
                }
            }
        }
        assertSameBits(free, clipped, "clipped");
    }
}
