package dev.spikelane.train.loss;

import dev.spikelane.memory.FloatMatrix;
import org.jspecify.annotations.Nullable;

/** Scores of a population's outputs in all steps, one for each class, and the way back. */
sealed interface SampleScores permits CountScores, HighestMembranes, FirstSpikeScores {

    /** Reads the scores of a sample into a row. */
    void read(LossRows input, int sample, FloatMatrix row);

    /** The memory for gradients of the outputs; null where nobody wants them. */
    @Nullable
    FloatMatrix out(LossSink gradient);

    /** From gradients of the scores of the sample that was read last, which stand in the row, to all its steps. */
    void back(LossRows input, int sample, FloatMatrix row, FloatMatrix out);
}
