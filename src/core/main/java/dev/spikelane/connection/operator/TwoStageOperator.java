package dev.spikelane.connection.operator;

import dev.spikelane.kernel.norm.WindowBackward;
import dev.spikelane.kernel.norm.WindowStep;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/**
 * An operator that needs all samples of a step in training. Its first half computes statistics of the step in parts,
 * and its second half computes rows with them, in parts too. A path is therefore cut before it, and {@link #behind}
 * begins the path after the cut. Statistics of a window are kept for the backward pass and for recomputed steps.
 * {@linkplain #running Running values} follow them once a training step. Outside of training the running values are
 * used, and this is an ordinary operator.
 */
public interface TwoStageOperator extends Operator {

    /**
     * Creates both halves of the forward pass, with the weights of this operator.
     *
     * @param arena the arena that owns the statistics
     * @param segment steps whose rows are in memory at a time
     * @param steps steps of a window
     * @param batch samples of a step
     * @return an object that computes statistics and rows of steps
     */
    WindowStep forward(Arena arena, int segment, int steps, int batch);

    /**
     * Returns the number of steps with their own values. Then a path is cut outside of training too.
     *
     * @return steps from the last reset on; 0 if all steps share their values
     */
    int steps();

    /**
     * Returns true if all steps of a window have joint statistics, as if their rows were samples of one step. This
     * holds in training, and always if {@link #steps} is not 0.
     *
     * @return true if a window counts as one step
     */
    boolean joint();

    /**
     * Creates the second half with running values, if steps have their own.
     *
     * @param arena the arena that owns its memory
     * @param segment steps whose rows are in memory at a time
     * @param batch samples of a step
     * @return an object that computes rows with the values of their step
     */
    WindowStep ofRunning(Arena arena, int segment, int batch);

    /**
     * Creates the backward pass from the outputs to the inputs.
     *
     * @param arena the arena that owns its memory
     * @param forward the forward pass
     * @param behind the gradients of the weights of {@link #behind}, which the backward pass computes
     * @return the backward pass
     */
    WindowBackward backward(Arena arena, WindowStep forward, WeightGradients behind);

    /**
     * Returns the operator after the cut, which passes computed rows and their gradients on unchanged. Its learned
     * values are the values of this operator.
     *
     * @return an operator for values
     */
    Operator behind();

    /**
     * Creates running values for training.
     *
     * @return copies, which a training step changes and writes back; null if there are none
     */
    @Nullable
    RunningStatistics running();
}
