package dev.spikelane.kernel.encode;

import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Matrices.assertSameBits;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.kernel.Awkward.Size;
import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

@EveryWidth
final class DeltaSpikesProperties extends KernelCase {

    /** At thresholds of 0 or less, constant values fire, and padding would too. */
    @Provide
    Arbitrary<Float> thresholds() {
        return Arbitraries.of(0.25f, 1f, 0.1f, 0f, -0.25f, Float.POSITIVE_INFINITY);
    }

    @Property(tries = 300)
    void everyVariantComparesWithTheStepBefore(
            @Size int neurons,
            @UpTo(3) int batch,
            @UpTo(4) int steps,
            @ForAll("thresholds") float threshold,
            @ForAll boolean padding,
            @ForAll long seed) {
        Random random = new Random(seed);
        FloatMatrix data = data(steps * batch, neurons, random);
        SpikeMatrix expectedRises = SpikeMatrix.zeros(arena, data.rows(), neurons);
        SpikeMatrix expectedFalls = SpikeMatrix.zeros(arena, data.rows(), neurons);
        FloatMatrix expectedSigned = FloatMatrix.zeros(arena, data.rows(), neurons);
        for (int row = 0; row < data.rows(); row++) {
            for (int neuron = 0; neuron < neurons; neuron++) {
                float now = data.get(row, neuron);
                float first = padding ? now : 0;
                float difference = now - (row < batch ? first : data.get(row - batch, neuron));
                boolean rises = difference >= threshold;
                boolean falls = difference <= -threshold;
                expectedRises.set(row, neuron, rises);
                expectedFalls.set(row, neuron, falls);
                expectedSigned.set(row, neuron, (rises ? 1 : 0) - (falls ? 1 : 0));
            }
        }
        SpikeMatrix spikes = Matrices.spikes(arena, data.rows(), neurons, 0.5, random);
        DeltaSpikes.rises(data, batch, threshold, padding, spikes);
        assertSameBits(expectedRises, spikes, "rises");
        DeltaSpikes.falls(data, batch, threshold, padding, spikes);
        assertSameBits(expectedFalls, spikes, "falls");
        FloatMatrix signed = Matrices.uniform(arena, data.rows(), neurons, random);
        DeltaSpikes.signed(data, batch, threshold, padding, signed);
        assertSameBits(expectedSigned, signed, "signed");
        Matrices.assertZeroPads(signed, "signed");
    }

    /** Multiples of a quarter, so that differences equal thresholds, and values that are not finite. */
    private FloatMatrix data(int rows, int neurons, Random random) {
        float[] special = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, -0.0f, 0.1f, 0.2f, 1e30f};
        FloatMatrix data = FloatMatrix.zeros(arena, rows, neurons);
        for (int row = 0; row < rows; row++) {
            for (int neuron = 0; neuron < neurons; neuron++) {
                boolean isSpecial = random.nextInt(6) == 0;
                float value = isSpecial ? special[random.nextInt(special.length)] : random.nextInt(-8, 9) / 4f;
                data.set(row, neuron, value);
            }
        }
        return data;
    }

    @Example
    void refusesShapesThatDoNotFit() {
        FloatMatrix data = FloatMatrix.zeros(arena, 6, 5);
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, 6, 5);
        assertInvalid(
                "6 rows are not a whole number of steps of batch 4",
                () -> DeltaSpikes.rises(data, 4, 1, false, spikes));
        assertInvalid(
                "batch range is [0, 0), expected a part of [0, 6)", () -> DeltaSpikes.falls(data, 0, 1, false, spikes));
        assertInvalid(
                "spikes shares memory with data, expected memory of its own",
                () -> DeltaSpikes.signed(data, 2, 1, false, data));
        assertInvalid(
                "spikes is [6 x 6], expected [6 x 5]",
                () -> DeltaSpikes.signed(data, 2, 1, false, FloatMatrix.zeros(arena, 6, 6)));
    }
}
