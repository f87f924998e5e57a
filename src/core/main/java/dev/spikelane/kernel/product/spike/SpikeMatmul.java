package dev.spikelane.kernel.product.spike;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.SimdWidth;
import dev.spikelane.simd.Tile;
import java.lang.foreign.MemorySegment;
import java.util.Locale;

/**
 * Spikes times weights: turns the spikes of a layer into the currents of the next.
 *
 * <p>{@code current[r][o] = bias[o] + sum over the inputs i that fire in row r of weight[o][i]}, in float32 and in this
 * order, whatever the variant: the accumulator starts at the bias; the active weights of four consecutive inputs (0-3,
 * 4-7, ...) are summed in ascending order; the groups are added in ascending order. So results never depend on the
 * density, the rows in a call, the vector width or the number of threads.
 *
 * <p>The vector variants:
 *
 * <ul>
 *   <li>{@code active} visits the active inputs only, tile after tile of rows: for few spikes, or few rows;
 *   <li>{@code dense} multiplies by all spikes as numbers, four rows at a time: for a few rows with many spikes, where
 *       a CPU has 32 vectors of registers;
 *   <li>the others add, for every group of four inputs, one of its 16 partial sums ("four Russians"), which are made
 *       once for many rows. {@code wide} and {@code narrow} add one for every group, at the same cost for any density,
 *       from tables that stay in the L1 cache: of 64 outputs and 16 inputs, and of 32 outputs and 32 inputs, which
 *       takes longer to make and less to add where the L1 cache is small for many rows of sums;
 *   <li>{@code lists} adds one only for groups in which an input is active, from lists that are made once for all
 *       outputs: for densities of 0.1 to
 *       0.2 and some hundred rows;
 *   <li>{@code permute} has its tables in registers, 16 rows at a time, where a vector has 16 lanes: for 1,024 and more
 *       rows with many spikes on Zen 5. On Zen 4 and Emerald Rapids tables in the L1 cache are faster.
 * </ul>
 *
 * <p>{@link Chooser} says which of them serves.
 */
public final class SpikeMatmul {

    private static final Variant[] VARIANTS = Variant.values();

    /** For questions that no product follows at once. */
    private static final ThreadLocal<StageChoice> ASKED =
            ThreadLocal.withInitial(() -> new StageChoice(Chooser.OF_JVM, 1));

    private SpikeMatmul() {}

    /**
     * Computes the currents of the first rows and of some blocks of {@value PackedWeights#BLOCK} outputs. Threads that
     * share a product take disjoint blocks, each with its own workspace; {@link #prepare} saves them work that they
     * would all do.
     *
     * @param spikes {@code [at least rows x inputs]}
     * @param rows how many rows, at least 1
     * @param weights {@code inputs -> outputs}
     * @param current {@code [at least rows x outputs]}, of which these rows of the blocks in use are overwritten
     * @param workspace scratch memory, used by one thread at a time
     * @throws IllegalArgumentException if a shape does not fit
     * @throws IllegalStateException if an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public static void multiply(
            SpikeMatrix spikes, int rows, PackedWeights weights, Tile current, ProductScratch workspace) {
        check(spikes, rows, weights);
        workspace.own.takeApart(rows, weights);
        workspace.own.keep(true);
        multiply(workspace.own, spikes, rows, weights, current, workspace);
        workspace.own.forget();
    }

    /**
     * Does what all parts of a product would do again: chooses the variant, and lists or lays out the spikes as it
     * wants them.
     *
     * @param spikes {@code [at least rows x inputs]}
     * @param rows how many rows, at least 1
     * @param active spikes in these rows
     * @param version of these rows, as {@link PreparedSpikes#isOf} will be asked for it
     * @param weights {@code inputs -> outputs}, or others of this shape
     * @param prepared takes what is found; other threads may read it once they see that this call has ended
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
     * Computes as {@link #multiply(SpikeMatrix, int, PackedWeights, Tile, ProductScratch)} does, with what was
     * prepared.
     *
     * @param prepared which {@link PreparedSpikes#isOf is of} these rows; read only
     * @param spikes {@code [at least rows x inputs]}
     * @param rows how many rows, at least 1
     * @param weights {@code inputs -> outputs}
     * @param current {@code [at least rows x outputs]}, of which these rows of the blocks in use are overwritten
     * @param workspace scratch memory, used by one thread at a time
     * @throws IllegalArgumentException if a shape does not fit
     * @throws IllegalStateException if something else was prepared, as far as shapes tell
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
        PreparedSpikes own = workspace.own;
        if (prepared != own) {
            own.forget();
        }
        boolean apart = prepared.isApart();
        PreparedSpikes by = apart ? own : prepared;
        StageChoice choice = by.choice;
        int first = current.firstBlock();
        int end = current.endBlock();
        for (int row = 0; row < rows; row += SpikePanels.ROWS) {
            if (apart) {
                int some = Math.min(SpikePanels.ROWS, rows - row);
                own.take(spikes, row, some, spikes.count(row, some), weights, end - first);
            }
            if (choice.rehearses()) { // on a few rows of a block the variant that C2 has to compile
                rehearse(by, spikes, weights, current.narrow(first, first + 1), workspace);
                current.narrow(first, end);
            }
            long start = choice.now();
            compute(by, spikes, weights, current, workspace);
            choice.done(start, end - first);
        }
        if (apart && prepared == own) {
            own.takeApart(rows, weights);
            own.keep(true);
        }
    }

    private static void check(SpikeMatrix spikes, int rows, PackedWeights weights) {
        Checks.rows("spikes", spikes.rows(), rows);
        spikes.requireShape("spikes", spikes.rows(), weights.inputs());
        weights.requireAccessible();
    }

    /** Runs one variant, which results do not depend on. */
    static void run(
            Variant variant,
            SpikeMatrix spikes,
            int rows,
            PackedWeights weights,
            Tile current,
            ProductScratch workspace) {
        workspace.own.take(variant, spikes.count(0, rows), spikes, rows, weights);
        compute(workspace.own, spikes, weights, current, workspace);
    }

