package dev.spikelane.kernel.product.window;

import static dev.spikelane.simd.Lanes.BYTES;
import static dev.spikelane.simd.Lanes.COUNT;
import static dev.spikelane.simd.Lanes.FLOAT;
import static dev.spikelane.simd.Lanes.ORDER;
import static dev.spikelane.simd.Lanes.OTHER_VECTOR;
import static dev.spikelane.simd.Lanes.VECTOR;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.IS_NAN;

import dev.spikelane.kernel.pool.PoolWinners;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.Scaling;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Checks;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.jspecify.annotations.Nullable;

/**
 * The loops of {@link PooledWindows}, for a row of the pooled map. The last vector of a position overlaps the next
 * positions, which are stored later; vectors of channels are stored from the last to the first.
 */
final class PooledWindowsVector {

    private static final int TABLE = 16 * BYTES;

    private final MemorySegment tables;
    private final MemorySegment starts;
    private final int groups;
    private final int outputs;
    /** Windows in a row of the convolution's map; {@link #columns} are places in a row of the pooled map. */
    private final int windows;

    private final int columns;
    private final long[] offsets;
    private final long right;
    private final long below;

    PooledWindowsVector(
            @Nullable SmallWindowTables spikeTables,
            int outputs,
            int windows,
            int columns,
            long[] offsets,
            long right,
            long below) {
        this.tables = spikeTables == null ? MemorySegment.NULL : spikeTables.tables;
        this.starts = spikeTables == null ? MemorySegment.NULL : spikeTables.bias.segment();
        this.groups = spikeTables == null ? 0 : spikeTables.groups;
        this.outputs = outputs;
        this.windows = windows;
        this.columns = columns;
        this.offsets = offsets;
        this.right = right;
        this.below = below;
    }

    /**
     * Adds the table entries of two rows of windows, and converts the sums to currents if there are scales.
     *
     * @param y the row of the pooled map
     * @param winners receives the winners in row {@code kept}; null if they are not needed
     */
    void words(
            MemorySegment words,
            @Nullable Scaling scaled,
            FloatMatrix current,
            int row,
            int y,
            @Nullable PoolWinners winners,
            int kept) {
        MemorySegment tables = this.tables;
        MemorySegment to = current.segment();
        int count = columns;
        long at = at(current, row, y);
        Checks.isNative(tables);
        Checks.isNative(words);
        Checks.isNative(to);
        long below = (long) windows * Long.BYTES;
        for (int channel = (outputs - 1) / COUNT * COUNT; channel >= 0; channel -= COUNT) {
            FloatVector start = FloatVector.fromMemorySegment(FLOAT, starts, (long) channel * Float.BYTES, ORDER);
            FloatVector bias = start;
            FloatVector scale = start;
            if (scaled != null) {
                long numbers = (long) channel * Float.BYTES;
                bias = FloatVector.fromMemorySegment(FLOAT, scaled.bias().segment(), numbers, ORDER);
                scale = FloatVector.fromMemorySegment(FLOAT, scaled.scales().segment(), numbers, ORDER);
            }
            long first = (long) channel / COUNT * groups * TABLE;
            long end = first + (long) groups * TABLE;
            for (int x = 0; x < count; x++) {
                long word = 2L * x * Long.BYTES;
                long w0 = words.get(JAVA_LONG, word);
                long w1 = words.get(JAVA_LONG, word + Long.BYTES);
                long w2 = words.get(JAVA_LONG, word + below);
                long w3 = words.get(JAVA_LONG, word + below + Long.BYTES);
                FloatVector s0 = start;
                FloatVector s1 = start;
                FloatVector s2 = start;
                FloatVector s3 = start;
                for (long table = first; table < end; table += TABLE) {
                    if (s0.getClass() != VECTOR
                            || s1.getClass() != VECTOR
                            || s2.getClass() != VECTOR
                            || s3.getClass() != VECTOR) {
                        throw new AssertionError(OTHER_VECTOR);
                    }
                    s0 = FloatVector.fromMemorySegment(FLOAT, tables, table + (w0 & 15) * BYTES, ORDER)
                            .add(s0);
                    s1 = FloatVector.fromMemorySegment(FLOAT, tables, table + (w1 & 15) * BYTES, ORDER)
                            .add(s1);
                    s2 = FloatVector.fromMemorySegment(FLOAT, tables, table + (w2 & 15) * BYTES, ORDER)
                            .add(s2);
                    s3 = FloatVector.fromMemorySegment(FLOAT, tables, table + (w3 & 15) * BYTES, ORDER)
                            .add(s3);
                    w0 >>>= 4;
                    w1 >>>= 4;
                    w2 >>>= 4;
                    w3 >>>= 4;
                }
                if (s0.getClass() != VECTOR
                        || s1.getClass() != VECTOR
                        || s2.getClass() != VECTOR
                        || s3.getClass() != VECTOR) {
                    throw new AssertionError(OTHER_VECTOR);
                }
                if (scaled != null) {
                    s0 = bias.add(scale.mul(s0));
                    s1 = bias.add(scale.mul(s1));
                    s2 = bias.add(scale.mul(s2));
                    s3 = bias.add(scale.mul(s3));
                }
                VectorMask<Float> second = s1.compare(GT, s0).or(s1.test(IS_NAN));
                s0 = s0.blend(s1, second);
                VectorMask<Float> third = s2.compare(GT, s0).or(s2.test(IS_NAN));
                s0 = s0.blend(s2, third);
                VectorMask<Float> fourth = s3.compare(GT, s0).or(s3.test(IS_NAN));
                s0 = s0.blend(s3, fourth);
                if (winners != null) {
                    int position = y * count + x;
                    winners.keep(kept, position, channel, second.toLong(), third.toLong(), fourth.toLong());
                }
                long column = at + ((long) x * outputs + channel) * Float.BYTES;
                int left = (count - x) * outputs - channel;
                if (left >= COUNT) {
                    s0.intoMemorySegment(to, column, ORDER);
                } else {
                    s0.intoMemorySegment(to, column, ORDER, VectorMask.fromLong(FLOAT, -1L >>> -left));
                }
            }
        }
    }

