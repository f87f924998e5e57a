package dev.spikelane.kernel.product;

import dev.spikelane.kernel.base.Checks;
import dev.spikelane.kernel.base.SimdWidth;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.memory.Tile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Locale;

/**
 * Spikes times weights: turns the spikes of a layer into the currents of the next.
 *
 * <p>{@code current[r][o] = bias[o] + sum over the inputs i that fire in row r of weight[o][i]}, in float32 and in this order,
 * whatever the variant: the accumulator starts at the bias; the active weights of four consecutive inputs (0-3, 4-7, ...) are summed in
 * ascending order; the groups are added in ascending order. So results never depend on the density, the rows in a call, the vector width
 * or the number of threads.
 *
 * <p>Three vector variants. One visits the active inputs only. The other two add, for every group of four inputs, one of its 16 partial
 * sums ("four Russians"), which costs the same at any density: from tables in memory, for 64 outputs at a time, or, where a vector has
 * 16 lanes, from tables in registers, for 16 rows at a time. Making tables pays once density and number of rows are high enough, see
 * {@link #variant}.
 */
public final class SpikeMatmul {

    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG;

    /** Rows whose active inputs the CPU's branch predictor keeps in mind: at density 0.1, 512 but not 1,024 (Zen 5, 2026-11). */
    static final int ROWS_FORESEEN = 256;

    private static final int WORKSPACE_ROWS = SimdWidth.bits() == SimdWidth.WIDEST
            ? Math.ceilDiv(SpikePermuteVector.WORKSPACE_BYTES, PackedWeights.BLOCK_BYTES)
            : Tables.ROWS;

    private SpikeMatmul() {}

    /**
     * Allocates the scratch memory that one thread needs for {@link #multiply}; it can be used again and again.
     *
     * @param arena the arena that owns the memory
     * @return 68 KB, or 1.4 MB where vectors have 512 bits
     */
    public static FloatMatrix workspace(Arena arena) {
        return FloatMatrix.zeros(arena, WORKSPACE_ROWS, PackedWeights.BLOCK);
    }

    /**
     * Computes the currents of the first rows and of some blocks of {@value PackedWeights#BLOCK} outputs. Threads that share a product
     * take disjoint blocks, each with its own workspace.
     *
     * @param spikes {@code [at least rows x pre]}
     * @param rows how many rows, at least 1
     * @param weights {@code pre -> post}
     * @param current {@code [at least rows x post]}, of which these rows of the blocks in use are overwritten
     * @param workspace from {@link #workspace}, overwritten; used by one thread at a time; shares no memory with {@code current}
     * @throws IllegalArgumentException if a shape does not fit, or {@code current} and {@code workspace} share memory
     * @throws IllegalStateException if an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public static void multiply(
            SpikeMatrix spikes, int rows, PackedWeights weights, Tile current, FloatMatrix workspace) {
        Checks.rows("spikes", spikes.rows(), rows);
        spikes.requireShape("spikes", spikes.rows(), weights.pre());
        current.require("current", rows, weights.post());
        workspace.requireShape("workspace", WORKSPACE_ROWS, PackedWeights.BLOCK);
        Checks.apart("workspace", workspace, "current", current.matrix());
        weights.requireAccessible();
        switch (choose(rows, weights.pre(), spikes.count(0, rows))) {
            case SCALAR -> scalar(spikes, rows, weights, current);
            case ACTIVE -> SpikeMatmulVector.active(spikes, rows, weights, current);
            case TABLES -> SpikeMatmulVector.tables(spikes, rows, weights, current, workspace.segment());
            case PERMUTE -> SpikePermuteVector.permute(spikes, rows, weights, current, workspace.segment());
        }
    }

    /**
     * Names the variant that {@link #multiply} chooses. Results do not depend on it.
     *
     * <p>For 64 outputs, in units of 0.1 ns: an active input costs 22; a group of four inputs costs 11 a row from tables in registers, whose
     * making costs 440, and 20 a row from tables in memory, whose making costs 480 (Zen 5, 512 bits, 2026-11). So the former
     * need a density of about 0.13, the latter of about 0.23, and both, at density 0.5, some twenty rows.
     *
     * @param rows rows in the call
     * @param pre inputs
     * @param active spikes in these rows
     * @return {@code active}, {@code tables} (in memory) or {@code permute} (tables in registers); {@code scalar} without vectors
     */
    public static String variant(int rows, int pre, long active) {
        return choose(rows, pre, active).name().toLowerCase(Locale.ROOT);
    }

