package dev.spikelane.connection.operator;

import dev.spikelane.kernel.base.GradientSink;
import dev.spikelane.kernel.base.Tile;
import dev.spikelane.kernel.product.PreparedFrame;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The way back through an {@link Operator}: from the gradients of what it makes to those of its source, and to those of
 * its weights. It owns the sums of the latter.
 *
 * <p>Rows are time-major, {@code row = step * batch + sample}. Sums over rows go by steps descending, within a step by
 * samples ascending: those of spikes in groups of four, each complete before it is added; those of values one fused
 * multiply-add a row. So steps may come in any number of calls, the last steps first.
 */
@SuppressWarnings("exports") // annotations for checks at compile time
public interface OperatorGradient {

    /**
     * Weights that can be learned, and their gradient.
     *
     * @param name among the operator's {@link Operator#values}
     * @param values the weights themselves, in the layout of the operator; padding is zero
     * @param gradient makes room for the gradient at the first call, and returns it from then on
     */
    record Learned(String name, FloatMatrix values, Supplier<Sum> gradient) {}

    /**
     * The gradient of weights.
     *
     * @param packed in the layout of the weights, padding is zero
     * @param inTorch the same as a matrix in torch's layout
     */
    record Sum(FloatMatrix packed, Values inTorch) {}

    /**
     * Gives gradients to a sink from now on, in place of storing them. They must then be added once in a step, all rows
     * in one call for each block.
     *
     * @param name of the weights
     * @param sink takes each gradient as soon as it is complete
     * @return whether it will be so; else gradients are stored as before
     */
    default boolean give(String name, GradientSink sink) {
        return false;
    }

    /**
     * Computes the gradients of the first rows of the source for some blocks of 64 inputs, each sum from zero over
     * outputs ascending.
     *
     * @param gradient {@code [at least rows x outputs]}: gradients of what the operator made
     * @param rows how many rows, at least 1
     * @param into {@code [at least rows x inputs]}, of which these rows of the blocks in use are overwritten
     */
    void pull(FloatMatrix gradient, int rows, Tile into);

    /**
     * Returns the weights as {@link #pull} reads them, for those who pull by themselves.
     *
     * @return 64 inputs side by side, a row for each output rounded up to a multiple of 16, block after block; null if
     *     there is no such matrix
     */
    default @Nullable FloatMatrix pulling() {
        return null;
    }

    /**
     * Takes rows of the source, whose gradients come next.
     *
     * @param source {@code [steps * batch x inputs]}
     * @param batch samples of a step
     */
    void prepare(Signal source, int batch);

    /**
     * Takes one frame that was the source of all steps; gradients that come next are sums over all steps.
     *
     * @param frame {@code [batch x inputs]}
     * @param version grows whenever the frame is written
     * @param forward what the operator prepared of it; null if it did not
     */
    void prepareFrame(FloatMatrix frame, long version, @Nullable PreparedFrame forward);

    /**
     * Returns in how many parts threads should prepare the rows that were taken, in this round; {@link #prepare} and
     * {@link #prepareFrame} open the first. All rounds have to be gone through before gradients are added.
     *
     * @return parts; 0 if all is prepared
     */
    default int parts() {
        return 0;
    }

    /**
     * Prepares a part of this round.
     *
     * @param part of {@link #parts}
     * @param thread which of the threads prepares, from 0
     */
    default void preparePart(int part, int thread) {}

    /** Goes to the next round, when all parts of this one are done. */
    default void nextRound() {}

    /**
     * Returns into how many shares of inputs {@link #add} splits a block, for threads that would have too few of these.
     *
     * @return at least 1
     */
    default int shares() {
        return 1;
    }

    /**
     * Adds the gradients of the weights for some blocks of 64 outputs.
     *
     * @param gradient {@code [steps * batch x outputs]}: gradients of what the operator made of the rows that it was
     *     given, at the blocks in use
     * @param share of the inputs, from 0
     * @param thread which of the threads adds, from 0
     */
    void add(Tile gradient, int share, int thread);

    /**
     * Tells how much memory lists may take beside that of the arena, for sources such as the last.
     *
     * @param steps of a source
     * @param samples of a step
     * @return the most bytes on the heap
     */
    default long listBytes(int steps, int samples) {
        return 0;
    }

    /**
     * Tells whether the gradients of weights of the rows that were taken can go to the sink some steps at a time, by
     * {@link #openTurns}, {@link #addTurn} and {@link #closeTurns} in place of {@link #add}, with the same bits; to be
     * asked before threads share the work, as it makes room.
     *
     * @param stepsInTurn steps of each turn but the last, which may have fewer
     * @param blocks the most blocks that a thread takes at a time
     * @return whether they can
     */
    default boolean takesTurns(int stepsInTurn, int blocks) {
        return false;
    }

    /**
     * Begins the gradients of some blocks.
     *
     * @param thread which of the threads adds, from 0
     */
    default void openTurns(int thread) {
        throw new IllegalStateException("gradients are not taken in turns");
    }

    /**
     * Adds the gradients of the weights for the blocks in use; the last steps come first.
     *
     * @param gradient gradients of what the operator made of the rows of these steps, from row 0 on
     * @param firstStep the first step
     * @param endStep the step behind the last
     * @param thread as in {@link #openTurns}
     */
    default void addTurn(Tile gradient, int firstStep, int endStep, int thread) {
        throw new IllegalStateException("gradients are not taken in turns");
    }

    /**
     * Gives the gradients to the sink, when all steps were added.
     *
     * @param gradient at the blocks that were opened
     * @param thread as in {@link #openTurns}
     */
    default void closeTurns(Tile gradient, int thread) {
        throw new IllegalStateException("gradients are not taken in turns");
    }

    /** Multiplies sums that came from spikes by what the spikes carry; to be called once, when all rows were added. */
    void finish();

    /** Makes all sums zero. */
    void clear();

    /** Takes notice that the weights have changed. */
    void update();

    /**
     * Returns the weights that can be learned.
     *
     * @return weights with their gradients, in the order of {@link Operator#values}; empty if there are none
     */
    List<Learned> learned();
}
