package dev.spikelane.kernel.optimize;

import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.kernel.optimize.Floats.zeros;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.spikelane.EveryWidth;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.junit.jupiter.api.Test;

@EveryWidth
final class UpdateTest {

    private final AdamRule rule = new AdamRule(0.9, 0.999, 1e-8, 0, false, false);

    private static float number(OptimizerRule rule, String name) {
        return Objects.requireNonNull(rule.numbers.get(name))[0];
    }

    @Test
    void coefficientsOfTheFirstStep() {
        rule.begin(1, 0.5);
        assertEquals((float) (0.5 * Math.sqrt(0.001) / 0.1), number(rule, "rate"), 1e-6f);
        assertEquals((float) (1e-8 * Math.sqrt(0.001)), number(rule, "epsilon"), 1e-15f);
        assertEquals(1, number(rule, "shrink"));
        assertEquals(0, number(rule, "decay"));
    }

    @Test
    void refusesMemoryThatDoesNotFit() {
        MemorySegment parameter = zeros(128);
        ParameterStep step = new ParameterStep(rule, parameter, _ -> zeros(128));
        assertInvalid("gradient has 4 values, expected 128", () -> step.update(zeros(4), 0, 64));
        assertInvalid(
                "gradient shares memory with parameter, expected memory of its own",
                () -> step.update(parameter, 0, 64));
        assertInvalid("values are [0, 65), expected whole blocks of 64", () -> step.update(zeros(128), 0, 65));
        assertThrows(IndexOutOfBoundsException.class, () -> step.update(zeros(128), 0, 192));
        assertInvalid("exp_avg has 64 values, expected 128", () -> new ParameterStep(rule, parameter, _ -> zeros(64)));
        assertInvalid(
                "parameter has 8 bytes on the heap, expected native memory of whole floats, at least one",
                () -> new ParameterStep(rule, MemorySegment.ofArray(new float[2]), _ -> zeros(2)));
    }

    @Test
    void refusesNumbersOutOfRange() {
        assertInvalid("beta1 is 1.0, expected a number in [0, 1)", () -> new AdamRule(1, 0.999, 1e-8, 0, false, false));
        assertInvalid(
                "epsilon is 0.0, expected a finite number above 0 in float32, also times sqrt(1 - beta2) in the first"
                        + " step",
                () -> new AdamRule(0.9, 0.999, 0, 0, false, false));
        assertThrows(IllegalArgumentException.class, () -> new AdamRule(0.9, 0.999, 1e-44, 0, false, false));
        assertInvalid(
                "weightDecay is -1.0, expected a finite number of at least 0",
                () -> new AdamRule(0.9, 0.999, 1e-8, -1, false, false));
    }

    /** Powers are computed several steps at a time; steps may be skipped, as by a resumed run. */
    @Test
    void numbersOfAnyStepAreThoseOfItsPowers() {
        for (long step : new long[] {1, 2, 255, 256, 257, 100_000, 3}) {
            rule.begin(step, 0.5);
            double root = Math.sqrt(1 - StrictMath.pow(0.999, (double) step));
            assertEquals(
                    (float) (0.5 * root / (1 - StrictMath.pow(0.9, (double) step))),
                    number(rule, "rate"),
                    "step " + step);
            assertEquals((float) (1e-8 * root), number(rule, "epsilon"), "step " + step);
        }
    }
}
