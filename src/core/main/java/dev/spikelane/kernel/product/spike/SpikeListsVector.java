package dev.spikelane.kernel.product.spike;

import static dev.spikelane.loop.Unrolled.next;
import static dev.spikelane.loop.Unrolled.requireClass;
import static dev.spikelane.simd.Lanes.BYTES;
import static dev.spikelane.simd.Lanes.FLOAT;
import static dev.spikelane.simd.Lanes.ORDER;
import static dev.spikelane.simd.Lanes.VECTOR;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.loop.Unrolled;
import dev.spikelane.simd.Checks;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;

/**
 * Adds the table entries that {@link SpikeLister} listed. {@link SpikePanelsVector} explains the slices in the loop.
 */
@SuppressWarnings("NarrowCalculation") // offsets within the workspace are int on purpose
class SpikeListsVector {

    private static final int ENTRY = SpikePanels.Shape.LISTS.bytes;

    /**
     * Bytes of two vectors. Two vectors of sums for each of four rows, in registers, hide the latency of an addition.
     */
    private static final int STRIP = 2 * BYTES;

    /** The binary logarithm of the bytes of a row's sums. */
    private static final int SUMS_SHIFT = Integer.numberOfTrailingZeros(ENTRY);

    private static final int TABLES_BYTES = SpikeLister.GROUPS / 2 * SpikePanels.TABLE_BYTES - ENTRY + STRIP;

    /** Mask of a place: places are multiples of 128. */
    private static final long PLACE = 0xFF80;

    static final SpikeListsVector LOOPS = Unrolled.of(MethodHandles.lookup(), new SpikeListsVector());

    private SpikeListsVector() {}

    /** Adds the entries of a section to the sums of all rows. */
    void add(MemorySegment workspace, MemorySegment lists, int section) {
        add(workspace, lists, SpikeLister.start(lists, section), SpikeLister.bundles(lists));
    }

    void add(MemorySegment workspace, MemorySegment lists, long start, int bundles) {
        Checks.isNative(workspace);
        Checks.isNative(lists);
        long at = start;
        for (int bundle = 0; bundle < bundles; bundle++) {
            int length = (int) lists.get(JAVA_LONG, at);
            long rows = lists.get(JAVA_LONG, at + Long.BYTES);
            at += 2 * Long.BYTES;
            for (int lanes = 0; lanes < ENTRY; lanes += STRIP) {
                long sums = (long) SpikePanels.SUMS + lanes;
                MemorySegment[] row = new MemorySegment[4];
                FloatVector[] sum = new FloatVector[8];
                for (int r = 0; r < 4; r = next(r)) {
                    row[r] = workspace.asSlice(sums + ((rows >>> 16 * r & 0xFFFF) << SUMS_SHIFT), STRIP);
                    sum[2 * r] = FloatVector.fromMemorySegment(FLOAT, row[r], 0, ORDER);
                    sum[2 * r + 1] = FloatVector.fromMemorySegment(FLOAT, row[r], BYTES, ORDER);
                }
                for (int entry = 0; entry < length; entry++) {
                    requireClass(sum, VECTOR);
                    MemorySegment tables = workspace.asSlice(lanes, TABLES_BYTES);
                    long places = lists.get(JAVA_LONG, at + (long) entry * Long.BYTES);
                    for (int i = 0; i < 8; i = next(i)) {
                        long place = places >>> 16 * (i / 2) & PLACE;
                        sum[i] = sum[i].add(FloatVector.fromMemorySegment(FLOAT, tables, place + i % 2 * BYTES, ORDER));
                    }
                }
                requireClass(sum, VECTOR);
                for (int i = 0; i < 8; i = next(i)) {
                    sum[i].intoMemorySegment(row[i / 2], i % 2 * BYTES, ORDER);
                }
            }
            at += (long) length * Long.BYTES;
        }
    }
}
