package dev.spikelane.connection.operator;

import dev.spikelane.kernel.norm.WindowBackward;
import dev.spikelane.kernel.norm.WindowStep;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/**
 * An operator that needs all samples of a step in training, before it makes any: its first half adds up statistics of
 * the step, its second half makes rows by them, each in parts. So its path is cut in front of it; the operator behind
 * the cut is {@link #behind}. Statistics of a window are kept for the way back, and for steps that are computed again;
 * {@linkplain #running running values} follow them once a step of training, and serve where nothing is trained, where
 * this is an operator as any other.
 */
public interface TwoStageOperator extends Operator {

    /**
     * Prepares both halves of the way forward, with the weights that this operator has.
     *
     * @param arena the arena that owns the statistics
     * @param segment steps whose rows are there at a time
     * @param steps of a window
     * @param batch samples of a step
     * @return an object that measures steps and makes their rows
     */
    WindowStep forward(Arena arena, int segment, int steps, int batch);

    /**
     * Returns for how many steps this has values, each of its own. Then its path is cut where nothing is trained too.
     *
     * @return steps from the last reset on; 0 if all steps have the same values
     */
    int steps();

    /**
     * Tells whether all steps of a window are taken together, as if their rows were the samples of one step: in
     * training and, where {@link #steps} says how many there are, always.
     *
     * @return whether a window is one step
     */
    boolean joint();

    /**
     * Prepares the second half with running values, where steps have their own.
     *
     * @param arena the arena that owns its memory
     * @param segment steps whose rows are there at a time
     * @param batch samples of a step
     * @return an object that makes rows by statistics that are there, in the row of the step
     */
    WindowStep ofRunning(Arena arena, int segment, int batch);

    /**
     * Prepares the way back from the outputs to the inputs.
     *
     * @param arena the arena that owns its memory
     * @param forward the way forward
     * @param behind the gradients of the weights of {@link #behind}, which the way back makes
     * @return the way back
     */
    WindowBackward backward(Arena arena, WindowStep forward, WeightGradients behind);

    /**
     * Returns a stand-in of this operator behind rows that both halves have made: they pass as they are, and so do
     * their gradients. Its learned values are those of this operator.
     *
     * @return an operator that takes values
     */
    Operator behind();

    /**
     * Prepares running values for training.
     *
     * @return copies, which a training step moves and gives back; null if there are none
     */
    @Nullable
    RunningStatistics running();
}
