package dev.spikelane.train.loss;

import dev.spikelane.memory.FloatMatrix;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The sizes that an evaluator is bound to, and the checks of its inputs.
 *
 * @param steps time steps
 * @param batch the most samples
 * @param outputs neurons
 */
public record LossShape(int steps, int batch, int outputs) {

    public LossShape {
        if (steps < 1 || batch < 1 || outputs < 1) {
            throw new IllegalArgumentException("loss is bound to " + steps + " steps, " + batch + " samples and "
                    + outputs + " outputs, expected at least 1 of each");
        }
    }

    /** Throws unless the input, the gradients and the results of each sample have these sizes. */
    public void require(LossRows input, int first, int end, LossSink gradient, int results) {
        if (input.steps != steps || input.outputs != outputs || input.batch > batch) {
            throw new IllegalArgumentException("input has " + input.steps + " steps, " + input.batch
                    + " samples and " + input.outputs + " outputs, expected " + steps + ", at most " + batch
                    + ", and "
                    + outputs);
        }
        Objects.checkFromToIndex(first, end, input.batch);
        Objects.checkFromToIndex(first, end, results);
        requireShape("gradient of spikes", gradient.spikes(), input);
        requireShape("gradient of membranes", gradient.membranes(), input);
    }

    private static void requireShape(String name, @Nullable FloatMatrix matrix, LossRows input) {
        if (matrix != null) {
            matrix.requireShape(name, input.steps * input.batch, input.outputs);
        }
    }
}
