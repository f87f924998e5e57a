package dev.spikelane.train.loss;

import dev.spikelane.memory.FloatMatrix;
import org.jspecify.annotations.Nullable;

/** Scores that are read from what a population did in all steps, a score for each class, and the way back. */
sealed interface SampleScores permits CountScores, HighestMembranes, FirstSpikeScores {

    /** Reads the scores of a sample into a row. */
    void read(LossRows input, int sample, FloatMatrix row);

    /** Where gradients of what is read go; null where nobody wants them. */
    @Nullable
    FloatMatrix out(LossSink gradient);

    /** From gradients of the scores of the sample that was read last, which stand in the row, to all its steps. */
    void back(LossRows input, int sample, FloatMatrix row, FloatMatrix out);
}
