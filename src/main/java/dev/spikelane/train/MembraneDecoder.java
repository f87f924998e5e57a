package dev.spikelane.train;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Observer;
import java.util.Objects;

/**
 * Decodes the membranes of a population while a simulation runs, as {@link Decoding#MEMBRANE} does, without keeping them: each step adds the
 * softmax of the membranes. It is for models that reset neurons in the step after a spike, as most do.
 */
public final class MembraneDecoder implements Observer {

    private final FloatMatrix scores;
    private final FloatMatrix row;

    /**
     * Starts at zero.
     *
     * @param batch samples, at least 1
     * @param outputs neurons of the population, at least 1
     */
    public MembraneDecoder(int batch, int outputs) {
        this.scores = FloatMatrix.zeros(batch, outputs);
        this.row = FloatMatrix.zeros(1, outputs);
    }

    /**
     * Returns the class of a sample by the steps since the last reset.
     *
     * @param sample its row in the batch
     * @return the output with the largest sum, the lowest of equals
     * @throws IndexOutOfBoundsException if there is no such sample
     */
    public int label(int sample) {
        return ClassDecoder.best(scores, Objects.checkIndex(sample, scores.rows()));
    }

    @Override
    public boolean needsMembranes() {
        return true;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if the decoder is for another batch or another number of neurons
     */
    @Override
    public void attach(int batch, int neurons) {
        scores.requireShape("scores", batch, neurons);
    }

    @Override
    public void observe(long firstStep, int steps, SpikeMatrix spikes, FloatMatrix membranes) {
        for (int step = 0; step < steps; step++) {
            for (int sample = 0; sample < scores.rows(); sample++) {
                ClassDecoder.addSoftmax(membranes, step * scores.rows() + sample, row, scores, sample);
            }
        }
    }

    @Override
    public void reset() {
        scores.fill(0);
    }
}
