package dev.spikelane.train.run;

import dev.spikelane.kernel.update.Softmax;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.network.Simulation;
import dev.spikelane.network.SpikeCounts;
import dev.spikelane.train.loss.ClassBlocks;
import dev.spikelane.train.loss.ClassDecoder;
import dev.spikelane.train.loss.ClassScore;
import dev.spikelane.train.loss.LossRows;
import org.jspecify.annotations.Nullable;

/** Scores of the classes of one sample, of which the largest wins, read from what a population did. */
public final class ClassScores {

    private final ClassScore decoding;
    private final ClassBlocks blocks;
    private final @Nullable SpikeCounts counts;
    private final @Nullable ClassDecoder decoder;
    private final LossRows outputs;
    private final FloatMatrix scores;
    private final FloatMatrix shares;
    private final int[] found = new int[1];

    /** Spikes are counted as they come, so that they may end early; other decodings read records of all steps. */
    ClassScores(Simulation simulation, String population, int steps, ClassScore decoding, int classes) {
        int size = simulation.network().population(population).size();
        this.decoding = decoding;
        this.blocks = ClassBlocks.of(size, classes);
        this.outputs = new LossRows(steps, 1, size);
        if (decoding == ClassScore.COUNT) {
            counts = simulation.countSpikes(population);
            decoder = null;
        } else {
            counts = null;
            decoder = new ClassDecoder(decoding, steps, 1, size, classes);
            if (decoding == ClassScore.FIRST_SPIKE) {
                outputs.spikes = simulation.recordSpikes(population, steps).spikes();
            } else {
                outputs.membranes = simulation
                        .recordBeforeReset(population, "membrane", steps)
                        .values();
            }
        }
        scores = decoder == null ? FloatMatrix.zeros(1, blocks.classes()) : decoder.scores();
        shares = FloatMatrix.zeros(1, blocks.classes());
    }

    /** Reads what the steps that ran make of the sample. */
    void read(int steps) {
        if (counts != null) {
            blocks.pool(counts.counts(), 0, scores, 0);
        } else if (decoder != null) {
            decoder.decode(outputs, 0, 1, found);
        }
        float sum = steps;
        if (decoding == ClassScore.MEMBRANE) {
            shares.copyFrom(scores);
        } else {
            sum = Softmax.exponentials(scores, 0, Softmax.maximum(scores, 0), shares, 0);
        }
        Softmax.divide(shares, 0, sum, 1);
    }

    /** The scores. */
    public float[] scores() {
        return scores.toArray();
    }

    /** Their shares, which add up to 1. */
    public float[] shares() {
        return shares.toArray();
    }

    /** The class with the largest score, the lowest of equals. */
    public int best() {
        return ClassDecoder.best(scores, 0);
    }
}
