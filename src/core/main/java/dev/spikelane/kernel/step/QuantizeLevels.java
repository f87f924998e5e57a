package dev.spikelane.kernel.step;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Arange;
import dev.spikelane.simd.Elements;
import java.lang.foreign.Arena;

/**
 * Levels of a quantization, and properties that select a kernel.
 *
 * @param values the levels, {@code [1 x levels]}
 * @param ascending true if no level is below the one before
 * @param uniform true for levels of {@link Arange#between} so far apart that a division finds the nearest level or its
 *     neighbor
 * @param doubt distance from the middle of two uniform levels, in steps, within which rounding may choose the wrong one
 */
public record QuantizeLevels(FloatMatrix values, boolean ascending, boolean uniform, float doubt) {

    /** Fewest units in the last place between uniform levels: rounding moves a quotient by less than half a level. */
    private static final int FEWEST_UNITS = 32;

    private static final int MOST_UNIFORM = 1 << 20;

    /**
     * Most uniform steps from the lowest level, a finite distance, at which distances of two levels differ after
     * rounding.
     */
    static final float FARTHEST = 0x1p22f;

    public static QuantizeLevels of(Arena arena, float... levels) {
        return new QuantizeLevels(
                FloatMatrix.vector(arena, levels), isAscending(levels), isUniform(levels), doubt(levels));
    }

    /**
     * 16 units in the last place of the largest level. The levels are at most 3.5 units from a line through the first,
     * by the roundings of the step and their own; the place of x on it is found to within 6 units, and two distances
     * are compared to within 6: {@code (1 - 2 f) step > 13} for a place {@code f} steps from a level. This holds for a
     * computed f of at most {@code 1/2 - 12.5 / step}, in which 6 units are the error of f.
     */
    private static float doubt(float... levels) {
        float low = levels[0];
        float high = levels[levels.length - 1];
        return 16 * units(low, high) / Arange.step(low, high, levels.length);
    }

    private static float units(float low, float high) {
        return Math.max(Math.ulp(low), Math.ulp(high));
    }

    private static boolean isAscending(float... levels) {
        for (int i = 1; i < levels.length; i++) {
            if (levels[i - 1] > levels[i]) {
                return false;
            }
        }
        return true;
    }

    private static boolean isUniform(float... levels) {
        int count = levels.length;
        float low = levels[0];
        float high = levels[count - 1];
        float step = Arange.step(low, high, count);
        if (count < 2 || count > MOST_UNIFORM || !(step >= FEWEST_UNITS * units(low, high))) {
            return false;
        }
        if (Float.isInfinite(1 / step) || Float.isInfinite(FARTHEST * step)) {
            return false;
        }
        for (int i = 0; i < count; i++) {
            if (Float.floatToRawIntBits(levels[i]) != Float.floatToRawIntBits(Arange.between(low, high, i, count))) {
                return false;
            }
        }
        return true;
    }

    int count() {
        return values.columns();
    }

    float value(int i) {
        return Elements.get(values, 0, i);
    }
}
