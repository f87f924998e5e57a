package dev.spikelane.kernel;

import dev.spikelane.bench.Peer;
import dev.spikelane.kernel.encode.BernoulliSpikes;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.simd.SpikeExpand;
import java.lang.foreign.Arena;

/**
 * Input that no branch predictor can learn, equal in every run. Only shared arenas are allowed: another kind would make
 * C2 recompile kernels.
 */
public final class RandomData {

    private static final long SEED = 2;

    /**
     * Weights are multiples of 1/4096: sums of some thousand weights are exact, so all libraries agree to the bit in
     * any order.
     */
    private static final float WEIGHT_STEPS = 4096;

    private RandomData() {}

    /** Returns independent random spikes. */
    public static SpikeMatrix spikes(Arena arena, int rows, int columns, double density) {
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, rows, columns);
        try (Arena temporary = Arena.ofShared()) {
            FloatMatrix probability = FloatMatrix.zeros(temporary, 1, columns);
            probability.fill((float) density);
            new BernoulliSpikes(1, 0).draw(SEED, 0, probability, spikes, 0);
        }
        return spikes;
    }

    /** Returns spikes as floats 0 and 1. */
    public static FloatMatrix floats(Arena arena, SpikeMatrix spikes) {
        FloatMatrix floats = FloatMatrix.zeros(arena, spikes.rows(), spikes.columns());
        SpikeExpand.expand(spikes, 0, spikes.rows(), floats);
        return floats;
    }

    /** Returns floats that are uniform in {@code [from, to)}. */
    public static FloatMatrix uniform(Arena arena, int rows, int columns, float from, float to) {
        FloatMatrix matrix = FloatMatrix.zeros(arena, rows, columns);
        new TorchRandom(SEED).uniform(matrix, from, to);
        return matrix;
    }

    /**
     * Returns floats that are uniform in {@code [-1, 1]}, rounded to multiples of 1/16, so that products with weights
     * are exact too.
     */
    public static FloatMatrix coarse(Arena arena, int rows, int columns) {
        return rounded(uniform(arena, rows, columns, -1, 1), 16);
    }

    /** Returns the initial weights and bias of {@code torch.nn.Linear}, rounded. */
    public static Peer.Linear linear(Arena arena, int inputs, int outputs, TorchRandom random) {
        FloatMatrix weights = FloatMatrix.zeros(arena, outputs, inputs);
        FloatMatrix bias = FloatMatrix.zeros(arena, 1, outputs);
        random.linear(weights, bias);
        return new Peer.Linear(rounded(weights, WEIGHT_STEPS), rounded(bias, WEIGHT_STEPS));
    }

    private static FloatMatrix rounded(FloatMatrix matrix, float steps) {
        for (int row = 0; row < matrix.rows(); row++) {
            for (int column = 0; column < matrix.columns(); column++) {
                // 0 instead of -0, which libraries other than Spikelane may not keep.
                matrix.set(row, column, (float) Math.rint(matrix.get(row, column) * steps) / steps + 0f);
            }
        }
        return matrix;
    }
}
