package dev.spikelane.kernel.optimize;

import static dev.spikelane.Filled.floats;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;

public final class Floats {

    private static final float[] STRANGE = {
        0f, -0f, 1f, -1f, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.MIN_VALUE, -1e-40f, 3e38f
    };

    private Floats() {}

    /** Returns ordinary values, with {@code strange} ones among them. */
    public static float[] draw(Random random, int count, boolean strange) {
        return floats(
                count,
                i -> strange && random.nextInt(4) == 0
                        ? STRANGE[random.nextInt(STRANGE.length)]
                        : (float) random.nextGaussian());
    }

    public static MemorySegment memory(float... values) {
        MemorySegment memory = Arena.ofAuto().allocate((long) values.length * Float.BYTES, 64);
        MemorySegment.copy(values, 0, memory, ValueLayout.JAVA_FLOAT, 0, values.length);
        return memory;
    }

    static MemorySegment zeros(int count) {
        return memory(new float[count]);
    }

    static float[] array(MemorySegment memory) {
        return memory.toArray(ValueLayout.JAVA_FLOAT);
    }

    /** Compares bits; all NaNs are equal. */
    static void assertSameBits(MemorySegment expected, MemorySegment actual, String what) {
        float[] want = array(expected);
        float[] got = array(actual);
        for (int i = 0; i < want.length; i++) {
            assertEquals(
                    Float.floatToIntBits(want[i]),
                    Float.floatToIntBits(got[i]),
                    what + " " + i + ": " + want[i] + " and " + got[i]);
        }
    }
}
