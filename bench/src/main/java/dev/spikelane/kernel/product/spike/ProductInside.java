package dev.spikelane.kernel.product.spike;

import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Tile;

/** Access to package-private parts of products, for benchmarks in other packages. */
public final class ProductInside {

    private ProductInside() {}

    /** Runs the specification of {@link SpikeMatmul}. */
    public static void scalar(SpikeMatrix spikes, int rows, PackedWeights weights, FloatMatrix current) {
        SpikeMatmul.scalar(spikes, 0, rows, weights, Tile.whole(current));
    }

    /** Runs the specification of {@link RecurrentMatmul}. */
    public static void scalarRecurrent(SpikeMatrix spikes, PackedWeights weights, Tile feedback) {
        RecurrentMatmul.scalar(spikes, spikes.rows(), weights, feedback);
    }
}
