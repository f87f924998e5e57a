package dev.spikelane.train.loss;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Elements;
import org.jspecify.annotations.Nullable;

/** The highest membranes; the gradient goes to the first step that has them. NaN is above all. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record HighestMembranes(int[] steps) implements SampleScores {

    HighestMembranes(int outputs) {
        this(new int[outputs]);
    }

    @Override
    public void read(LossRows input, int sample, FloatMatrix row) {
        FloatMatrix membranes = input.membranes();
        for (int output = 0; output < input.outputs; output++) {
            float most = Elements.get(membranes, sample, output);
            int at = 0;
            for (int step = 1; step < input.steps && !Float.isNaN(most); step++) {
                float membrane = Elements.get(membranes, step * input.batch + sample, output);
                if (!(membrane <= most)) {
                    most = membrane;
                    at = step;
                }
            }
            Elements.set(row, 0, output, most);
            steps[output] = at;
        }
    }

    @Override
    public @Nullable FloatMatrix out(LossSink gradient) {
        return gradient.membranes();
    }

    @Override
    public void back(LossRows input, int sample, FloatMatrix row, FloatMatrix out) {
        LossTerms.clear(input, sample, sample + 1, out);
        for (int output = 0; output < input.outputs; output++) {
            Elements.set(out, steps[output] * input.batch + sample, output, Elements.get(row, 0, output));
        }
    }
}
