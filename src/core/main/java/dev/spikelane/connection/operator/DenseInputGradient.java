package dev.spikelane.connection.operator;

import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.dense.DenseMatmul;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.stream.IntStream;

/** The input gradient of a dense connection: a product with the transposed weights. */
final class DenseInputGradient implements InputGradient {

    private final PackedWeights weights;
    private final PackedWeights transposed;

    DenseInputGradient(Arena arena, PackedWeights weights) {
        this.weights = weights;
        this.transposed = PackedWeights.zeros(arena, /* inputs= */ weights.outputs(), /* outputs= */ weights.inputs());
        updates().forEach(Runnable::run);
    }

    @Override
    public void pull(FloatMatrix gradient, int rows, Tile into) {
        DenseMatmul.multiply(gradient, rows, transposed, into);
    }

    @Override
    public FloatMatrix packed() {
        return transposed.packed();
    }

    @Override
    public List<Runnable> updates() {
        return IntStream.range(0, weights.blocks())
                .<Runnable>mapToObj(block -> () -> transposed.setTransposed(weights, block))
                .toList();
    }
}
