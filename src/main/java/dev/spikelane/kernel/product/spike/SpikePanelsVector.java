package dev.spikelane.kernel.product.spike;

import static dev.spikelane.simd.Lanes.BYTES;
import static dev.spikelane.simd.Lanes.FLOAT;
import static dev.spikelane.simd.Lanes.ORDER;
import static dev.spikelane.simd.Lanes.OTHER_VECTOR;
import static dev.spikelane.simd.Lanes.VECTOR;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Checks;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * The loops of {@link SpikePanels}: partial sums of a panel, and their addition to the sums of rows. Those that run for
 * every panel slice segments of constant length inside the loop, where C2 knows class and length of the slice: no range
 * check is left, and no profile that the rest of the JVM has left behind makes addresses virtual calls. Elsewhere
 * slices could be allocated.
 */
@SuppressWarnings("NarrowCalculation") // offsets within a panel are int on purpose
public final class SpikePanelsVector {

    private static final int INPUT = PackedWeights.BLOCK_BYTES;
    private static final int ENTRY = SpikePanels.ENTRY_BYTES;
    private static final int TABLE = SpikePanels.TABLE_BYTES;
    private static final int NARROW = SpikePanels.Shape.NARROW.bytes;
    private static final int SUMS = SpikePanels.SUMS;

    /** Bytes of an entry of 32 outputs that a row adds at a time, two vectors after two others if it has four. */
    private static final int STRIP = Math.min(4 * BYTES, NARROW);

    private static final boolean IN_PARTS = STRIP > 2 * BYTES;

    /** Where an entry stands in its table. */
    private static final int PLACE = 15 * ENTRY;

    private SpikePanelsVector() {}

    /**
     * Writes the entries of no spike, -0, the identity of addition. One by one: this runs once a call, so that vectors
     * would be allocated for many calls, until C2 compiles it.
     */
    static void clear(MemorySegment workspace, int tables) {
        for (int table = 0; table < tables; table++) {
            for (int lane = 0; lane < ENTRY; lane += Float.BYTES) {
                workspace.set(JAVA_FLOAT, table * TABLE + lane, -0.0f);
            }
        }
    }

    /** Starts the sums of all rows at the bias; at zero where a block's padding has none. */
    static void start(MemorySegment bias, long outputs, int bytes, int rows, MemorySegment workspace) {
        Checks.isNative(bias);
        Checks.isNative(workspace);
        for (int lanes = 0; lanes < bytes; lanes += BYTES) {
            FloatVector start = FloatVector.fromMemorySegment(FLOAT, bias, outputs + lanes, ORDER);
            for (int row = 0; row < rows; row++) {
                start.intoMemorySegment(workspace, SUMS + row * bytes + lanes, ORDER);
            }
        }
    }

    /** Starts the sums where the inputs before have left them. */
    static void load(FloatMatrix current, int firstRow, int rows, long from, int bytes, MemorySegment workspace) {
        MemorySegment currents = current.segment();
        for (int row = 0; row < rows; row++) {
            long at = current.rowOffset(firstRow + row) + from;
            MemorySegment.copy(currents, at, workspace, SUMS + row * bytes, bytes);
        }
    }

    static void store(MemorySegment workspace, FloatMatrix current, int firstRow, int rows, long to, int bytes) {
        MemorySegment currents = current.segment();
        Checks.isNative(workspace);
        Checks.isNative(currents);
        for (int row = 0; row < rows; row++) {
            long at = current.rowOffset(firstRow + row) + to;
            for (int lanes = 0; lanes < bytes; lanes += BYTES) {
                FloatVector.fromMemorySegment(FLOAT, workspace, SUMS + row * bytes + lanes, ORDER)
                        .intoMemorySegment(currents, at + lanes, ORDER);
            }
        }
    }

