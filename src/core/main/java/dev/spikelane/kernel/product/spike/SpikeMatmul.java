package dev.spikelane.kernel.product.spike;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.choose.Chooser;
import dev.spikelane.choose.CostConstants;
import dev.spikelane.choose.CostConstants.Name;
import dev.spikelane.choose.StageChoice;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.SimdWidth;
import dev.spikelane.simd.Tile;
import java.lang.foreign.MemorySegment;
import java.util.Locale;

/**
 * Spikes times weights: computes the currents of a layer from the spikes of the layer before.
 *
 * <p>{@code current[r][o] = bias[o] + sum over the inputs i that fire in row r of weight[o][i]}, in float32. The order
 * is the same for all variants: the accumulator starts at the bias; the active weights of four consecutive inputs (0-3,
 * 4-7, ...) are summed in ascending order; the groups are added in ascending order. So results never depend on the
 * density, the rows in a call, the vector width or the number of threads.
 *
 * <p>The vector variants:
 *
 * <ul>
 *   <li>{@code active} visits active inputs only, for one tile of rows after the other: for few spikes or few rows
 *   <li>{@code dense} multiplies by all spikes as numbers, four rows at a time: for a few rows with many spikes, if the
 *       CPU has 32 vector registers
 *   <li>the others add, for each group of four inputs, one of its 16 partial sums ("four Russians"), which are made
 *       once for many rows
 *   <li>{@code wide} and {@code narrow} add one for every group, at the same cost for any density, from tables that
 *       stay in the L1 cache. Wide tables are for 64 outputs and 16 inputs; narrow ones for 32 outputs and 32 inputs
 *       take longer to make, and less time to add if the L1 cache is small for many rows of sums
 *   <li>{@code lists} adds one only for groups with an active input, from lists that are made once for all outputs: for
 *       densities of 0.1 to 0.2 and some hundred rows
 *   <li>{@code permute} keeps tables in registers, for 16 rows at a time, if a vector has 16 lanes: for 1,024 and more
 *       rows with many spikes on Zen 5. On Zen 4 and Emerald Rapids tables in the L1 cache are faster
 * </ul>
 *
 * <p>{@link Chooser} selects the variant.
 */
public final class SpikeMatmul {

    private static final Variant[] VARIANTS = Variant.values();

    /** The choice for queries that no product follows. */
    private static final ThreadLocal<StageChoice> QUERY_CHOICE =
            ThreadLocal.withInitial(() -> new StageChoice(Chooser.OF_JVM, 1));

    private SpikeMatmul() {}

    /**
     * Computes the currents of the first rows and of some blocks of {@value PackedWeights#BLOCK} outputs. Threads that
     * share a product take disjoint blocks, each with its own workspace. Call {@link #prepare} before to do common work
     * once.
     *
     * @param spikes {@code [at least rows x inputs]}
     * @param rows the number of rows, at least 1
     * @param weights {@code inputs -> outputs}
     * @param current {@code [at least rows x outputs]}; these rows of the blocks in use are overwritten
     * @param workspace scratch memory, used by one thread at a time
     * @throws IllegalArgumentException if a shape does not fit
     * @throws IllegalStateException if an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public static void multiply(
            SpikeMatrix spikes, int rows, PackedWeights weights, Tile current, ProductScratch workspace) {
        check(spikes, rows, weights);
        workspace.prepared.takeApart(rows, weights);
        workspace.prepared.keep(true);
        multiply(workspace.prepared, spikes, rows, weights, current, workspace);
        workspace.prepared.forget();
    }

    /**
     * Chooses the variant for all parts of a product, and lists or lays out the spikes for it.
     *
     * @param spikes {@code [at least rows x inputs]}
     * @param rows the number of rows, at least 1
     * @param active the number of spikes in these rows
     * @param version the version of these rows, for {@link PreparedSpikes#isOf}
     * @param weights {@code inputs -> outputs}, or other weights of this shape
     * @param prepared receives the result; other threads may read it after this call
     * @throws IllegalArgumentException if a shape does not fit
     */
    public static void prepare(
            SpikeMatrix spikes, int rows, long active, long version, PackedWeights weights, PreparedSpikes prepared) {
        check(spikes, rows, weights);
        if (rows > SpikePanels.ROWS) {
            prepared.takeApart(rows, weights);
        } else {
            prepared.take(spikes, 0, rows, active, weights, weights.blocks());
        }
        prepared.keep(spikes, version);
    }