    /**
     * Advises how many rows to multiply at a time where there are more. Tables serve the better the more rows share them; which inputs are
     * active is best foreseen by the CPU for some hundred rows, if the same rows are multiplied for one block of outputs after
     * the other.
     *
     * @param rows rows that there are
     * @param pre inputs
     * @param active spikes in these rows
     * @return the best number of rows, at most {@code rows}
     */
    public static int rowsAtATime(int rows, int pre, long active) {
        return choose(rows, pre, active) == Variant.ACTIVE ? Math.min(rows, ROWS_FORESEEN) : rows;
    }

    static Variant choose(int rows, int pre, long active) {
        if (!SimdWidth.VECTOR) {
            return Variant.SCALAR;
        }
        boolean permute = SimdWidth.bits() == SimdWidth.WIDEST && pre <= SpikePermuteVector.MOST_INPUTS;
        return choose(permute ? Variant.PERMUTE : Variant.TABLES, rows, pre, active);
    }

    static Variant choose(Variant tables, int rows, int pre, long active) {
        long groups = (pre + 3L) / 4;
        long costOfGroup = tables == Variant.PERMUTE ? 11 * roundUp(rows, 16) + 440 : 20L * rows + 480;
        return 22 * active > groups * costOfGroup ? tables : Variant.ACTIVE;
    }

    private static long roundUp(int value, int multiple) {
        return (value - 1L + multiple) / multiple * multiple;
    }

    /** Which loop does the work. */
    enum Variant {
        SCALAR,
        ACTIVE,
        TABLES,
        PERMUTE
    }

    /** The specification: plain loops in the canonical order. */
    static void scalar(SpikeMatrix spikes, int rows, PackedWeights weights, Tile current) {
        FloatMatrix currents = current.matrix();
        for (int row = 0; row < rows; row++) {
            for (int block = current.firstBlock(); block < current.endBlock(); block++) {
                long to = current.offset(row, block);
                MemorySegment.copy(
                        weights.biasSegment(),
                        (long) block * PackedWeights.BLOCK_BYTES,
                        currents.segment(),
                        to,
                        PackedWeights.BLOCK_BYTES);
                for (int word = 0; word < spikes.stride(); word++) {
                    long bits = spikes.segment().get(WORD, spikes.rowOffset(row) + (long) word * Long.BYTES);
                    long from = weights.blockOffset(block) + (long) word * Long.SIZE * PackedWeights.BLOCK_BYTES;
                    for (int group = 0; group < Long.SIZE; group += 4) {
                        int active = (int) (bits >>> group & 15);
                        if (active != 0) {
                            addGroup(
                                    weights.segment(),
                                    from + (long) group * PackedWeights.BLOCK_BYTES,
                                    active,
                                    currents,
                                    to);
                        }
                    }
                }
            }
        }
    }

    /** Adds to 64 currents the sums of the active weights among four inputs. */
    private static void addGroup(MemorySegment weights, long from, int active, FloatMatrix current, long to) {
        MemorySegment currents = current.segment();
        for (long lane = 0; lane < PackedWeights.BLOCK_BYTES; lane += Float.BYTES) {
            float sum = -0.0f; // the identity of addition: x + -0.0f is x, also for x = -0.0f
            for (int input = 0; input < 4; input++) {
                if ((active >>> input & 1) != 0) {
                    sum += weights.get(FLOAT, from + input * (long) PackedWeights.BLOCK_BYTES + lane);
                }
            }
            currents.set(FLOAT, to + lane, currents.get(FLOAT, to + lane) + sum);
        }
    }

    /** Shape of the tables of partial sums of one 64-bit word of spikes: 16 groups of four inputs. */
    static final class Tables {
        /** Groups of four inputs in a word. */
        static final int GROUPS = Long.SIZE / 4;

        /**
         * Entries from one group's table to the next. One more than the 16 in use: with 16 the tables of 64 outputs are 4,096 bytes
         * apart, so their equal entries fall into one set of the L1 cache (2.7 instead of 1.2 ms at density 0.02, Zen 4, 2026-11).
         */
        static final int ENTRIES = 17;

        static final int ROWS = GROUPS * ENTRIES;

        private Tables() {}
    }
}