    /**
     * Entry {@code n} of a group's table is the sum of the weights of the inputs whose bit is set in {@code n}, in
     * ascending order.
     */
    static void make(MemorySegment weights, long inputs, int groups, int bytes, MemorySegment workspace) {
        Checks.isNative(weights);
        Checks.isNative(workspace);
        for (int place = 0; place < groups * bytes; place += BYTES) {
            long first = inputs + place / bytes * (4L * INPUT) + (place & bytes - 1);
            MemorySegment from = weights.asSlice(first, 3 * INPUT + BYTES);
            MemorySegment to = workspace.asSlice(place / ENTRY * TABLE + place % ENTRY, PLACE + BYTES);
            FloatVector w0 = FloatVector.fromMemorySegment(FLOAT, from, 0, ORDER);
            FloatVector w1 = FloatVector.fromMemorySegment(FLOAT, from, INPUT, ORDER);
            FloatVector w2 = FloatVector.fromMemorySegment(FLOAT, from, 2 * INPUT, ORDER);
            FloatVector w3 = FloatVector.fromMemorySegment(FLOAT, from, 3 * INPUT, ORDER);
            FloatVector w01 = w0.add(w1);
            FloatVector w02 = w0.add(w2);
            FloatVector w12 = w1.add(w2);
            FloatVector w012 = w01.add(w2);
            w0.intoMemorySegment(to, ENTRY, ORDER);
            w1.intoMemorySegment(to, 2 * ENTRY, ORDER);
            w01.intoMemorySegment(to, 3 * ENTRY, ORDER);
            w2.intoMemorySegment(to, 4 * ENTRY, ORDER);
            w02.intoMemorySegment(to, 5 * ENTRY, ORDER);
            w12.intoMemorySegment(to, 6 * ENTRY, ORDER);
            w012.intoMemorySegment(to, 7 * ENTRY, ORDER);
            w3.intoMemorySegment(to, 8 * ENTRY, ORDER);
            w0.add(w3).intoMemorySegment(to, 9 * ENTRY, ORDER);
            w1.add(w3).intoMemorySegment(to, 10 * ENTRY, ORDER);
            w01.add(w3).intoMemorySegment(to, 11 * ENTRY, ORDER);
            w2.add(w3).intoMemorySegment(to, 12 * ENTRY, ORDER);
            w02.add(w3).intoMemorySegment(to, 13 * ENTRY, ORDER);
            w12.add(w3).intoMemorySegment(to, 14 * ENTRY, ORDER);
            w012.add(w3).intoMemorySegment(to, 15 * ENTRY, ORDER);
        }
    }

    /** Adds for each row one entry of each of the four tables of 64 outputs. */
    static void addWide(MemorySegment workspace, MemorySegment panels, long spikes, int rows) {
        Checks.isNative(workspace);
        Checks.isNative(panels);
        for (int lanes = 0; lanes < ENTRY; lanes += 4 * BYTES) {
            for (int row = 0; row < rows; row++) {
                int bits = panels.get(JAVA_SHORT, spikes + row * (long) Short.BYTES);
                int entry0 = bits << 8 & PLACE;
                int entry1 = (bits << 4 & PLACE) + TABLE;
                int entry2 = (bits & PLACE) + 2 * TABLE;
                int entry3 = (bits >>> 4 & PLACE) + 3 * TABLE;
                MemorySegment sums = workspace.asSlice(SUMS + row * (long) ENTRY + lanes, 4 * BYTES);
                MemorySegment tables = workspace.asSlice(lanes, 3 * TABLE + PLACE + 4 * BYTES);
                FloatVector sum0 = FloatVector.fromMemorySegment(FLOAT, sums, 0, ORDER);
                FloatVector sum1 = FloatVector.fromMemorySegment(FLOAT, sums, BYTES, ORDER);
                FloatVector sum2 = FloatVector.fromMemorySegment(FLOAT, sums, 2 * BYTES, ORDER);
                FloatVector sum3 = FloatVector.fromMemorySegment(FLOAT, sums, 3 * BYTES, ORDER);
                sum0 = sum0.add(FloatVector.fromMemorySegment(FLOAT, tables, entry0, ORDER));
                sum1 = sum1.add(FloatVector.fromMemorySegment(FLOAT, tables, entry0 + BYTES, ORDER));
                sum2 = sum2.add(FloatVector.fromMemorySegment(FLOAT, tables, entry0 + 2 * BYTES, ORDER));
                sum3 = sum3.add(FloatVector.fromMemorySegment(FLOAT, tables, entry0 + 3 * BYTES, ORDER));
                sum0 = sum0.add(FloatVector.fromMemorySegment(FLOAT, tables, entry1, ORDER));
                sum1 = sum1.add(FloatVector.fromMemorySegment(FLOAT, tables, entry1 + BYTES, ORDER));
                sum2 = sum2.add(FloatVector.fromMemorySegment(FLOAT, tables, entry1 + 2 * BYTES, ORDER));
                sum3 = sum3.add(FloatVector.fromMemorySegment(FLOAT, tables, entry1 + 3 * BYTES, ORDER));
                sum0 = sum0.add(FloatVector.fromMemorySegment(FLOAT, tables, entry2, ORDER));
                sum1 = sum1.add(FloatVector.fromMemorySegment(FLOAT, tables, entry2 + BYTES, ORDER));
                sum2 = sum2.add(FloatVector.fromMemorySegment(FLOAT, tables, entry2 + 2 * BYTES, ORDER));
                sum3 = sum3.add(FloatVector.fromMemorySegment(FLOAT, tables, entry2 + 3 * BYTES, ORDER));
                sum0 = sum0.add(FloatVector.fromMemorySegment(FLOAT, tables, entry3, ORDER));
                sum1 = sum1.add(FloatVector.fromMemorySegment(FLOAT, tables, entry3 + BYTES, ORDER));
                sum2 = sum2.add(FloatVector.fromMemorySegment(FLOAT, tables, entry3 + 2 * BYTES, ORDER));
                sum3 = sum3.add(FloatVector.fromMemorySegment(FLOAT, tables, entry3 + 3 * BYTES, ORDER));
                if (sum0.getClass() != VECTOR
                        || sum1.getClass() != VECTOR
                        || sum2.getClass() != VECTOR
                        || sum3.getClass() != VECTOR) {
                    throw new AssertionError(OTHER_VECTOR);
                }
                sum0.intoMemorySegment(sums, 0, ORDER);
                sum1.intoMemorySegment(sums, BYTES, ORDER);
                sum2.intoMemorySegment(sums, 2 * BYTES, ORDER);
                sum3.intoMemorySegment(sums, 3 * BYTES, ORDER);
            }
        }
    }

