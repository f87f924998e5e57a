package dev.spikelane.equation;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.random.CounterRandom;
import dev.spikelane.simd.UniformRow;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The uniform numbers of a step from which a tile's noises follow; they are the same whenever they are drawn. */
public final class NoiseRows {

    private final BoundEquations neurons;
    private final int firstNeuron;
    private final FloatMatrix[] rows;

    /** Makes room for a tile, {@code [batch x count]} for each noise. */
    public NoiseRows(BoundEquations neurons, int batch, int firstNeuron, int count) {
        this.neurons = neurons;
        this.firstNeuron = firstNeuron;
        this.rows = new FloatMatrix[neurons.equations().noises().size()];
        Arrays.setAll(rows, i -> FloatMatrix.zeros(batch, count));
    }

    /**
     * Draws the numbers of a step.
     *
     * @param draws the streams of the samples; null if samples are known by their places in the batch
     * @param first the first neuron, a multiple of 64
     * @param end the end of the neurons, a multiple of 64 or that of all
     */
    public void draw(CounterRandom.@Nullable Draws draws, int step, int first, int end) {
        for (int place = 0; place < rows.length; place++) {
            long seed = neurons.seedOfNoise(place);
            for (int sample = 0; sample < rows[place].rows(); sample++) {
                long key = draws == null
                        ? CounterRandom.rowKey(seed, step, sample)
                        : CounterRandom.rowKey(draws.rowKey(step, sample) ^ seed, step, 0);
                UniformRow.draw(key, rows[place], sample, firstNeuron, first, end);
            }
        }
    }

    /** The numbers of a noise, by its place. */
    public FloatMatrix of(int place) {
        return rows[place];
    }
}