    /**
     * Computes as {@link #multiply(SpikeMatrix, int, PackedWeights, Tile, ProductScratch)} does, from prepared spikes.
     *
     * @param prepared spikes prepared from these rows ({@link PreparedSpikes#isOf}); read only
     * @param spikes {@code [at least rows x inputs]}
     * @param rows the number of rows, at least 1
     * @param weights {@code inputs -> outputs}
     * @param current {@code [at least rows x outputs]}; these rows of the blocks in use are overwritten
     * @param workspace scratch memory, used by one thread at a time
     * @throws IllegalArgumentException if a shape does not fit
     * @throws IllegalStateException if rows or weights of another shape were prepared
     */
    public static void multiply(
            PreparedSpikes prepared,
            SpikeMatrix spikes,
            int rows,
            PackedWeights weights,
            Tile current,
            ProductScratch workspace) {
        prepared.require(rows, weights);
        current.require("current", rows, weights.outputs());
        PreparedSpikes local = workspace.prepared;
        if (prepared != local) {
            local.forget();
        }
        boolean apart = prepared.isApart();
        PreparedSpikes by = apart ? local : prepared;
        StageChoice choice = by.choice;
        int first = current.firstBlock();
        int end = current.endBlock();
        for (int row = 0; row < rows; row += SpikePanels.ROWS) {
            if (apart) {
                int some = Math.min(SpikePanels.ROWS, rows - row);
                local.take(spikes, row, some, spikes.count(row, some), weights, end - first);
            }
            if (choice.rehearses()) { // runs the variant that C2 has to compile on a few rows of a block
                rehearse(by, spikes, weights, current.narrow(first, first + 1), workspace);
                current.narrow(first, end);
            }
            long start = choice.now();
            compute(by, spikes, weights, current, workspace);
            choice.done(start, end - first);
        }
        if (apart && prepared == local) {
            local.takeApart(rows, weights);
            local.keep(true);
        }
    }

    private static void check(SpikeMatrix spikes, int rows, PackedWeights weights) {
        Checks.rows("spikes", spikes.rows(), rows);
        spikes.requireShape("spikes", spikes.rows(), weights.inputs());
        weights.requireAccessible();
    }

    /** Runs one variant; results do not depend on it. */
    static void run(
            Variant variant,
            SpikeMatrix spikes,
            int rows,
            PackedWeights weights,
            Tile current,
            ProductScratch workspace) {
        workspace.prepared.take(variant, spikes.count(0, rows), spikes, rows, weights);
        compute(workspace.prepared, spikes, weights, current, workspace);
    }

    private static void rehearse(
            PreparedSpikes prepared, SpikeMatrix spikes, PackedWeights weights, Tile block, ProductScratch workspace) {
        StageChoice choice = prepared.choice;
        PreparedSpikes local = workspace.prepared;
        int first = prepared.first();
        int rows = prepared.rows();
        boolean keeps = local == prepared && local.kept();
        long start = System.nanoTime();
        local.take(
                variant(choice.rehearsedWay),
                spikes.count(first, choice.rehearsedRows()),
                spikes,
                first,
                choice.rehearsedRows(),
                weights);
        compute(local, spikes, weights, block, workspace);
        choice.rehearsed(start);
        if (local == prepared) {
            local.take(variant(choice.way), spikes.count(first, rows), spikes, first, rows, weights);
            local.keep(keeps);
        }
    }

