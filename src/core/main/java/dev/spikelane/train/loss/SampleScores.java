package dev.spikelane.train.loss;

import dev.spikelane.memory.FloatMatrix;
import org.jspecify.annotations.Nullable;

/** Scores of classes from a population's outputs at all steps, and their backward pass. */
sealed interface SampleScores permits CountScores, HighestMembranes, FirstSpikeScores, MeanMembranes {

    void read(LossRows input, int sample, FloatMatrix row);

    /** Returns the memory for gradients of the outputs; null if they are not needed. */
    @Nullable
    FloatMatrix out(LossSink gradient);

    /** Computes gradients of all steps from a row of score gradients, for the last read sample. */
    void back(LossRows input, int sample, FloatMatrix row, FloatMatrix out);
}
