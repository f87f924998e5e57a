package dev.spikelane.train;

import dev.spikelane.kernel.update.Softmax;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.network.Simulation;
import dev.spikelane.network.SpikeCounts;
import dev.spikelane.train.loss.ClassBlocks;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Scores of the classes of one sample, of which the largest wins, read from what a population did. */
final class ClassScores {

    private static final int[] CLASS = {0};

    private final Decoding decoding;
    private final ClassBlocks blocks;
    private final @Nullable SpikeCounts counts;
    private final @Nullable ClassDecoder decoder;
    private final LossInput outputs;
    private final FloatMatrix scores;
    private final FloatMatrix shares;

    /** Spikes are counted as they come, so that they may end early; other decodings read records of all steps. */
    ClassScores(Simulation simulation, String population, int steps, Decoding decoding, int classes) {
        int size = simulation.network().population(population).size();
        this.decoding = decoding;
        this.blocks = ClassBlocks.of(size, classes);
        this.outputs = new LossInput(steps, 1, size);
        if (decoding == Decoding.COUNT) {
            counts = simulation.countSpikes(population);
            decoder = null;
        } else {
            counts = null;
            decoder = new ClassDecoder(decoding, steps, 1, size, classes);
            if (decoding == Decoding.FIRST_SPIKE) {
                outputs.setSpikes(simulation.recordSpikes(population, steps).spikes());
            } else {
                outputs.setMembranes(simulation
                        .recordBeforeReset(population, "membrane", steps)
                        .values());
            }
        }
        scores = decoder == null ? FloatMatrix.zeros(1, blocks.classes()) : decoder.scores();
        shares = FloatMatrix.zeros(1, blocks.classes());
    }

    /** What the steps that ran make of the sample. */
    Classification classification(List<String> names, int steps) {
        if (counts != null) {
            blocks.pool(counts.counts(), 0, scores, 0);
        } else if (decoder != null) {
            decoder.decode(outputs, 0, 1, CLASS);
        }
        float sum = steps;
        if (decoding == Decoding.MEMBRANE) {
            shares.copyFrom(scores);
        } else {
            sum = Softmax.exponentials(scores, 0, Softmax.maximum(scores, 0), shares, 0);
        }
        Softmax.divide(shares, 0, sum, 1);
        return new Classification(names, scores.toArray(), shares.toArray(), ClassDecoder.best(scores, 0), steps);
    }
}