    /** Adds the products of two rows of windows, of one row of a matrix. */
    void values(
            FloatMatrix values,
            PackedWeights packed,
            FloatMatrix current,
            int row,
            int y,
            @Nullable PoolWinners winners,
            int kept) {
        MemorySegment input = values.segment();
        MemorySegment to = current.segment();
        int count = columns;
        long corner = values.rowOffset(row) + 2L * y * below;
        long at = at(current, row, y);
        MemorySegment weights = packed.segment();
        int paddedInputs = packed.paddedInputs();
        Checks.isNative(weights);
        Checks.isNative(input);
        Checks.isNative(to);
        long[] offsets = this.offsets;
        for (int channel = (outputs - 1) / COUNT * COUNT; channel >= 0; channel -= COUNT) {
            FloatVector start =
                    FloatVector.fromMemorySegment(FLOAT, packed.biasSegment(), (long) channel * Float.BYTES, ORDER);
            long block = (long) channel / PackedWeights.BLOCK * paddedInputs * PackedWeights.BLOCK_BYTES
                    + (long) channel % PackedWeights.BLOCK * Float.BYTES;
            for (int x = 0; x < count; x++) {
                long place = corner + 2L * x * right;
                FloatVector s0 = start;
                FloatVector s1 = start;
                FloatVector s2 = start;
                FloatVector s3 = start;
                for (int k = 0; k < offsets.length; k++) {
                    if (s0.getClass() != VECTOR
                            || s1.getClass() != VECTOR
                            || s2.getClass() != VECTOR
                            || s3.getClass() != VECTOR) {
                        throw new AssertionError(OTHER_VECTOR);
                    }
                    long from = place + offsets[k];
                    FloatVector weight = FloatVector.fromMemorySegment(
                            FLOAT, weights, block + (long) k * PackedWeights.BLOCK_BYTES, ORDER);
                    s0 = FloatVector.broadcast(FLOAT, input.get(JAVA_FLOAT, from))
                            .fma(weight, s0);
                    s1 = FloatVector.broadcast(FLOAT, input.get(JAVA_FLOAT, from + right))
                            .fma(weight, s1);
                    s2 = FloatVector.broadcast(FLOAT, input.get(JAVA_FLOAT, from + below))
                            .fma(weight, s2);
                    s3 = FloatVector.broadcast(FLOAT, input.get(JAVA_FLOAT, from + below + right))
                            .fma(weight, s3);
                }
                if (s0.getClass() != VECTOR
                        || s1.getClass() != VECTOR
                        || s2.getClass() != VECTOR
                        || s3.getClass() != VECTOR) {
                    throw new AssertionError(OTHER_VECTOR);
                }
                VectorMask<Float> second = s1.compare(GT, s0).or(s1.test(IS_NAN));
                s0 = s0.blend(s1, second);
                VectorMask<Float> third = s2.compare(GT, s0).or(s2.test(IS_NAN));
                s0 = s0.blend(s2, third);
                VectorMask<Float> fourth = s3.compare(GT, s0).or(s3.test(IS_NAN));
                s0 = s0.blend(s3, fourth);
                if (winners != null) {
                    int position = y * count + x;
                    winners.keep(kept, position, channel, second.toLong(), third.toLong(), fourth.toLong());
                }
                long column = at + ((long) x * outputs + channel) * Float.BYTES;
                int left = (count - x) * outputs - channel;
                if (left >= COUNT) {
                    s0.intoMemorySegment(to, column, ORDER);
                } else {
                    s0.intoMemorySegment(to, column, ORDER, VectorMask.fromLong(FLOAT, -1L >>> -left));
                }
            }
        }
    }

    private long at(FloatMatrix current, int row, int y) {
        return current.rowOffset(row) + (long) y * columns * outputs * Float.BYTES;
    }
}