    static void compute(
            PreparedSpikes prepared,
            SpikeMatrix spikes,
            PackedWeights weights,
            Tile current,
            ProductScratch workspace) {
        int first = prepared.first();
        int rows = prepared.rows();
        switch (prepared.variant()) {
            case SCALAR -> scalar(spikes, first, rows, weights, current);
            case ACTIVE -> {
                ActiveLists listed = prepared.listed(spikes);
                SpikeActiveVector.active(spikes, first, rows, weights, current, prepared.tile(), listed, workspace);
            }
            case WIDE, NARROW, LISTS -> SpikePanels.multiply(spikes, weights, current, prepared, workspace);
            case DENSE -> {
                if (!SpikeDenseVector.multiply(spikes, weights, current, prepared, workspace)) {
                    SpikeActiveVector.active(spikes, first, rows, weights, current, prepared.tile(), null, workspace);
                }
            }
            case PERMUTE -> SpikePermuteVector.permute(spikes, first, rows, weights, current, workspace.tables);
        }
    }

    /**
     * Returns the name of the variant that {@link #multiply} would choose now. Results do not depend on it.
     *
     * @param active the number of spikes in these rows
     * @return {@code active}, {@code dense}, {@code wide}, {@code narrow}, {@code lists} or {@code permute};
     *     {@code scalar} without vectors
     */
    public static String variant(int rows, int inputs, int outputs, long active) {
        return choose(rows, inputs, outputs, active).name().toLowerCase(Locale.ROOT);
    }

    /**
     * Returns the best number of rows to multiply at a time. Tables pay more, the more rows share them. But the CPU
     * predicts active inputs best for some hundred rows, if the same rows are multiplied by one block of outputs after
     * the other.
     *
     * @param active the number of spikes in these rows
     * @return the best number of rows, at most {@code rows}
     */
    public static int rowsAtATime(int rows, int inputs, int outputs, long active) {
        return rowsAtATime(QUERY_CHOICE.get(), rows, inputs, outputs, active);
    }

    static int rowsAtATime(StageChoice choice, int rows, int inputs, int outputs, long active) {
        int some = SpikeCosts.rowsForeseen(choice.chooser.costs(), rows, active);
        if (some >= rows) {
            return rows;
        }
        describe(choice, rows, inputs, outputs, active, Math.ceilDiv(outputs, PackedWeights.BLOCK));
        boolean cut = variant(choice.peek()) == Variant.ACTIVE && !choice.chooser.wantsTrial(choice);
        return cut ? some : rows;
    }

    /**
     * Estimates the time of {@link #multiply} on one thread with vectors.
     *
     * @param active the number of spikes in these rows
     */
    public static double estimate(int rows, int inputs, int outputs, long active) {
        StageChoice choice = asked(rows, inputs, outputs, active);
        return choice.costs[choice.peek()];
    }

    /** Returns the variant that would serve. */
    static Variant choose(int rows, int inputs, int outputs, long active) {
        return variant(asked(rows, inputs, outputs, active).peek());
    }

    private static StageChoice asked(int rows, int inputs, int outputs, long active) {
        StageChoice choice = QUERY_CHOICE.get();
        describe(choice, rows, inputs, outputs, active, Math.ceilDiv(outputs, PackedWeights.BLOCK));
        return choice;
    }

    static Variant variant(int way) {
        return VARIANTS[way];
    }

    /** Chooses for a stage that starts now. */
    static void open(StageChoice choice, int rows, int inputs, int outputs, long active, int blocks) {
        describe(choice, rows, inputs, outputs, active, blocks);
        choice.open(blocks);
    }