    /**
     * Adds for each row one entry of each of the eight tables of 32 outputs; those of two neighboring groups stand side
     * by side.
     */
    static void addNarrow(MemorySegment workspace, MemorySegment panels, long spikes, int rows) {
        Checks.isNative(workspace);
        Checks.isNative(panels);
        for (int strip = 0; strip < NARROW; strip += STRIP) {
            for (int row = 0; row < rows; row++) {
                int bits = panels.get(JAVA_INT, spikes + row * (long) Integer.BYTES);
                int entry0 = bits << 8 & PLACE;
                int entry1 = (bits << 4 & PLACE) + NARROW;
                int entry2 = (bits & PLACE) + TABLE;
                int entry3 = (bits >>> 4 & PLACE) + TABLE + NARROW;
                int entry4 = (bits >>> 8 & PLACE) + 2 * TABLE;
                int entry5 = (bits >>> 12 & PLACE) + 2 * TABLE + NARROW;
                int entry6 = (bits >>> 16 & PLACE) + 3 * TABLE;
                int entry7 = (bits >>> 20 & PLACE) + 3 * TABLE + NARROW;
                for (int part = 0; part < STRIP; part += 2 * BYTES) {
                    int lanes = strip + part;
                    MemorySegment sums = workspace.asSlice(SUMS + row * (long) NARROW + lanes, 2 * BYTES);
                    MemorySegment tables = workspace.asSlice(lanes, 3 * TABLE + PLACE + NARROW + 2 * BYTES);
                    FloatVector sum0 = FloatVector.fromMemorySegment(FLOAT, sums, 0, ORDER);
                    FloatVector sum1 = FloatVector.fromMemorySegment(FLOAT, sums, BYTES, ORDER);
                    sum0 = sum0.add(FloatVector.fromMemorySegment(FLOAT, tables, entry0, ORDER));
                    sum1 = sum1.add(FloatVector.fromMemorySegment(FLOAT, tables, entry0 + BYTES, ORDER));
                    sum0 = sum0.add(FloatVector.fromMemorySegment(FLOAT, tables, entry1, ORDER));
                    sum1 = sum1.add(FloatVector.fromMemorySegment(FLOAT, tables, entry1 + BYTES, ORDER));
                    sum0 = sum0.add(FloatVector.fromMemorySegment(FLOAT, tables, entry2, ORDER));
                    sum1 = sum1.add(FloatVector.fromMemorySegment(FLOAT, tables, entry2 + BYTES, ORDER));
                    sum0 = sum0.add(FloatVector.fromMemorySegment(FLOAT, tables, entry3, ORDER));
                    sum1 = sum1.add(FloatVector.fromMemorySegment(FLOAT, tables, entry3 + BYTES, ORDER));
                    sum0 = sum0.add(FloatVector.fromMemorySegment(FLOAT, tables, entry4, ORDER));
                    sum1 = sum1.add(FloatVector.fromMemorySegment(FLOAT, tables, entry4 + BYTES, ORDER));
                    sum0 = sum0.add(FloatVector.fromMemorySegment(FLOAT, tables, entry5, ORDER));
                    sum1 = sum1.add(FloatVector.fromMemorySegment(FLOAT, tables, entry5 + BYTES, ORDER));
                    sum0 = sum0.add(FloatVector.fromMemorySegment(FLOAT, tables, entry6, ORDER));
                    sum1 = sum1.add(FloatVector.fromMemorySegment(FLOAT, tables, entry6 + BYTES, ORDER));
                    sum0 = sum0.add(FloatVector.fromMemorySegment(FLOAT, tables, entry7, ORDER));
                    sum1 = sum1.add(FloatVector.fromMemorySegment(FLOAT, tables, entry7 + BYTES, ORDER));
                    if (sum0.getClass() != VECTOR || sum1.getClass() != VECTOR) {
                        throw new AssertionError(OTHER_VECTOR);
                    }
                    sum0.intoMemorySegment(sums, 0, ORDER);
                    sum1.intoMemorySegment(sums, BYTES, ORDER);
                    if (!IN_PARTS) {
                        break; // C2 makes more of a row than of a loop that runs once
                    }
                }
            }
        }
    }
}
