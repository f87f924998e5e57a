package dev.spikelane.kernel.product;

import dev.spikelane.kernel.Yardstick;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.kernel.base.Tile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;

/** What benchmarks in other packages need of the inside of products. */
public final class ProductInside {

    private ProductInside() {}

    /** The packed weights themselves, for C. */
    public static MemorySegment segment(PackedWeights weights) {
        return weights.segment();
    }

    /** The bias of packed weights, for C. */
    public static MemorySegment bias(PackedWeights weights) {
        return weights.biasSegment();
    }

    /** Inputs of packed weights, with padding. */
    public static int paddedPre(PackedWeights weights) {
        return weights.paddedPre();
    }

    /** The specification of {@link SpikeMatmul}. */
    public static void scalar(SpikeMatrix spikes, int rows, PackedWeights weights, FloatMatrix current) {
        SpikeMatmul.scalar(spikes, rows, weights, Tile.whole(current));
    }

    /** C, with the variant that the library chooses. */
    public static void yardstick(
            SpikeMatrix spikes, int rows, PackedWeights weights, FloatMatrix current, SpikeWorkspace workspace) {
        switch (SpikeMatmul.choose(rows, weights.pre(), weights.post(), spikes.count(0, rows))) {
            case SCALAR, ACTIVE -> Yardstick.active(spikes, rows, weights, current);
            case WIDE -> Yardstick.panels(Yardstick.Panels.WIDE, spikes, rows, weights, current);
            case NARROW -> Yardstick.panels(Yardstick.Panels.NARROW, spikes, rows, weights, current);
            case LISTS -> Yardstick.panels(Yardstick.Panels.LISTS, spikes, rows, weights, current);
            case PERMUTE -> {
                SegmentAllocator scratch = SegmentAllocator.slicingAllocator(workspace.tables);
                new Yardstick.Permute(scratch, spikes, rows, weights, current).run();
            }
        }
    }

    /** The specification of {@link RecurrentMatmul}. */
    public static void scalarRecurrent(SpikeMatrix spikes, PackedWeights weights, Tile feedback) {
        RecurrentMatmul.scalar(spikes, spikes.rows(), weights, feedback);
    }
}