    private static void rehearse(
            PreparedSpikes prepared, SpikeMatrix spikes, PackedWeights weights, Tile block, ProductScratch workspace) {
        StageChoice choice = prepared.choice;
        PreparedSpikes own = workspace.own;
        int first = prepared.first();
        int rows = prepared.rows();
        boolean keeps = own == prepared && own.kept();
        long start = System.nanoTime();
        own.take(variant(choice.other), spikes.count(first, choice.few()), spikes, first, choice.few(), weights);
        compute(own, spikes, weights, block, workspace);
        choice.rehearsed(start);
        if (own == prepared) {
            own.take(variant(choice.way), spikes.count(first, rows), spikes, first, rows, weights);
            own.keep(keeps);
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
     * Names the variant that {@link #multiply} chooses now, by what {@link Chooser} knows. Results do not depend on
     * it.
     *
     * @param rows rows in the call
     * @param inputs number of inputs
     * @param outputs number of outputs
     * @param active spikes in these rows
     * @return {@code active}, {@code dense}, {@code wide}, {@code narrow}, {@code lists} or {@code permute};
     *     {@code scalar} without vectors
     */
    public static String variant(int rows, int inputs, int outputs, long active) {
        return choose(rows, inputs, outputs, active).name().toLowerCase(Locale.ROOT);
    }

    /**
     * Advises how many rows to multiply at a time where there are more. Tables serve the better the more rows share
     * them; which inputs are active is best foreseen by the CPU for some hundred rows, if the same rows are multiplied
     * for one block of outputs after the other.
     *
     * @param rows rows that there are
     * @param inputs number of inputs
     * @param outputs number of outputs
     * @param active spikes in these rows
     * @return the best number of rows, at most {@code rows}
     */
    public static int rowsAtATime(int rows, int inputs, int outputs, long active) {
        return rowsAtATime(ASKED.get(), rows, inputs, outputs, active);
    }

    /** As many rows as a stage takes at a time. */
    static int rowsAtATime(StageChoice choice, int rows, int inputs, int outputs, long active) {
        int some = choice.chooser.costs().rowsForeseen(rows, active);
        if (some >= rows) {
            return rows;
        }
        describe(choice, rows, inputs, outputs, active, Math.ceilDiv(outputs, PackedWeights.BLOCK));
        boolean cut = variant(choice.peek()) == Variant.ACTIVE && !choice.chooser.wantsTrial(choice);
        return cut ? some : rows;
    }

    /**
     * Estimates how long {@link #multiply} takes, on one thread with vectors.
     *
     * @param rows rows in the call
     * @param inputs number of inputs
     * @param outputs number of outputs
     * @param active spikes in these rows
     * @return nanoseconds
     */
    public static double estimate(int rows, int inputs, int outputs, long active) {
        StageChoice choice = asked(rows, inputs, outputs, active);
        return choice.costs[choice.peek()];
    }

    /** The variant that serves. */
    static Variant choose(int rows, int inputs, int outputs, long active) {
        return variant(asked(rows, inputs, outputs, active).peek());
    }

    private static StageChoice asked(int rows, int inputs, int outputs, long active) {
        StageChoice choice = ASKED.get();
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

    /** Says which product comes, and what each variant costs by the constants. */
    static void describe(StageChoice choice, int rows, int inputs, int outputs, long active, int blocks) {
        choice.of(Chooser.Kind.SPIKES, rows, inputs, outputs, active);
        CostModel costs = choice.chooser.costs();
        for (Variant variant : VARIANTS) {
            if (fits(variant, rows, inputs)) {
                choice.costs[variant.way] = blocks * costs.of(variant, rows, inputs, outputs, active);
            }
        }
    }

    /**
     * Whether this JVM can run a variant, and what that prepares of a row fits its memory. For a single row tables or
     * factors of several never pay.
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

    /** Which loop does the work. */
    enum Variant {
        SCALAR(0),
        ACTIVE(1),
        DENSE(2),
        WIDE(3),
        NARROW(4),
        LISTS(5),
        PERMUTE(6);

        final int way;

        Variant(int way) {
            this.way = way;
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

    /** Adds to 64 currents the sums of the active weights among four inputs. */
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
