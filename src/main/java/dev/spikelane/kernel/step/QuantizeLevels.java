package dev.spikelane.kernel.step;

import dev.spikelane.kernel.base.Elements;
import dev.spikelane.kernel.base.Progression;
import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.Arena;

/**
 * The levels of a quantization, and what is known of them.
 *
 * @param values the levels, {@code [1 x levels]}
 * @param ascending whether no level is below the one before
 * @param uniform whether {@link Progression#between} gives them, and so far from each other that a division finds the nearest
 *     but one
 */
record QuantizeLevels(FloatMatrix values, boolean ascending, boolean uniform) {

    /** Fewest units in the last place between uniform levels: then rounding moves a quotient by less than half a level. */
    private static final int FEWEST_UNITS = 32;

    private static final int MOST_UNIFORM = 1 << 20;

    /** Up to so many uniform steps from the lowest level, which is a finite distance, distances of two levels differ after rounding. */
    static final float FARTHEST = 0x1p22f;

    static QuantizeLevels of(Arena arena, float... levels) {
        return new QuantizeLevels(FloatMatrix.vector(arena, levels), isAscending(levels), isUniform(levels));
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
        float step = Progression.step(low, high, count);
        float units = Math.max(Math.ulp(low), Math.ulp(high));
        if (count < 2 || count > MOST_UNIFORM || !(step >= FEWEST_UNITS * units)) {
            return false;
        }
        if (Float.isInfinite(1 / step) || Float.isInfinite(FARTHEST * step)) {
            return false;
        }
        for (int i = 0; i < count; i++) {
            if (Float.floatToRawIntBits(levels[i])
                    != Float.floatToRawIntBits(Progression.between(low, high, i, count))) {
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
