package dev.spikelane.train.loss;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Elements;
import org.jspecify.annotations.Nullable;

/** Means of membranes over all steps. {@link ScoreEntropy} divides their gradients by the steps. */
record MeanMembranes() implements SampleScores {

    @Override
    public void read(LossRows input, int sample, FloatMatrix row) {
        for (int output = 0; output < input.outputs; output++) {
            double sum = 0;
            for (int step = 0; step < input.steps; step++) {
                sum += Elements.get(input.membranes(), step * input.batch + sample, output);
            }
            Elements.set(row, 0, output, (float) (sum / input.steps));
        }
    }

    @Override
    public @Nullable FloatMatrix out(LossSink gradient) {
        return gradient.membranes();
    }

    @Override
    public void back(LossRows input, int sample, FloatMatrix row, FloatMatrix out) {
        LossTerms.toAllSteps(row, input, sample, out);
    }
}
