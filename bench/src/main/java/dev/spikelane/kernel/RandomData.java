package dev.spikelane.kernel;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.random.TorchRandom;
import java.lang.foreign.Arena;

/** Input that no branch predictor can learn, the same in every run. Only in shared arenas: another kind would make C2 recompile kernels. */
public final class RandomData {

    private static final long SEED = 2;

    private RandomData() {}

    /** Spikes that are independent of each other. */
    public static SpikeMatrix spikes(Arena arena, int rows, int columns, double density) {
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, rows, columns);
        try (Arena temporary = Arena.ofShared()) {
            FloatMatrix probability = FloatMatrix.zeros(temporary, 1, columns);
            probability.fill((float) density);
            BernoulliSpikes.draw(SEED, 0, 0, 1, probability, 1, 0, spikes, 0);
        }
        return spikes;
    }

    /** Floats that are uniform in {@code [from, to)}. */
    public static FloatMatrix uniform(Arena arena, int rows, int columns, float from, float to) {
        FloatMatrix matrix = FloatMatrix.zeros(arena, rows, columns);
        new TorchRandom(SEED).uniform(matrix, from, to);
        return matrix;
    }

    /** Weights and bias as {@code torch.nn.Linear} starts with. */
    public static PackedWeights linear(Arena arena, int pre, int post, TorchRandom random) {
        try (Arena temporary = Arena.ofShared()) {
            FloatMatrix weights = FloatMatrix.zeros(temporary, post, pre);
            FloatMatrix bias = FloatMatrix.zeros(temporary, 1, post);
            random.linear(weights, bias);
            return PackedWeights.pack(arena, weights, bias);
        }
    }
}
