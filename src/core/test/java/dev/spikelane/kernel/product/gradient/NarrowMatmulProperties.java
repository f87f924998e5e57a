package dev.spikelane.kernel.product.gradient;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.kernel.ComparesVectors;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.spike.Product;
import dev.spikelane.kernel.product.spike.ProductScratch;
import dev.spikelane.kernel.product.spike.SpikeMatmul;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Tile;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Products with few outputs have the bits of those with many. */
@EveryWidth
class NarrowMatmulProperties extends KernelCase {

    @ComparesVectors
    @Property(tries = 60)
    void spikesGiveTheCurrentsOfSpikeMatmul(
            @UpTo(70) int rows,
            @UpTo(200) int inputs,
            @UpTo(NarrowMatmul.OUTPUTS) int outputs,
            @ForAll Product.Weights kind,
            @ForAll long seed) {
        Random random = new Random(seed);
        SpikeMatrix spikes = Matrices.spikes(arena, rows + 1, inputs, random.nextDouble(), random);
        PackedWeights weights = Product.packed(
                arena, kind.matrix(arena, outputs, inputs, random), kind.matrix(arena, 1, outputs, random));
        FloatMatrix expected = FloatMatrix.zeros(arena, rows, outputs);
        SpikeMatmul.multiply(spikes, rows, weights, Tile.whole(expected), new ProductScratch(arena));
        FloatMatrix found = Matrices.uniform(arena, rows, outputs, random);
        new NarrowMatmul(arena).multiply(spikes, rows, weights, Tile.whole(found));
        Matrices.assertSameBits(expected, found, "currents");
    }
}
