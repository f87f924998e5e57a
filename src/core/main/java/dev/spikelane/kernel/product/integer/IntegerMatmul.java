package dev.spikelane.kernel.product.integer;

import dev.spikelane.choose.Chooser;
import dev.spikelane.choose.CostConstants;
import dev.spikelane.choose.StageChoice;
import dev.spikelane.kernel.product.spike.ProductScratch;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.SimdWidth;
import dev.spikelane.simd.Tile;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Locale;

/**
 * Spikes times integer weights: computes the currents of a layer from the spikes of the layer before.
 *
 * <p>{@code current[r][o] = bias[o] + scale[o] * float(sum over the inputs i that fire in row r of item[o][i])}. The
 * sum is exact: {@link PackedIntegers#mostInputs} ensures that it fits 32 bits, so it has no order. It is rounded to
 * float32 once, ties to even, which changes nothing up to 2^24. The product and the sum with the bias are rounded once
 * each. So results never depend on the density, the rows in a call, the vector width or the number of threads.
 *
 * <p>{@link Chooser} selects one of three vector variants:
 *
 * <ul>
 *   <li>{@code active} adds the weights of listed active inputs: 8-bit weights in 16-bit lanes, widened before they
 *       overflow
 *   <li>{@code tables} adds, for each group of four inputs, one of its 16 partial sums from tables in the L1 cache,
 *       which costs the same at any density. 16-bit weights are added in two halves,
 *       {@code 256 * (item >> 8) + (item & 255)}, weights with fewer than 8 bits two in a lane
 *   <li>{@code planes} counts the bits that the spikes share with each bit of weights with fewer than 8 bits
 * </ul>
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
     * @param rows the number of rows, at least 1
     * @param weights {@code inputs -> outputs}
     * @param current {@code [at least rows x outputs]}; these rows of the blocks in use are overwritten
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
        workspace.prepared.forget(); // sums overwrite the prepared spikes of other products
        long active = spikes.count(0, rows);
        StageChoice choice = workspace.integerChoice;
        int first = current.firstBlock();
        int end = current.endBlock();
        describe(choice, weights.type(), rows, weights.inputs(), weights.outputs(), active, end - first);
        if (!weights.hasPlanes()) {
            choice.costs[PLANES] = Double.POSITIVE_INFINITY;
        }
        choice.open(end - first);
        if (choice.rehearses()) {
            long since = System.nanoTime();
            int few = choice.rehearsedRows();
            Tile block = current.narrow(first, first + 1);
            run(VARIANTS[choice.rehearsedWay], spikes, few, spikes.count(0, few), weights, block, workspace);
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

    /** Sets the product of a choice, and the cost of each variant by the constants. */
    static void describe(
            StageChoice choice, ElementType type, int rows, int inputs, int outputs, long active, int blocks) {
        choice.of(kind(type), rows, inputs, outputs, active);
        double[] ns = choice.chooser.costs().get(CostConstants.Name.valueOf(type.name()));
        for (int way = 0; way < VARIANTS.length; way++) {
            if (SimdWidth.VECTOR == (VARIANTS[way] != Variant.SCALAR)) {
                choice.costs[way] = blocks * cost(VARIANTS[way], ns, rows, inputs, active);
            }
        }
    }

    /** Returns the estimated nanoseconds of a variant for 64 outputs; infinite if the type has no bit planes. */
    static double cost(Variant variant, double[] ns, int rows, int inputs, long active) {
        return switch (variant) {
            case SCALAR, ACTIVE -> ns[0] * rows + ns[1] * active;
            case TABLES ->
                Math.ceilDiv(inputs, PackedIntegers.INPUTS)
                        * (ns[2] * Math.ceilDiv(rows, IntegerSums.ROWS) + ns[3] * rows);
            case PLANES -> ns.length < 5 ? Double.POSITIVE_INFINITY : ns[4] * Math.ceilDiv(inputs, Long.SIZE) * rows;
        };
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
     * Converts sums that were added as floats, which are exact up to 2^24, to currents.
     *
     * @param weights the weights of the sums
     * @param current {@code [at least rows x positions * outputs]}: the sums of all outputs, position after position;
     *     overwritten
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
     * Returns the name of the variant that {@link #multiply} would choose now. Results do not depend on it.
     *
     * @param active the number of spikes in these rows
     * @return the type and {@code active}, {@code tables} or {@code planes}, such as {@code int8 active}; without
     *     vectors the type and {@code scalar}
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
     * Returns the best number of rows to multiply at a time: as many as share a list or tables.
     *
     * @return the best number of rows, at most {@code rows}
     */
    public static int rowsAtATime(int rows) {
        return Math.min(rows, IntegerSums.ROWS);
    }

    /** The loops of the product. */
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
