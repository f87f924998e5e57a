package dev.spikelane.kernel.product;

import dev.spikelane.kernel.base.Tile;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.IntegerMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;

/**
 * Measures what the variants of {@link IntegerMatmul} cost with weights of one type, as {@link SpikeCalibration} asks.
 */
final class IntegerCalibration {

    private static final int FEW = 8;

    /** As many as share tables. */
    private static final int MANY = IntegerSums.ROWS;

    /** Rows whose active inputs are counted. */
    private static final int LISTED = 24;

    private final SpikeMatrix spikes;
    private final PackedIntegers weights;
    private final Tile current;
    private final SpikeWorkspace workspace;

    IntegerCalibration(Arena arena, ElementType type, SpikeMatrix spikes) {
        this.spikes = spikes;
        int pre = spikes.columns();
        int post = SpikeCalibration.BLOCKS * PackedIntegers.BLOCK;
        IntegerMatrix zeros = type == ElementType.INT8
                ? IntegerMatrix.of(post, pre, new byte[post * pre], 1)
                : IntegerMatrix.of(post, pre, new short[post * pre], 1);
        weights = PackedIntegers.pack(arena, zeros, FloatMatrix.zeros(arena, 1, post));
        current = Tile.whole(FloatMatrix.zeros(arena, MANY, post));
        workspace = new SpikeWorkspace(arena);
    }

    /** From few and from many rows, and from two densities; what was there before where that makes no sense. */
    IntegerCosts.Product costs(IntegerCosts.Product before) {
        double panels = Math.ceilDiv(weights.pre(), IntegerCosts.INPUTS);
        double few = tables(FEW) / panels;
        double panel = (tables(MANY) / panels - few) / (MANY - FEW);
        double make = few - FEW * panel;
        double[] densities = {0.1, 0.5};
        double[] active = new double[2];
        double[] times = new double[2];
        for (int i = 0; i < 2; i++) {
            SpikeCalibration.fill(spikes, densities[i]);
            long listed = spikes.count(0, LISTED);
            active[i] = listed;
            times[i] = SpikeCalibration.nanoseconds(
                    () -> IntegerMatmulVector.active(spikes, LISTED, listed, weights, current, workspace));
        }
        double spike = (times[1] - times[0]) / (active[1] - active[0]);
        double row = Math.max(0, (times[0] - spike * active[0]) / LISTED);
        return panel > 0 && make > 0 && spike > 0 ? new IntegerCosts.Product(row, spike, make, panel) : before;
    }

    private double tables(int rows) {
        return SpikeCalibration.nanoseconds(
                () -> IntegerTablesVector.multiply(spikes, rows, weights, current, workspace.tables));
    }
}
