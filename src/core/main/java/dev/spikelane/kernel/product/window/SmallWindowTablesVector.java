package dev.spikelane.kernel.product.window;

import static dev.spikelane.simd.Lanes.BYTES;
import static dev.spikelane.simd.Lanes.COUNT;
import static dev.spikelane.simd.Lanes.FLOAT;
import static dev.spikelane.simd.Lanes.ORDER;
import static dev.spikelane.simd.Lanes.OTHER_VECTOR;
import static dev.spikelane.simd.Lanes.VECTOR;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.simd.Checks;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** The loops of {@link SmallWindowTables}: four windows at a time, which hide each other's latency. */
final class SmallWindowTablesVector {

    /** Windows whose sums are in registers. */
    private static final int WINDOWS = 4;

    private static final int TABLE = 16 * BYTES;

    private final MemorySegment tables;
    private final MemorySegment bias;
    private final int groups;
    private final int outputs;

    SmallWindowTablesVector(MemorySegment tables, MemorySegment bias, int groups, int outputs) {
        this.tables = tables;
        this.bias = bias;
        this.groups = groups;
        this.outputs = outputs;
    }

    /**
     * Multiplies consecutive windows. The last vector of a window overlaps the next windows, which are stored later;
     * vectors of channels are stored from the last to the first.
     */
    void multiply(MemorySegment words, int count, MemorySegment to, long at) {
        for (int channel = (outputs - 1) / COUNT * COUNT; channel >= 0; channel -= COUNT) {
            long lane = (long) channel * Float.BYTES;
            int inside = Math.max(0, count * outputs - channel - COUNT + outputs) / outputs;
            int inFours = inside / WINDOWS * WINDOWS;
            multiplyFours(words, inFours, channel, to, at + lane);
            for (int window = inFours; window < count; window++) {
                int lanes = window < inside ? COUNT : Math.min(COUNT, outputs - channel);
                long word = words.get(JAVA_LONG, (long) window * Long.BYTES);
                multiply(word, channel, lanes, to, at + lane + (long) window * outputs * Float.BYTES);
            }
        }
    }

    private void multiplyFours(MemorySegment words, int count, int channel, MemorySegment to, long at) {
        MemorySegment tables = this.tables;
        Checks.isNative(tables);
        Checks.isNative(words);
        Checks.isNative(to);
        int step = outputs * Float.BYTES;
        long first = (long) channel / COUNT * groups * TABLE;
        FloatVector start = FloatVector.fromMemorySegment(FLOAT, bias, (long) channel * Float.BYTES, ORDER);
        for (int window = 0; window < count; window += WINDOWS) {
            long word = (long) window * Long.BYTES;
            long w0 = words.get(JAVA_LONG, word);
            long w1 = words.get(JAVA_LONG, word + Long.BYTES);
            long w2 = words.get(JAVA_LONG, word + 2 * Long.BYTES);
            long w3 = words.get(JAVA_LONG, word + 3 * Long.BYTES);
            FloatVector s0 = start;
            FloatVector s1 = start;
            FloatVector s2 = start;
            FloatVector s3 = start;
            for (int group = 0; group < groups; group++) {
                MemorySegment entries = tables.asSlice(first + (long) group * TABLE, TABLE);
                if (s0.getClass() != VECTOR
                        || s1.getClass() != VECTOR
                        || s2.getClass() != VECTOR
                        || s3.getClass() != VECTOR) {
                    throw new AssertionError(OTHER_VECTOR);
                }
                s0 = FloatVector.fromMemorySegment(FLOAT, entries, (w0 >>> 4 * group & 15) * BYTES, ORDER)
                        .add(s0);
                s1 = FloatVector.fromMemorySegment(FLOAT, entries, (w1 >>> 4 * group & 15) * BYTES, ORDER)
                        .add(s1);
                s2 = FloatVector.fromMemorySegment(FLOAT, entries, (w2 >>> 4 * group & 15) * BYTES, ORDER)
                        .add(s2);
                s3 = FloatVector.fromMemorySegment(FLOAT, entries, (w3 >>> 4 * group & 15) * BYTES, ORDER)
                        .add(s3);
            }
            if (s0.getClass() != VECTOR
                    || s1.getClass() != VECTOR
                    || s2.getClass() != VECTOR
                    || s3.getClass() != VECTOR) {
                throw new AssertionError(OTHER_VECTOR);
            }
            long sum = at + (long) window * step;
            s0.intoMemorySegment(to, sum, ORDER);
            s1.intoMemorySegment(to, sum + step, ORDER);
            s2.intoMemorySegment(to, sum + 2L * step, ORDER);
            s3.intoMemorySegment(to, sum + 3L * step, ORDER);
        }
    }

    /** Multiplies one window, and stores some lanes. */
    private void multiply(long word, int channel, int lanes, MemorySegment to, long at) {
        MemorySegment tables = this.tables;
        Checks.isNative(tables);
        Checks.isNative(to);
        long first = (long) channel / COUNT * groups * TABLE;
        FloatVector sum = FloatVector.fromMemorySegment(FLOAT, bias, (long) channel * Float.BYTES, ORDER);
        for (int group = 0; group < groups; group++) {
            if (sum.getClass() != VECTOR) {
                throw new AssertionError(OTHER_VECTOR);
            }
            long entry = first + (long) group * TABLE + (word >>> 4 * group & 15) * BYTES;
            sum = FloatVector.fromMemorySegment(FLOAT, tables, entry, ORDER).add(sum);
        }
        if (sum.getClass() != VECTOR) {
            throw new AssertionError(OTHER_VECTOR);
        }
        sum.intoMemorySegment(to, at, ORDER, VectorMask.fromLong(FLOAT, -1L >>> -lanes));
    }
}
