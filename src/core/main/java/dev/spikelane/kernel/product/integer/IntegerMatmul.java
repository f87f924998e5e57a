package dev.spikelane.kernel.product.integer;

import dev.spikelane.kernel.product.spike.Chooser;
import dev.spikelane.kernel.product.spike.CostModel;
import dev.spikelane.kernel.product.spike.ProductScratch;
import dev.spikelane.kernel.product.spike.StageChoice;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.SimdWidth;
import dev.spikelane.simd.Tile;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Locale;

/**
 * Spikes times integer weights: turns the spikes of a layer into the currents of the next.
 *
 * <p>{@code current[r][o] = bias[o] + scale[o] * float(sum over the inputs i that fire in row r of item[o][i])}. The
 * sum is exact, in 32 bits, which it cannot leave ({@link PackedIntegers#mostInputs}); so it has no order. It is
 * rounded to float32 once, to the nearest, ties to even, which changes nothing up to 2^24; the product is rounded once;
 * the sum with the bias is rounded once. So results never depend on the density, the rows in a call, the vector width
 * or the number of threads.
 *
 * <p>Three vector variants. One adds the weights of the active inputs, which were listed before: 8-bit weights in lanes
 * of 16 bits, which are widened before they can overflow. One adds, for every group of four inputs, one of its 16
 * partial sums from tables in the L1 cache, which costs the same at any density; 16-bit weights go through it in two
 * halves, {@code 256 * (item >> 8) + (item & 255)}, weights of fewer than 8 bits two in a lane. One counts the bits
 * that the spikes share with each bit of weights of fewer than 8. {@link Chooser} says which serves.
 */
public final class IntegerMatmul {

    private static final Variant[] VARIANTS = Variant.values();
    private static final int PLANES = List.of(VARIANTS).indexOf(Variant.PLANES);

    private IntegerMatmul() {}

    /**
     * Computes the currents of the first rows for some blocks of 64 outputs. Threads that share a product take disjoint
     * blocks, each with its own workspace.
     *
     * @param spikes {@code [at least rows x inputs]}
     * @param rows how many rows, at least 1
     * @param weights {@code inputs -> outputs}
     * @param current {@code [at least rows x outputs]}, of which these rows of the blocks in use are overwritten
     * @param workspace overwritten; used by one thread at a time
     * @throws IllegalArgumentException if a shape or range does not fit
     * @throws IllegalStateException if an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public static void multiply(
            SpikeMatrix spikes, int rows, PackedIntegers weights, Tile current, ProductScratch workspace) {
        Checks.rows("spikes", spikes.rows(), rows);
        spikes.requireShape("spikes", spikes.rows(), weights.inputs());
        current.require("current", rows, weights.outputs());
        weights.requireAccessible();
        workspace.own.forget(); // sums lie where spikes of other products are prepared
        long active = spikes.count(0, rows);
        StageChoice choice = workspace.ofIntegers;
        int first = current.firstBlock();
        int end = current.endBlock();
        describe(choice, weights.type(), rows, weights.inputs(), weights.outputs(), active, end - first);
        if (!weights.hasPlanes()) {
            choice.costs[PLANES] = Double.POSITIVE_INFINITY;
        }
        choice.open(end - first);
        if (choice.rehearses()) {
            long since = System.nanoTime();
            int few = choice.few();
            Tile block = current.narrow(first, first + 1);
            run(VARIANTS[choice.other], spikes, few, spikes.count(0, few), weights, block, workspace);
            choice.rehearsed(since);
            current.narrow(first, end);
        }
        long start = choice.now();
        run(VARIANTS[choice.way], spikes, rows, active, weights, current, workspace);
        choice.done(start, end - first);
    }

    private static void run(
            Variant variant,
            SpikeMatrix spikes,
            int rows,
            long active,
            PackedIntegers weights,
            Tile current,
            ProductScratch workspace) {
        switch (variant) {
            case SCALAR -> scalar(spikes, rows, weights, current);
            case ACTIVE -> IntegerMatmulVector.active(spikes, rows, active, weights, current, workspace);
            case TABLES -> {
                if (IntegerPairsVector.serves(weights.type(), weights.inputs())) {
                    IntegerPairsVector.multiply(spikes, rows, weights, current, workspace.tables);
                } else {
                    IntegerTablesVector.multiply(spikes, rows, weights, current, workspace.tables);
                }
            }
            case PLANES -> IntegerPlanesVector.multiply(spikes, rows, weights, current, workspace.tables);
        }
    }

    /** Says which product comes, and what each variant costs by the constants. */
    static void describe(
            StageChoice choice, ElementType type, int rows, int inputs, int outputs, long active, int blocks) {
        choice.of(kind(type), rows, inputs, outputs, active);
        CostModel costs = choice.chooser.costs();
        for (int way = 0; way < VARIANTS.length; way++) {
            if (SimdWidth.VECTOR == (VARIANTS[way] != Variant.SCALAR)) {
                choice.costs[way] = blocks
                        * switch (VARIANTS[way]) {
                            case SCALAR, ACTIVE -> costs.ofIntegers(type, false, rows, inputs, active);
                            case TABLES -> costs.ofIntegers(type, true, rows, inputs, active);
                            case PLANES -> costs.ofPlanes(type, rows, inputs);
                        };
            }
        }
    }

