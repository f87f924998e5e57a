package dev.spikelane.kernel.norm;

import static dev.spikelane.loop.Unrolled.next;
import static dev.spikelane.simd.Lanes.ORDER;
import static dev.spikelane.simd.OtherLanes.DOUBLE;

import dev.spikelane.loop.Unrolled;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.DoublesVector;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.DoubleVector;

/**
 * The vector variant of {@link BatchNormStep}: one vector of channels at a time. The last vector overlaps the one
 * before if fewer channels are left.
 */
class BatchNormStepVector {

    static final int COUNT = DOUBLE.length();

    /**
     * Unrolled because such copies are not inlined: if C2 inlines {@link #measure}, it may leave the loads as calls,
     * and box.
     */
    static final BatchNormStepVector LOOPS = Unrolled.of(MethodHandles.lookup(), new BatchNormStepVector());

    private BatchNormStepVector() {}

    /** Returns true if a vector holds channels of one position; with one position it may reach into padding. */
    static boolean takes(NormRows rows) {
        return rows.positions() == 1 || rows.channels() >= COUNT;
    }

    static int first(NormRows rows, int channel) {
        return rows.positions() == 1 ? channel : Math.min(channel, rows.channels() - COUNT);
    }

    void measure(BatchNormStep step, FloatMatrix values, int at, int block) {
        NormRows rows = step.rows;
        MemorySegment from = values.segment();
        MemorySegment sums = step.sums.segment();
        Checks.isNative(from);
        Checks.isNative(sums);
        int firstRow = rows.row(at, block);
        int endRow = rows.row(at, block + 1);
        long bytes = (long) rows.channels() * Float.BYTES;
        for (int next = 0; next < rows.channels(); next += COUNT) {
            int channel = first(rows, next);
            DoubleVector[] sum = new DoubleVector[2];
            for (int i = 0; i < 2; i = next(i)) {
                sum[i] = DoubleVector.zero(DOUBLE);
            }
            for (int row = firstRow; row < endRow; row++) {
                long offset = values.rowOffset(row) + (long) channel * Float.BYTES;
                for (int position = 0; position < rows.positions(); position++) {
                    DoubleVector x = DoublesVector.load(from, offset);
                    sum[0] = sum[0].add(x);
                    sum[1] = sum[1].add(x.mul(x));
                    offset += bytes;
                }
            }
            long to = (long) channel * Double.BYTES;
            for (int i = 0; i < 2; i = next(i)) {
                sum[i].intoMemorySegment(sums, step.sums.offset(at, block, i) + to, ORDER);
            }
        }
    }
}
