package dev.spikelane.kernel.optimize;

import static dev.spikelane.Failures.assertMessage;
import static dev.spikelane.kernel.optimize.Floats.zeros;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.spikelane.EveryWidth;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

@EveryWidth
final class UpdateTest {

    private final AdamCoefficients coefficients = new AdamCoefficients(0.9, 0.999, 1e-8, 0, false);

    @Test
    void coefficientsOfTheFirstStep() {
        coefficients.begin(1, 0.5);
        assertEquals((float) (0.5 * Math.sqrt(0.001) / 0.1), coefficients.rate, 1e-6f);
        assertEquals((float) (1e-8 * Math.sqrt(0.001)), coefficients.epsilon, 1e-15f);
        assertEquals(1, coefficients.shrink);
        assertEquals(0, coefficients.decay);
    }

    @Test
    void refusesMemoryThatDoesNotFit() {
        MemorySegment parameter = zeros(5);
        AdamStep step = new AdamStep(coefficients, parameter, zeros(5), zeros(5), null);
        assertMessage(
                IllegalArgumentException.class, "gradient has 4 values, expected 5", () -> step.update(zeros(4), 0, 5));
        assertMessage(
                IllegalArgumentException.class,
                "gradient shares memory with parameter, expected memory of its own",
                () -> step.update(parameter, 0, 5));
        assertThrows(IndexOutOfBoundsException.class, () -> step.update(zeros(5), 0, 6));
        assertMessage(
                IllegalArgumentException.class,
                "mean has 6 values, expected 5",
                () -> new AdamStep(coefficients, parameter, zeros(6), zeros(5), null));
        assertMessage(
                IllegalArgumentException.class,
                "parameter has 8 bytes on the heap, expected native memory of whole floats, at least one",
                () -> new SgdStep(MemorySegment.ofArray(new float[2]), null, 0, 0, false, 0));
    }

    @Test
    void refusesNumbersOutOfRange() {
        assertMessage(
                IllegalArgumentException.class,
                "beta1 is 1.0, expected a number in [0, 1)",
                () -> new AdamCoefficients(1, 0.999, 1e-8, 0, false));
        assertMessage(
                IllegalArgumentException.class,
                "epsilon is 0.0, expected a finite number above 0 in float32",
                () -> new AdamCoefficients(0.9, 0.999, 0, 0, false));
        assertMessage(
                IllegalArgumentException.class,
                "weightDecay is -1.0, expected a finite number of at least 0",
                () -> new AdamCoefficients(0.9, 0.999, 1e-8, -1, false));
    }

    /** Powers are computed some steps at a time; steps may be left out, as where a run resumes. */
    @Test
    void numbersOfAnyStepAreThoseOfItsPowers() {
        AdamCoefficients one = new AdamCoefficients(0.9, 0.999, 1e-8, 0, false);
        for (long step : new long[] {1, 2, 255, 256, 257, 100_000, 3}) {
            one.begin(step, 0.5);
            double root = Math.sqrt(1 - StrictMath.pow(0.999, (double) step));
            assertEquals((float) (0.5 * root / (1 - StrictMath.pow(0.9, (double) step))), one.rate, "step " + step);
            assertEquals((float) (1e-8 * root), one.epsilon, "step " + step);
        }
    }
}
