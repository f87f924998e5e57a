package dev.spikelane.kernel.encode;

import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Matrices.assertSameBits;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.kernel.Awkward.Density;
import dev.spikelane.kernel.Awkward.Size;
import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

@EveryWidth
final class RateRampProperties extends KernelCase {

    /** Step by step, with searches for the spikes before and after. */
    @Property(tries = 200)
    void risesFromSpikeToSpike(
            @Size int neurons, @UpTo(3) int batch, @UpTo(70) int steps, @Density double density, @ForAll long seed) {
        Random random = new Random(seed);
        SpikeMatrix spikes = Matrices.spikes(arena, steps * batch, neurons, density, random);
        FloatMatrix targets = Matrices.uniform(arena, steps * batch, neurons, random);
        FloatMatrix expected = FloatMatrix.zeros(arena, steps * batch, neurons);
        for (int row = 0; row < expected.rows(); row++) {
            for (int neuron = 0; neuron < neurons; neuron++) {
                int sample = row % batch;
                expected.set(row, neuron, target(spikes, batch, sample, neuron, row / batch, steps));
            }
        }
        RateRamp.interpolate(spikes, batch, 1.25, 0.3, targets);
        assertSameBits(expected, targets, "targets");
    }

    private static float target(SpikeMatrix spikes, int batch, int sample, int neuron, int step, int steps) {
        int after = step;
        while (after < steps && !spikes.get(after * batch + sample, neuron)) {
            after++;
        }
        if (after == steps) {
            return 0.3f;
        }
        int before = step - 1;
        while (before >= 0 && !spikes.get(before * batch + sample, neuron)) {
            before--;
        }
        int gap = after - before - 1;
        int index = step - before - 1;
        double slope = (1.25 - 0.3) / gap;
        if (gap == 0) {
            return 1.25f;
        }
        if (index >= (gap + 1) / 16 * 16) {
            return (float) Math.fma(slope, index, 0.3);
        }
        return (float) Math.fma(slope, index % 8, (float) Math.fma(slope, index / 8 * 8, 0.3));
    }

    @Example
    void refusesShapesThatDoNotFit() {
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, 6, 5);
        assertInvalid(
                "6 rows are not a whole number of steps of batch 4",
                () -> RateRamp.interpolate(spikes, 4, 1, 0, FloatMatrix.zeros(arena, 6, 5)));
        assertInvalid(
                "targets is [6 x 6], expected [6 x 5]",
                () -> RateRamp.interpolate(spikes, 2, 1, 0, FloatMatrix.zeros(arena, 6, 6)));
    }
}
