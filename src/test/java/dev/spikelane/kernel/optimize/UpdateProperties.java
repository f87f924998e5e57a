package dev.spikelane.kernel.optimize;

import static dev.spikelane.kernel.optimize.Floats.assertSameBits;
import static dev.spikelane.kernel.optimize.Floats.draw;
import static dev.spikelane.kernel.optimize.Floats.memory;
import static dev.spikelane.kernel.optimize.Floats.zeros;

import dev.spikelane.EveryWidth;
import dev.spikelane.kernel.Awkward;
import dev.spikelane.kernel.ComparesVectors;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Optimizer steps give the bits of their specification, as a whole and in ranges. */
@EveryWidth
final class UpdateProperties {

    @ComparesVectors
    @Property(tries = 300)
    void adamIsItsSpecification(
            @ForAll(supplier = Awkward.Sizes.class) int count,
            @ForAll boolean decoupled,
            @ForAll boolean amsgrad,
            @ForAll boolean strange,
            @ForAll long seed) {
        Random random = new Random(seed);
        double decay = random.nextBoolean() ? 0 : 0.1;
        float[] initial = draw(random, count, strange);
        AdamCoefficients coefficients = new AdamCoefficients(0.9, 0.99, 1e-8, decay, decoupled);
        MemorySegment[] expected = {memory(initial), zeros(count), zeros(count), zeros(count)};
        MemorySegment[] whole = {memory(initial), zeros(count), zeros(count), zeros(count)};
        MemorySegment[] parts = {memory(initial), zeros(count), zeros(count), zeros(count)};
        for (int step = 1; step <= 4; step++) {
            MemorySegment gradient = memory(draw(random, count, strange));
            coefficients.begin(step, 0.01 * step);
            int middle = random.nextInt(count + 1);
            adam(coefficients, expected, amsgrad).scalar(gradient, 0, 0, count);
            adam(coefficients, whole, amsgrad).update(gradient, 0, count);
            adam(coefficients, parts, amsgrad).update(gradient, middle, count);
            adam(coefficients, parts, amsgrad).update(gradient, 0, middle);
            for (int i = 0; i < expected.length; i++) {
                assertSameBits(expected[i], whole[i], "memory " + i + " as a whole, step " + step);
                assertSameBits(expected[i], parts[i], "memory " + i + " in parts, step " + step);
            }
        }
    }

    private static AdamStep adam(AdamCoefficients coefficients, MemorySegment[] memory, boolean amsgrad) {
        return new AdamStep(coefficients, memory[0], memory[1], memory[2], amsgrad ? memory[3] : null);
    }

    @ComparesVectors
    @Property(tries = 300)
    void gradientDescentIsItsSpecification(
            @ForAll(supplier = Awkward.Sizes.class) int count,
            @ForAll boolean nesterov,
            @ForAll boolean strange,
            @ForAll long seed) {
        Random random = new Random(seed);
        double momentum = random.nextBoolean() ? 0 : 0.9;
        double decay = random.nextBoolean() ? 0 : 0.1;
        double dampening = random.nextBoolean() ? 0 : 0.3;
        float[] initial = draw(random, count, strange);
        MemorySegment[] expected = {memory(initial), zeros(count)};
        MemorySegment[] whole = {memory(initial), zeros(count)};
        MemorySegment[] parts = {memory(initial), zeros(count)};
        for (int step = 1; step <= 4; step++) {
            MemorySegment gradient = memory(draw(random, count, strange));
            int middle = random.nextInt(count + 1);
            SgdStep[] steps = new SgdStep[3];
            int at = 0;
            for (MemorySegment[] each : new MemorySegment[][] {expected, whole, parts}) {
                steps[at] = new SgdStep(each[0], momentum == 0 ? null : each[1], momentum, dampening, nesterov, decay);
                steps[at++].begin(step, 0.1);
            }
            steps[0].scalar(gradient, 0, 0, count);
            steps[1].update(gradient, 0, count);
            steps[2].update(gradient, middle, count);
            steps[2].update(gradient, 0, middle);
            for (int i = 0; i < expected.length; i++) {
                assertSameBits(expected[i], whole[i], "memory " + i + " as a whole, step " + step);
                assertSameBits(expected[i], parts[i], "memory " + i + " in parts, step " + step);
            }
        }
    }
}
