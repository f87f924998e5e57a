package dev.spikelane.connection.operator;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.Tile;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The way back through an {@link Operator}: from the gradients of what it makes to those of its source, and to those of its weights. It owns
 * the sums of the latter.
 *
 * <p>Rows are time-major, {@code row = step * batch + sample}. Sums over rows go by steps descending, within a step by samples ascending: those
 * of spikes in groups of four, each complete before it is added; those of values one fused multiply-add a row. So steps may come in any
 * number of calls, the last steps first.
 */
@SuppressWarnings("exports") // annotations for checks at compile time
public interface OperatorGradient {

    /**
     * Weights that can be learned, and their gradient.
     *
     * @param name among the operator's {@link Operator#values}
     * @param values the weights themselves, in the layout of the operator; padding is zero
     * @param gradient of the same layout, padding is zero
     * @param inTorch the gradient as a matrix in torch's layout
     */
    record Learned(String name, FloatMatrix values, FloatMatrix gradient, Values inTorch) {}

    /**
     * Computes the gradients of the first rows of the source for some blocks of 64 inputs, each sum from zero over outputs ascending.
     *
     * @param gradient {@code [at least rows x outputs]}: gradients of what the operator made
     * @param rows how many rows, at least 1
     * @param into {@code [at least rows x inputs]}, of which these rows of the blocks in use are overwritten
     */
    void pull(FloatMatrix gradient, int rows, Tile into);

    /**
     * Returns the weights as {@link #pull} reads them, for those who pull by themselves.
     *
     * @return 64 inputs side by side, a row for each output rounded up to a multiple of 16, block after block; null if there is no such matrix
     */
    default @Nullable FloatMatrix pulling() {
        return null;
    }

    /**
     * Takes a frame whose results come next, if this can compute them faster than the operator.
     *
     * @param frame {@code [batch x inputs]}
     * @return whether {@link #multiplyFrame} should be called
     */
    default boolean openFrame(FloatMatrix frame) {
        return false;
    }

    /**
     * Computes what the operator makes of a frame that was opened, with the same bits but for the sign of zeros.
     *
     * @param frame {@code [batch x inputs]}
     * @param current {@code [batch x outputs]}, overwritten for the blocks
     * @param firstBlock the first block of 64 outputs
     * @param endBlock the block behind the last
     * @param thread which of the threads computes, from 0
     */
    default void multiplyFrame(FloatMatrix frame, FloatMatrix current, int firstBlock, int endBlock, int thread) {
        throw new IllegalStateException("no frame was opened");
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
     */
    void prepareFrame(FloatMatrix frame);

    /**
     * Adds the gradients of the weights for some blocks of 64 outputs.
     *
     * @param gradient {@code [steps * batch x outputs]}: gradients of what the operator made of the rows that it was given
     * @param firstBlock the first block of outputs
     * @param endBlock the block behind the last
     * @param thread which of the threads adds, from 0
     */
    void add(FloatMatrix gradient, int firstBlock, int endBlock, int thread);

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
