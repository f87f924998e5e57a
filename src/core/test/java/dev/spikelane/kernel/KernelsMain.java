package dev.spikelane.kernel;

import dev.spikelane.kernel.encode.BernoulliSpikes;
import dev.spikelane.kernel.encode.SpikeCount;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.spike.ProductScratch;
import dev.spikelane.kernel.product.spike.SpikeMatmul;
import dev.spikelane.kernel.step.Steps;
import dev.spikelane.kernel.step.leaky.LeakyModel;
import dev.spikelane.kernel.step.leaky.LeakyNeurons;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;

/** Runs every kernel once and prints the variants. */
final class KernelsMain {

    private KernelsMain() {}

    public static void main(String[] arguments) {
        try (Arena arena = Arena.ofShared()) {
            FloatMatrix floats = FloatMatrix.zeros(arena, 2, 70);
            SpikeMatrix spikes = SpikeMatrix.zeros(arena, 2, 70);
            new BernoulliSpikes(1, 0.5f).draw(1, 0, floats, spikes, 0);
            PackedWeights weights = PackedWeights.pack(arena, FloatMatrix.zeros(arena, 70, 70));
            SpikeMatmul.multiply(spikes, spikes.rows(), weights, Tile.whole(floats), new ProductScratch(arena));
            LeakyNeurons parameters = new LeakyModel(70).build(arena);
            Steps.run(parameters, floats, FloatMatrix.zeros(arena, 2, 70), spikes);
            SpikeCount.add(spikes, 2, floats);
        }
        System.out.println(Simd.bits());
        System.out.println(Simd.describe());
    }
}
