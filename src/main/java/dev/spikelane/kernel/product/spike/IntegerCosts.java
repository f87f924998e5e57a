package dev.spikelane.kernel.product.spike;

import dev.spikelane.memory.ElementType;

/**
 * What the variants of products of integers cost on a machine, in nanoseconds for 64 outputs: where {@link Tuner}
 * starts. {@link SpikeCosts} holds those in use.
 *
 * @param int8 with weights of 8 bits
 * @param int16 with weights of 16 bits
 */
public record IntegerCosts(Product int8, Product int16) {

    /**
     * Of weights of one type.
     *
     * @param row of a row whose active inputs are visited, beside these
     * @param spike of an active input
     * @param make of making the tables of 32 inputs, once for 256 rows
     * @param panel of adding their entries to a row
     */
    public record Product(double row, double spike, double make, double panel) {}

    /** Inputs of which {@link Product#make} and {@link Product#panel} tell. */
    static final int INPUTS = 32;

    /**
     * Measured on EPYC Zen 3 (family 25 model 1, 256 bits), 2026-11, with the kernels of before: tables of 32 inputs,
     * currents by block.
     */
    static final IntegerCosts ZEN_3 = new IntegerCosts(new Product(0, 2.1, 370, 14.5), new Product(0, 2.6, 740, 29));

    /** Measured on EPYC Zen 5 (family 26 model 2, 512 bits), 2026-11. */
    static final IntegerCosts ZEN_5 = new IntegerCosts(new Product(6, 0.55, 100, 4.9), new Product(8, 1.02, 260, 10.4));

    Product of(ElementType type) {
        return type == ElementType.INT8 ? int8 : int16;
    }

    IntegerCosts with(ElementType type, Product product) {
        return type == ElementType.INT8 ? new IntegerCosts(product, int16) : new IntegerCosts(int8, product);
    }

    /** Visiting active inputs, for 64 outputs. */
    public double active(ElementType type, int rows, long active) {
        Product costs = of(type);
        return costs.row * rows + costs.spike * active;
    }

    /** Tables, for 64 outputs. */
    public double tables(ElementType type, int rows, int inputs) {
        Product costs = of(type);
        return Math.ceilDiv(inputs, INPUTS)
                * (costs.panel * rows + costs.make * Math.ceilDiv(rows, SpikeCosts.MOST_ROWS_FORESEEN));
    }
}
