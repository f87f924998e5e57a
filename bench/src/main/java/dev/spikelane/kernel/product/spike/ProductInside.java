package dev.spikelane.kernel.product.spike;

import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Tile;

/** What benchmarks in other packages need of the inside of products. */
public final class ProductInside {

    private ProductInside() {}

    /** The specification of {@link SpikeMatmul}. */
    public static void scalar(SpikeMatrix spikes, int rows, PackedWeights weights, FloatMatrix current) {
        SpikeMatmul.scalar(spikes, 0, rows, weights, Tile.whole(current));
    }

    /** The specification of {@link RecurrentMatmul}. */
    public static void scalarRecurrent(SpikeMatrix spikes, PackedWeights weights, Tile feedback) {
        RecurrentMatmul.scalar(spikes, spikes.rows(), weights, feedback);
    }
}
