package dev.spikelane.train.run;

import dev.spikelane.kernel.norm.Softmax;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.network.Simulation;
import dev.spikelane.network.SpikeCounts;
import dev.spikelane.train.loss.ClassBlocks;
import dev.spikelane.train.loss.ClassDecoder;
import dev.spikelane.train.loss.ClassScore;
import dev.spikelane.train.loss.LossRows;
import org.jspecify.annotations.Nullable;

/** Scores of the classes of one sample, read from a population's outputs; the largest one wins. */
public final class ClassScores {

    private final ClassScore decoding;
    private final ClassBlocks blocks;
    private final @Nullable SpikeCounts counts;
    private final @Nullable ClassDecoder decoder;
    private final LossRows outputs;
    private final FloatMatrix scores;
    private final FloatMatrix shares;
    private final Softmax softmax;
    private final int[] found = new int[1];

    /** Counts spikes step by step, so that a sample may end early; other decodings read recordings of all steps. */
    ClassScores(Simulation simulation, String population, int steps, ClassScore decoding, int classes) {
        int size = simulation.network().population(population).size();
        this.decoding = decoding;
        this.blocks = ClassBlocks.of(size, classes);
        this.outputs = new LossRows(steps, 1, size);
        if (decoding == ClassScore.Named.COUNT) {
            counts = simulation.countSpikes(population);
            decoder = null;
        } else {
            counts = null;
            decoder = new ClassDecoder(decoding, steps, 1, size, classes);
            if (decoding.readsSpikes()) {
                outputs.spikes = simulation.recordSpikes(population, steps).spikes();
            } else {
                outputs.membranes = simulation
                        .recordBeforeReset(population, "membrane", steps)
                        .values();
            }
        }
        scores = decoder == null ? FloatMatrix.zeros(1, blocks.classes()) : decoder.scores();
        shares = FloatMatrix.zeros(1, blocks.classes());
        softmax = new Softmax(blocks.classes(), 1);
    }

    void read(int steps) {
        if (counts != null) {
            blocks.pool(counts.perNeuron(), 0, scores, 0);
        } else if (decoder != null) {
            decoder.decode(outputs, 0, 1, found);
        }
        if (decoding != ClassScore.Named.MEMBRANE) {
            softmax.take(scores, 0, 1, 1);
            softmax.divide(1, shares, 0, 1);
            return;
        }
        for (int c = 0; c < scores.columns(); c++) {
            shares.set(0, c, scores.get(0, c) / steps);
        }
    }

    public float[] scores() {
        return scores.toArray();
    }

    /** Returns the scores divided by their sum. */
    public float[] shares() {
        return shares.toArray();
    }

    /** Returns the class with the largest score, the lowest of equal ones. */
    public int best() {
        return ClassDecoder.best(scores, 0);
    }
}
