package dev.spikelane.connection.operator;

import dev.spikelane.kernel.norm.WindowBackward;
import dev.spikelane.kernel.norm.WindowStep;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/**
 * An operator that needs all samples of a step in training. Its first half computes statistics of the step in parts,
 * and its second half computes rows with them, in parts too. A path is therefore cut before it, and {@link #behind}
 * begins the path after the cut. Statistics of a window are kept for the backward pass and for recomputed steps;
 * {@linkplain #running running values} follow them once a training step. Outside of training, the operator uses running
 * values like an ordinary operator.
 */
public interface TwoStageOperator extends Operator {

    /**
     * Creates both halves of the forward pass, with the weights of this operator.
     *
     * @param segment steps whose rows are in memory at a time
     * @param steps steps of a window
     * @param batch samples of a step
     */
    WindowStep forward(Arena arena, int segment, int steps, int batch);

    /**
     * Returns the number of steps with separate values, for which a path is cut outside of training too; 0 if all steps
     * share their values.
     */
    int steps();

    /**
     * Returns true if, in training, or always if {@link #steps} is not 0, the rows of a window count as samples of one
     * step.
     */
    boolean joint();

    /** Creates the second half with running values, if steps have separate ones. */
    WindowStep ofRunning(Arena arena, int segment, int batch);

    /**
     * Creates the backward pass from the outputs to the inputs, which also computes the weight gradients of
     * {@link #behind}.
     */
    WindowBackward backward(Arena arena, WindowStep forward, WeightGradients behind);

    /**
     * Returns the operator after the cut, which passes rows and gradients on unchanged and has the learned values of
     * this operator.
     */
    Operator behind();

    /** Creates a copy of the running values, which a training step changes and writes back; null if there are none. */
    @Nullable
    RunningStatistics running();
}
