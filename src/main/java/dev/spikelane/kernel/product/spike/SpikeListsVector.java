package dev.spikelane.kernel.product.spike;

import static dev.spikelane.simd.Lanes.BYTES;
import static dev.spikelane.simd.Lanes.FLOAT;
import static dev.spikelane.simd.Lanes.ORDER;
import static dev.spikelane.simd.Lanes.OTHER_VECTOR;
import static dev.spikelane.simd.Lanes.VECTOR;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.simd.Checks;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * Adds the table entries that {@link SpikeLister} has listed. Slices stand in the loop for the reason that
 * {@link SpikePanelsVector} gives.
 */
@SuppressWarnings("NarrowCalculation") // offsets within the workspace are int on purpose
final class SpikeListsVector {

    private static final int ENTRY = SpikePanels.Shape.LISTS.bytes;

    /** Two vectors of sums for each of four rows are in registers: enough to hide the latency of an addition. */
    private static final int STRIP = 2 * BYTES;

    /** The binary logarithm of the bytes of a row's sums. */
    private static final int SUMS_SHIFT = Integer.numberOfTrailingZeros(ENTRY);

    private static final int TABLES_BYTES = SpikeLister.GROUPS / 2 * SpikePanels.TABLE_BYTES - ENTRY + STRIP;

    /** Places of entries are multiples of 128. */
    private static final long PLACE = 0xFF80;

    private SpikeListsVector() {}

    /** Adds the entries of a section to the sums of all rows. */
    static void add(MemorySegment workspace, MemorySegment lists, int section) {
        add(workspace, lists, SpikeLister.start(lists, section), SpikeLister.bundles(lists));
    }

    private static void add(MemorySegment workspace, MemorySegment lists, long start, int bundles) {
        Checks.isNative(workspace);
        Checks.isNative(lists);
        long at = start;
        for (int bundle = 0; bundle < bundles; bundle++) {
            int length = (int) lists.get(JAVA_LONG, at);
            long rows = lists.get(JAVA_LONG, at + Long.BYTES);
            at += 2 * Long.BYTES;
            for (int lanes = 0; lanes < ENTRY; lanes += STRIP) {
                long sums = (long) SpikePanels.SUMS + lanes;
                MemorySegment row0 = workspace.asSlice(sums + ((rows & 0xFFFF) << SUMS_SHIFT), STRIP);
                MemorySegment row1 = workspace.asSlice(sums + ((rows >>> 16 & 0xFFFF) << SUMS_SHIFT), STRIP);
                MemorySegment row2 = workspace.asSlice(sums + ((rows >>> 32 & 0xFFFF) << SUMS_SHIFT), STRIP);
                MemorySegment row3 = workspace.asSlice(sums + (rows >>> 48 << SUMS_SHIFT), STRIP);
                FloatVector sum00 = FloatVector.fromMemorySegment(FLOAT, row0, 0, ORDER);
                FloatVector sum01 = FloatVector.fromMemorySegment(FLOAT, row0, BYTES, ORDER);
                FloatVector sum10 = FloatVector.fromMemorySegment(FLOAT, row1, 0, ORDER);
                FloatVector sum11 = FloatVector.fromMemorySegment(FLOAT, row1, BYTES, ORDER);
                FloatVector sum20 = FloatVector.fromMemorySegment(FLOAT, row2, 0, ORDER);
                FloatVector sum21 = FloatVector.fromMemorySegment(FLOAT, row2, BYTES, ORDER);
                FloatVector sum30 = FloatVector.fromMemorySegment(FLOAT, row3, 0, ORDER);
                FloatVector sum31 = FloatVector.fromMemorySegment(FLOAT, row3, BYTES, ORDER);
                for (int i = 0; i < length; i++) {
                    if (sum00.getClass() != VECTOR
                            || sum01.getClass() != VECTOR
                            || sum10.getClass() != VECTOR
                            || sum11.getClass() != VECTOR
                            || sum20.getClass() != VECTOR
                            || sum21.getClass() != VECTOR
                            || sum30.getClass() != VECTOR
                            || sum31.getClass() != VECTOR) {
                        throw new AssertionError(OTHER_VECTOR);
                    }
                    MemorySegment tables = workspace.asSlice(lanes, TABLES_BYTES);
                    long places = lists.get(JAVA_LONG, at + (long) i * Long.BYTES);
                    long entry = places & PLACE;
                    sum00 = sum00.add(FloatVector.fromMemorySegment(FLOAT, tables, entry, ORDER));
                    sum01 = sum01.add(FloatVector.fromMemorySegment(FLOAT, tables, entry + BYTES, ORDER));
                    entry = places >>> 16 & PLACE;
                    sum10 = sum10.add(FloatVector.fromMemorySegment(FLOAT, tables, entry, ORDER));
                    sum11 = sum11.add(FloatVector.fromMemorySegment(FLOAT, tables, entry + BYTES, ORDER));
                    entry = places >>> 32 & PLACE;
                    sum20 = sum20.add(FloatVector.fromMemorySegment(FLOAT, tables, entry, ORDER));
                    sum21 = sum21.add(FloatVector.fromMemorySegment(FLOAT, tables, entry + BYTES, ORDER));
                    entry = places >>> 48 & PLACE;
                    sum30 = sum30.add(FloatVector.fromMemorySegment(FLOAT, tables, entry, ORDER));
                    sum31 = sum31.add(FloatVector.fromMemorySegment(FLOAT, tables, entry + BYTES, ORDER));
                }
                if (sum00.getClass() != VECTOR
                        || sum01.getClass() != VECTOR
                        || sum10.getClass() != VECTOR
                        || sum11.getClass() != VECTOR
                        || sum20.getClass() != VECTOR
                        || sum21.getClass() != VECTOR
                        || sum30.getClass() != VECTOR
                        || sum31.getClass() != VECTOR) {
                    throw new AssertionError(OTHER_VECTOR);
                }
                sum00.intoMemorySegment(row0, 0, ORDER);
                sum01.intoMemorySegment(row0, BYTES, ORDER);
                sum10.intoMemorySegment(row1, 0, ORDER);
                sum11.intoMemorySegment(row1, BYTES, ORDER);
                sum20.intoMemorySegment(row2, 0, ORDER);
                sum21.intoMemorySegment(row2, BYTES, ORDER);
                sum30.intoMemorySegment(row3, 0, ORDER);
                sum31.intoMemorySegment(row3, BYTES, ORDER);
            }
            at += (long) length * Long.BYTES;
        }
    }
}
