package dev.spikelane.kernel.product.spike;

import dev.spikelane.choose.CostConstants;
import dev.spikelane.choose.CostConstants.Name;
import dev.spikelane.kernel.product.PackedWeights;

/** Estimates the time of each variant of {@link SpikeMatmul} for 64 outputs, in nanoseconds: constants times work. */
public final class SpikeCosts {

    /**
     * Most rows of a tile of active inputs, and most rows that {@link SpikeMatmul#rowsAtATime} advises: more currents
     * leave the L2 cache. 1,024 rows of 784 -> 1000 at density 0.02 take 5.2 ms in one tile and 4.3 in four (Zen 3,
     * 2026-11).
     */
    public static final int MOST_ROWS_FORESEEN = 256;

    /** Blocks of 64 outputs of the layer that constants are fitted to, 784 -> 1000. */
    private static final int BLOCKS = 16;

    private SpikeCosts() {}

    /** Returns the nanoseconds of an entry of a list, by the constants in use. */
    public static double entry() {
        return CostConstants.inUse().get(Name.LISTS)[2];
    }

    /** Returns the nanoseconds of adding one weight of an active input, by the constants in use. */
    public static double multiplication() {
        return CostConstants.inUse().get(Name.ACTIVE)[2] / PackedWeights.BLOCK;
    }

    /** Returns the rows of a tile of tables. */
    static int tile(CostConstants costs, SpikePanels.Shape shape) {
        return switch (shape) {
            case WIDE -> Math.min(tile(costs, SpikeMatmul.Variant.WIDE), SpikePanels.mostRows(shape));
            case NARROW -> Math.min(tile(costs, SpikeMatmul.Variant.NARROW), SpikePanels.mostRows(shape));
            case LISTS -> SpikePanels.mostRows(shape);
        };
    }

    private static int tile(CostConstants costs, SpikeMatmul.Variant variant) {
        return (int) Math.clamp(costs.get(variant.constants)[2], 1, SpikePanels.ROWS);
    }

    /**
     * Returns the number of rows whose active inputs the branch predictor remembers, given the average of these rows.
     */
    public static int rowsForeseen(CostConstants costs, long rows, long activeInputs) {
        double foreseen = costs.get(Name.ACTIVE)[3] * rows / Math.max(1, activeInputs);
        return (int) Math.clamp(foreseen, 1, MOST_ROWS_FORESEEN);
    }

    /** Returns the estimated nanoseconds of a variant for 64 outputs, or for all if there are fewer. */
    public static double of(
            CostConstants costs, SpikeMatmul.Variant variant, long rows, int inputs, int outputs, long activeInputs) {
        double[] constants = costs.get(variant.constants);
        double all = 0;
        for (int i = 0; i < variant.terms; i++) {
            all += constants[i] * work(costs, variant, i, rows, inputs, activeInputs);
        }
        return all
                * (share(variant, outputs) + variant.preparing / Math.ceilDiv(outputs, PackedWeights.BLOCK))
                / (1 + variant.preparing / BLOCKS);
    }

    /** Returns how often a variant does the work of one of its constants, for 64 outputs. */
    static double work(
            CostConstants costs, SpikeMatmul.Variant variant, int constant, long rows, int inputs, long activeInputs) {
        double groups = Math.ceilDiv(inputs, 4);
        return switch (variant) {
            case SCALAR, ACTIVE ->
                switch (constant) {
                    case 0 -> (double) Math.ceilDiv(inputs, Long.SIZE) * rows;
                    case 1 -> activeGroups(groups, rows, inputs, activeInputs);
                    default -> activeInputs;
                };
            case WIDE, NARROW -> groups * (constant == 0 ? Math.ceilDiv(rows, (long) tile(costs, variant)) : rows);
            case PERMUTE ->
                groups
                        * (constant == 0
                                ? Math.ceilDiv(rows, (long) tile(costs, variant))
                                : Math.ceilDiv(rows, 16L) * 16);
            case LISTS ->
                switch (constant) {
                    case 0 -> groups * Math.ceilDiv(rows, (long) SpikePanels.ROWS);
                    case 1 -> (double) Math.ceilDiv(inputs, 4 * SpikeLister.GROUPS) * rows;
                    default -> activeGroups(groups, rows, inputs, activeInputs);
                };
            case DENSE -> groups * Math.ceilDiv(rows, (long) SpikeFactors.ROWS) * SpikeFactors.ROWS;
        };
    }

    /**
     * Returns the fraction of a variant's work for 64 outputs that these outputs need: tables are for 16, 32 or 64
     * outputs.
     */
    private static double share(SpikeMatmul.Variant variant, int outputs) {
        int most = switch (variant) {
            case SCALAR, ACTIVE -> PackedWeights.BLOCK;
            case WIDE, NARROW, LISTS, DENSE -> SpikePanels.Shape.NARROW.bytes / Float.BYTES;
            case PERMUTE -> SpikePermuteVector.OUTPUTS;
        };
        return Math.min(1, Math.ceilDiv(outputs, most) * (double) most / PackedWeights.BLOCK);
    }

    /**
     * Returns the expected number of groups of four inputs with an active one, if active inputs are spread at random.
     */
    private static double activeGroups(double groups, long rows, int inputs, long activeInputs) {
        double silent = 1 - Math.min(1, activeInputs / ((double) rows * inputs));
        return groups * rows * (1 - silent * silent * silent * silent);
    }
}
