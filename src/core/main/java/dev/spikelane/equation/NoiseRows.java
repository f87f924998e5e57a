package dev.spikelane.equation;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.random.CounterRandom;
import dev.spikelane.simd.UniformRow;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The uniform numbers of one step for the noises of a tile, which depend only on seed, step, sample and neuron. */
public final class NoiseRows {

    private final long[] seeds;
    private final int firstNeuron;
    private final FloatMatrix[] rows;

    /**
     * Allocates a matrix {@code [batch x count]} for each noise of a tile.
     *
     * @param seeds of the noises
     */
    public NoiseRows(long[] seeds, int batch, int firstNeuron, int count) {
        this.seeds = seeds.clone();
        this.firstNeuron = firstNeuron;
        this.rows = new FloatMatrix[seeds.length];
        Arrays.setAll(rows, i -> FloatMatrix.zeros(batch, count));
    }

    /**
     * Draws the numbers of a step.
     *
     * @param draws the random streams of the samples; null if the index in the batch identifies a sample
     * @param first the first neuron, a multiple of 64
     * @param end the index after the last neuron, a multiple of 64 or the number of neurons
     */
    public void draw(CounterRandom.@Nullable Draws draws, int step, int first, int end) {
        for (int place = 0; place < rows.length; place++) {
            long seed = seeds[place];
            for (int sample = 0; sample < rows[place].rows(); sample++) {
                long key = draws == null
                        ? CounterRandom.rowKey(seed, step, sample)
                        : CounterRandom.rowKey(draws.rowKey(step, sample) ^ seed, step, 0);
                UniformRow.draw(key, rows[place], sample, firstNeuron, first, end);
            }
        }
    }

    public FloatMatrix of(int place) {
        return rows[place];
    }
}
