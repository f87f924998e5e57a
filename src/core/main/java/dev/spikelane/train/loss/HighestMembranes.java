package dev.spikelane.train.loss;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Elements;
import org.jspecify.annotations.Nullable;

/**
 * The highest membranes, of the last step or of all steps. The first highest one gets the gradient. NaN is higher than
 * all numbers.
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record HighestMembranes(int[] steps, boolean last) implements SampleScores {

    HighestMembranes(int outputs, boolean last) {
        this(new int[outputs], last);
    }

    @Override
    public void read(LossRows input, int sample, FloatMatrix row) {
        FloatMatrix membranes = input.membranes();
        for (int output = 0; output < input.outputs; output++) {
            int at = last ? input.steps - 1 : 0;
            float most = Elements.get(membranes, at * input.batch + sample, output);
            for (int step = at + 1; step < input.steps && !Float.isNaN(most); step++) {
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