    /** Sets the product of a choice, and the cost of each variant by the constants. */
    static void describe(StageChoice choice, int rows, int inputs, int outputs, long active, int blocks) {
        choice.of(Chooser.Kind.SPIKES, rows, inputs, outputs, active);
        CostConstants costs = choice.chooser.costs();
        for (Variant variant : VARIANTS) {
            if (fits(variant, rows, inputs)) {
                choice.costs[variant.way] = blocks * SpikeCosts.of(costs, variant, rows, inputs, outputs, active);
            }
        }
    }

    /**
     * Returns true if this JVM can run a variant, and its preparation of a row fits the memory. Tables and factors of
     * several rows never pay for a single row.
     */
    static boolean fits(Variant variant, int rows, int inputs) {
        return switch (variant) {
            case SCALAR -> !SimdWidth.VECTOR;
            case ACTIVE -> SimdWidth.VECTOR;
            case WIDE, NARROW, LISTS -> SimdWidth.VECTOR && rows > 1;
            case DENSE -> SimdWidth.VECTOR && rows > 1 && SpikeFactors.mostRows(PackedWeights.paddedInputs(inputs)) > 0;
            case PERMUTE ->
                SimdWidth.bits() == SimdWidth.WIDEST && rows > 1 && inputs <= SpikePermuteVector.MOST_INPUTS;
        };
    }

    /** The loops of the product. */
    public enum Variant {
        SCALAR(0, Name.ACTIVE, 3, 0),
        ACTIVE(1, Name.ACTIVE, 3, 0.7),
        DENSE(2, Name.DENSE, 1, 0.6),
        WIDE(3, Name.WIDE, 2, 0.3),
        NARROW(4, Name.NARROW, 2, 0.1),
        LISTS(5, Name.LISTS, 3, 1.4),
        PERMUTE(6, Name.PERMUTE, 2, 0.16);

        /** The number of the variant in a {@link StageChoice}. */
        final int way;

        final Name constants;

        /** Number of the constants that are nanoseconds; counts follow them. */
        final int terms;

        /**
         * The work of listing or laying out spikes, once for all outputs, relative to the work for 64 outputs (Zen 5,
         * 2026-11: 200 rows of 784 -> 64 and 128, and of 1000 -> 10).
         */
        final double preparing;

        Variant(int way, Name constants, int terms, double preparing) {
            this.way = way;
            this.constants = constants;
            this.terms = terms;
            this.preparing = preparing;
        }
    }

    /** The specification: plain loops in the canonical order. */
    static void scalar(SpikeMatrix spikes, int firstRow, int rows, PackedWeights weights, Tile current) {
        FloatMatrix currents = current.matrix();
        for (int row = firstRow; row < firstRow + rows; row++) {
            for (int block = current.firstBlock(); block < current.endBlock(); block++) {
                long to = current.offset(row, block);
                MemorySegment.copy(
                        weights.biasSegment(),
                        (long) block * PackedWeights.BLOCK_BYTES,
                        currents.segment(),
                        to,
                        PackedWeights.BLOCK_BYTES);
                for (int word = 0; word < spikes.stride(); word++) {
                    long bits = spikes.segment().get(JAVA_LONG, spikes.rowOffset(row) + (long) word * Long.BYTES);
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

    /** Adds the sums of the active weights of four inputs to 64 currents. */
    private static void addGroup(MemorySegment weights, long from, int active, FloatMatrix current, long to) {
        MemorySegment currents = current.segment();
        for (long lane = 0; lane < PackedWeights.BLOCK_BYTES; lane += Float.BYTES) {
            float sum = -0.0f; // the identity of addition: x + -0.0f is x, also for x = -0.0f
            for (int input = 0; input < 4; input++) {
                if ((active >>> input & 1) != 0) {
                    sum += weights.get(JAVA_FLOAT, from + input * (long) PackedWeights.BLOCK_BYTES + lane);
                }
            }
            currents.set(JAVA_FLOAT, to + lane, currents.get(JAVA_FLOAT, to + lane) + sum);
        }
    }
}
