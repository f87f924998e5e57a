package dev.spikelane.kernel.product.window;

import static dev.spikelane.simd.Lanes.BYTES;
import static dev.spikelane.simd.Lanes.FLOAT;

import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.simd.Checks;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;

/** Makes {@link WindowTables}. */
final class WindowTablesVector {

    private static final int INPUT = PackedWeights.BLOCK_BYTES;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private WindowTablesVector() {}

    /** Makes a table as {@link WindowTables#make} does. */
    static void make(MemorySegment weights, long from, MemorySegment tables, long to, int step) {
        Checks.isNative(weights);
        Checks.isNative(tables);
        for (int lane = 0; lane < INPUT; lane += BYTES) {
            for (int subset = 1; subset <= WindowTables.SUBSETS; subset++) {
                int last = Integer.highestOneBit(subset);
                long input = from + (long) Integer.numberOfTrailingZeros(last) * INPUT + lane;
                long at = to + (long) (subset - 1) * step + lane;
                FloatVector sum = FloatVector.fromMemorySegment(FLOAT, weights, input, ORDER);
                if (subset != last) {
                    sum = FloatVector.fromMemorySegment(FLOAT, tables, at - (long) last * step, ORDER)
                            .add(sum);
                }
                sum.intoMemorySegment(tables, at, ORDER);
            }
        }
    }

    /** Starts some bytes of the sums of some positions at the bias. */
    static void start(MemorySegment bias, long from, MemorySegment sums, long to, int step, int positions, int bytes) {
        Checks.isNative(bias);
        Checks.isNative(sums);
        for (int lane = 0; lane < bytes; lane += BYTES) {
            FloatVector start = FloatVector.fromMemorySegment(FLOAT, bias, from + lane, ORDER);
            for (int place = 0; place < positions; place++) {
                start.intoMemorySegment(sums, to + place * (long) step + lane, ORDER);
            }
        }
    }
}
