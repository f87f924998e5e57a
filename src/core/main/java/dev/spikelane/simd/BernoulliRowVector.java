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
import static dev.spikelane.simd.Lanes.FLOAT;
import static dev.spikelane.simd.Lanes.ORDER;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.ROL;
import static jdk.incubator.vector.VectorOperators.XOR;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** The vector variant of {@link BernoulliRow}: one block of Threefry-2x32 in every lane. */
@SuppressWarnings("NarrowCalculation") // offsets within a block are int on purpose
final class BernoulliRowVector {

    private static final int PAIRS = Long.SIZE / 2;
    private static final IntVector LANE = IntVector.zero(INT).addIndex(1);

    private BernoulliRowVector() {}

    static void row(
            BernoulliRow probability,
            long key,
            FloatMatrix data,
            int dataRow,
            SpikeMatrix spikes,
            int row,
            int firstWord,
            int endWord) {
        MemorySegment values = data.segment();
        long valueRow = data.rowOffset(dataRow);
        int key0 = (int) key;
        int key1 = (int) (key >>> Integer.SIZE);
        int key2 = PARITY ^ key0 ^ key1;
        Checks.isNative(values);
        long outRow = spikes.rowOffset(row);
        for (int word = firstWord; word < endWord; word++) {
            long bits = 0;
            for (int pair = 0; pair < PAIRS; pair += COUNT) {
                IntVector x0 = IntVector.broadcast(INT, word + key0);
                IntVector x1 = LANE.add(pair + key1);
                // 13 rounds are 8 and 5 of one loop. Unrolled they exceed C2's inlining limits, and vectors are boxed:
                // 200 x 784 takes
                // 124 us instead of 71, with 1 MB of garbage (Zen 4, 512 bits, 2026-11).
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
                long at = valueRow + ((long) word * Long.SIZE + pair) * Float.BYTES;
                bits |= fired(x0, values, at, probability) << pair;
                bits |= fired(x1, values, at + PAIRS * Float.BYTES, probability) << pair + PAIRS;
            }
            bits &= Pads.neuronsOfWord(spikes, word);
            spikes.segment().set(JAVA_LONG, outRow + (long) word * Long.BYTES, bits);
        }
    }

    private static long fired(IntVector random, MemorySegment values, long at, BernoulliRow probability) {
        FloatVector uniform =
                ((FloatVector) random.lanewise(LSHR, UNIFORM_SHIFT).convert(VectorOperators.I2F, 0)).mul(UNIFORM_UNIT);
        FloatVector data = FloatVector.fromMemorySegment(FLOAT, values, at, ORDER);
        return uniform.compare(LT, data.mul(probability.gain).add(probability.offset))
                .toLong();
    }
}
