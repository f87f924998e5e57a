package dev.spikelane.kernel.product.spike;

import static dev.spikelane.loop.Unrolled.next;
import static dev.spikelane.loop.Unrolled.requireClass;
import static dev.spikelane.simd.Lanes.BYTES;
import static dev.spikelane.simd.Lanes.FLOAT;
import static dev.spikelane.simd.Lanes.ORDER;
import static dev.spikelane.simd.Lanes.VECTOR;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.loop.Unrolled;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Checks;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;

/**
 * The loops of {@link SpikePanels}: make the partial sums of a panel, and add them to the sums of rows.
 *
 * <p>Loops that run for every panel slice segments of constant length inside the loop. C2 knows class and length of
 * such a slice, so no range check is left, and no profile of other code turns addresses into virtual calls. Elsewhere
 * slices could be allocated.
 */
@SuppressWarnings("NarrowCalculation") // offsets within a panel are int on purpose
public class SpikePanelsVector {

    private static final int INPUT = PackedWeights.BLOCK_BYTES;
    private static final int ENTRY = SpikePanels.ENTRY_BYTES;
    private static final int TABLE = SpikePanels.TABLE_BYTES;
    private static final int NARROW = SpikePanels.Shape.NARROW.bytes;
    private static final int SUMS = SpikePanels.SUMS;

    /**
     * Bytes that a row adds at a time of an entry of 32 outputs. If these are four vectors, they are added in two
     * parts.
     */
    private static final int STRIP = Math.min(4 * BYTES, NARROW);

    private static final boolean IN_PARTS = STRIP > 2 * BYTES;

    /** Mask of the byte offset of an entry in its table. */
    private static final int PLACE = 15 * ENTRY;

    static final SpikePanelsVector LOOPS = Unrolled.of(MethodHandles.lookup(), new SpikePanelsVector());

    private SpikePanelsVector() {}

    /**
     * Writes -0, the identity of addition, to the entries of no spike. This runs once a call, so vectors would be
     * allocated for many calls, until C2 compiles it.
     */
    static void clear(MemorySegment workspace, int tables) {
        for (int table = 0; table < tables; table++) {
            for (int lane = 0; lane < ENTRY; lane += Float.BYTES) {
                workspace.set(JAVA_FLOAT, table * TABLE + lane, -0.0f);
            }
        }
    }

    /** Starts the sums of all rows at the biases, which are zero in the padding. */
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

    /** Loads the sums of the inputs before. */
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
     * Makes the tables: entry {@code n} is the sum, in ascending order, of the weights of the inputs whose bits are set
     * in {@code n}.
     */
    void make(MemorySegment weights, long inputs, int groups, int bytes, MemorySegment workspace) {
        Checks.isNative(weights);
        Checks.isNative(workspace);
        for (int place = 0; place < groups * bytes; place += BYTES) {
            long first = inputs + place / bytes * (4L * INPUT) + (place & bytes - 1);
            MemorySegment from = weights.asSlice(first, 3 * INPUT + BYTES);
            MemorySegment to = workspace.asSlice(place / ENTRY * TABLE + place % ENTRY, PLACE + BYTES);
            FloatVector[] entries = new FloatVector[16];
            for (int input = 0; input < 4; input = next(input)) {
                FloatVector weight = FloatVector.fromMemorySegment(FLOAT, from, input * INPUT, ORDER);
                entries[1 << input] = weight;
                for (int n = 1; n < 1 << input; n = next(n)) {
                    entries[n + (1 << input)] = entries[n].add(weight);
                }
            }
            for (int n = 1; n < 16; n = next(n)) {
                entries[n].intoMemorySegment(to, n * ENTRY, ORDER);
            }
        }
    }

    /** Adds, for each row, one entry of each of the four tables of 64 outputs. */
    void addWide(MemorySegment workspace, MemorySegment panels, long spikes, int rows) {
        Checks.isNative(workspace);
        Checks.isNative(panels);
        for (int lanes = 0; lanes < ENTRY; lanes += 4 * BYTES) {
            for (int row = 0; row < rows; row++) {
                int bits = panels.get(JAVA_SHORT, spikes + row * (long) Short.BYTES);
                MemorySegment sums = workspace.asSlice(SUMS + row * (long) ENTRY + lanes, 4 * BYTES);
                MemorySegment tables = workspace.asSlice(lanes, 3 * TABLE + PLACE + 4 * BYTES);
                FloatVector[] sum = new FloatVector[4];
                for (int i = 0; i < 4; i = next(i)) {
                    sum[i] = FloatVector.fromMemorySegment(FLOAT, sums, i * BYTES, ORDER);
                }
                for (int group = 0; group < 4; group = next(group)) {
                    int place = group < 2 ? bits << 8 - 4 * group : bits >>> 4 * group - 8;
                    int entry = (place & PLACE) + group * TABLE;
                    for (int i = 0; i < 4; i = next(i)) {
                        sum[i] = sum[i].add(FloatVector.fromMemorySegment(FLOAT, tables, entry + i * BYTES, ORDER));
                    }
                }
                requireClass(sum, VECTOR);
                for (int i = 0; i < 4; i = next(i)) {
                    sum[i].intoMemorySegment(sums, i * BYTES, ORDER);
                }
            }
        }
    }

    /**
     * Adds, for each row, one entry of each of the eight tables of 32 outputs; entries of two neighboring groups are
     * consecutive.
     */
    void addNarrow(MemorySegment workspace, MemorySegment panels, long spikes, int rows) {
        Checks.isNative(workspace);
        Checks.isNative(panels);
        for (int strip = 0; strip < NARROW; strip += STRIP) {
            for (int row = 0; row < rows; row++) {
                int bits = panels.get(JAVA_INT, spikes + row * (long) Integer.BYTES);
                int[] entries = new int[8];
                for (int group = 0; group < 8; group = next(group)) {
                    int place = group < 2 ? bits << 8 - 4 * group : bits >>> 4 * group - 8;
                    entries[group] = (place & PLACE) + (group / 2 * TABLE + group % 2 * NARROW);
                }
                for (int part = 0; part < STRIP; part += 2 * BYTES) {
                    int lanes = strip + part;
                    MemorySegment sums = workspace.asSlice(SUMS + row * (long) NARROW + lanes, 2 * BYTES);
                    MemorySegment tables = workspace.asSlice(lanes, 3 * TABLE + PLACE + NARROW + 2 * BYTES);
                    FloatVector[] sum = new FloatVector[2];
                    for (int i = 0; i < 2; i = next(i)) {
                        sum[i] = FloatVector.fromMemorySegment(FLOAT, sums, i * BYTES, ORDER);
                    }
                    for (int group = 0; group < 8; group = next(group)) {
                        for (int i = 0; i < 2; i = next(i)) {
                            sum[i] = sum[i].add(
                                    FloatVector.fromMemorySegment(FLOAT, tables, entries[group] + i * BYTES, ORDER));
                        }
                    }
                    requireClass(sum, VECTOR);
                    for (int i = 0; i < 2; i = next(i)) {
                        sum[i].intoMemorySegment(sums, i * BYTES, ORDER);
                    }
                    if (!IN_PARTS) {
                        break; // C2 compiles a row better than a loop that runs once
                    }
                }
            }
        }
    }
}
