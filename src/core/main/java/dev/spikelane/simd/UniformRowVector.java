package dev.spikelane.simd;

import static dev.spikelane.random.CounterRandom.PARITY;
import static dev.spikelane.random.CounterRandom.ROTATION_0;
import static dev.spikelane.random.CounterRandom.ROTATION_1;
import static dev.spikelane.random.CounterRandom.ROTATION_2;
import static dev.spikelane.random.CounterRandom.ROTATION_3;
import static dev.spikelane.random.CounterRandom.ROTATION_4;
import static dev.spikelane.random.CounterRandom.ROTATION_5;
import static dev.spikelane.random.CounterRandom.ROTATION_6;
import static dev.spikelane.random.CounterRandom.ROTATION_7;
import static dev.spikelane.random.CounterRandom.UNIFORM_SHIFT;
import static dev.spikelane.random.CounterRandom.UNIFORM_UNIT;
import static dev.spikelane.simd.IntLanes.INT;
import static dev.spikelane.simd.Lanes.COUNT;
import static dev.spikelane.simd.Lanes.ORDER;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.ROL;
import static jdk.incubator.vector.VectorOperators.XOR;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * The vector variant of {@link UniformRow}. The rounds are copied from {@link BernoulliRowVector}: in one method with
 * the use of the bits, C2 exceeds its inlining limits, and vectors are boxed.
 */
@SuppressWarnings("NarrowCalculation") // offsets within a block are int on purpose
final class UniformRowVector {

    private static final int PAIRS = Long.SIZE / 2;
    private static final IntVector LANE = IntVector.zero(INT).addIndex(1);

    private UniformRowVector() {}

    /** Draws the bits of the numbers; neuron 0 is at byte offset {@code base}. */
    static void bits(long key, MemorySegment into, long base, int firstWord, int endWord) {
        int key0 = (int) key;
        int key1 = (int) (key >>> Integer.SIZE);
        int key2 = PARITY ^ key0 ^ key1;
        Checks.isNative(into);
        for (int word = firstWord; word < endWord; word++) {
            for (int pair = 0; pair < PAIRS; pair += COUNT) {
                IntVector x0 = IntVector.broadcast(INT, word + key0);
                IntVector x1 = LANE.add(pair + key1);
                for (int pass = 0; ; pass++) {
                    x0 = x0.add(x1);
                    x1 = x1.lanewise(ROL, ROTATION_0).lanewise(XOR, x0);
                    x0 = x0.add(x1);
                    x1 = x1.lanewise(ROL, ROTATION_1).lanewise(XOR, x0);
                    x0 = x0.add(x1);
                    x1 = x1.lanewise(ROL, ROTATION_2).lanewise(XOR, x0);
                    x0 = x0.add(x1);
                    x1 = x1.lanewise(ROL, ROTATION_3).lanewise(XOR, x0);
                    x0 = x0.add(pass == 0 ? key1 : key0);
                    x1 = x1.add(pass == 0 ? key2 + 1 : key1 + 3);
                    x0 = x0.add(x1);
                    x1 = x1.lanewise(ROL, ROTATION_4).lanewise(XOR, x0);
                    if (pass == 1) {
                        break;
                    }
                    x0 = x0.add(x1);
                    x1 = x1.lanewise(ROL, ROTATION_5).lanewise(XOR, x0);
                    x0 = x0.add(x1);
                    x1 = x1.lanewise(ROL, ROTATION_6).lanewise(XOR, x0);
                    x0 = x0.add(x1);
                    x1 = x1.lanewise(ROL, ROTATION_7).lanewise(XOR, x0);
                    x0 = x0.add(key2);
                    x1 = x1.add(key0 + 2);
                }
                long at = base + ((long) word * Long.SIZE + pair) * Integer.BYTES;
                x0.intoMemorySegment(into, at, ORDER);
                x1.intoMemorySegment(into, at + PAIRS * Integer.BYTES, ORDER);
            }
        }
    }

    static void numbers(MemorySegment numbers, long base, int firstWord, int endWord) {
        Checks.isNative(numbers);
        for (int i = firstWord * Long.SIZE; i < endWord * Long.SIZE; i += COUNT) {
            long at = base + (long) i * Float.BYTES;
            IntVector bits = IntVector.fromMemorySegment(INT, numbers, at, ORDER);
            FloatVector whole = (FloatVector) bits.lanewise(LSHR, UNIFORM_SHIFT).convert(I2F, 0);
            whole.mul(UNIFORM_UNIT).intoMemorySegment(numbers, at, ORDER);
        }
    }
}