    private static Chooser.Kind kind(ElementType type) {
        return switch (type) {
            case INT8 -> Chooser.Kind.INT8;
            case INT16 -> Chooser.Kind.INT16;
            case INT4 -> Chooser.Kind.INT4;
            case TERNARY -> Chooser.Kind.TERNARY;
            case FLOAT32, INT64 -> throw new IllegalArgumentException(type + " is no type of integer weights");
        };
    }

    /**
     * Makes currents of sums that were added up as floats, which are exact up to 2^24.
     *
     * @param weights of the sums
     * @param current {@code [at least rows x positions * outputs]}, sums of all outputs of a position and then of the
     *     next; overwritten
     * @param rows how many rows
     */
    public static void finish(PackedIntegers weights, Tile current, int rows) {
        current.require("current", rows, current.columns());
        for (int row = 0; row < rows; row++) {
            if (SimdWidth.VECTOR) {
                IntegerSumsVector.finish(weights, current, row);
            } else {
                scalar(weights, current, row);
            }
        }
    }

    private static void scalar(PackedIntegers weights, Tile current, int row) {
        for (int column = 0; column < current.columns(); column++) {
            int output = column % weights.outputs();
            float sum = current.matrix().get(row, column);
            current.matrix()
                    .set(
                            row,
                            column,
                            weights.bias().get(0, output) + weights.scales().get(0, output) * sum);
        }
    }

    /**
     * Names the variant that {@link #multiply} chooses now, by what {@link Chooser} knows. Results do not depend on
     * it.
     *
     * @param type the type of the weights
     * @param rows rows in the call
     * @param inputs number of inputs
     * @param outputs number of outputs
     * @param active spikes in these rows
     * @return the type and {@code active}, {@code tables} or {@code planes}, such as {@code int8 active};
     *     {@code int8 scalar} and the like without vectors
     */
    public static String variant(ElementType type, int rows, int inputs, int outputs, long active) {
        return (type + " " + choose(type, rows, inputs, outputs, active)).toLowerCase(Locale.ROOT);
    }

    static Variant choose(ElementType type, int rows, int inputs, int outputs, long active) {
        StageChoice choice = new StageChoice(Chooser.OF_JVM, 1);
        describe(choice, type, rows, inputs, outputs, active, Math.ceilDiv(outputs, PackedIntegers.BLOCK));
        return VARIANTS[choice.peek()];
    }

    /**
     * Advises how many rows to multiply at a time where there are more: as many as share a list or tables.
     *
     * @param rows rows that there are
     * @return the best number of rows, at most {@code rows}
     */
    public static int rowsAtATime(int rows) {
        return Math.min(rows, IntegerSums.ROWS);
    }

    /** Which loop does the work. */
    public enum Variant {
        SCALAR,
        ACTIVE,
        TABLES,
        PLANES
    }

    /** The specification: plain loops. */
    static void scalar(SpikeMatrix spikes, int rows, PackedIntegers weights, Tile current) {
        for (int row = 0; row < rows; row++) {
            for (int block = current.firstBlock(); block < current.endBlock(); block++) {
                for (int within = 0; within < PackedIntegers.BLOCK; within++) {
                    int output = block * PackedIntegers.BLOCK + within;
                    float value = output < weights.outputs() ? current(spikes, row, weights, output) : 0;
                    long at = current.offset(row, block) + (long) within * Float.BYTES;
                    current.matrix().segment().set(ValueLayout.JAVA_FLOAT, at, value);
                }
            }
        }
    }

    private static float current(SpikeMatrix spikes, int row, PackedIntegers weights, int output) {
        int sum = 0;
        for (int input = 0; input < weights.inputs(); input++) {
            sum += spikes.get(row, input) ? weights.item(output, input) : 0;
        }
        return weights.bias().get(0, output) + weights.scales().get(0, output) * sum;
    }
}
