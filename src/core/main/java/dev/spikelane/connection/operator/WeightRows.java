package dev.spikelane.connection.operator;

import dev.spikelane.kernel.pool.PooledGradients;
import dev.spikelane.kernel.product.gradient.PreparedFrame;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import org.jspecify.annotations.Nullable;

/**
 * Rows of a source from which weights learn, and the gradients of their outputs. An object is made once, and
 * used again.
 */
@SuppressWarnings("exports") // annotations for checks at compile time
public final class WeightRows {

    private Signal source;
    private int batch = 1;
    private boolean frame;
    private long version;
    private @Nullable PreparedFrame forward;
    private @Nullable FloatMatrix gradient;
    private PooledGradients @Nullable [] pooled;
    private boolean last = true;
    private boolean first = true;

    /**
     * Makes an object that holds some rows.
     *
     * @param source any rows
     */
    public WeightRows(Signal source) {
        this.source = source;
    }

    /**
     * Goes to the rows of some steps.
     *
     * @param rows {@code [steps * batch x inputs]}
     * @param samples of a step
     * @return this
     */
    public WeightRows of(Signal rows, int samples) {
        source = rows;
        batch = samples;
        frame = false;
        forward = null;
        return this;
    }

    /**
     * Goes to one frame that was the source of all steps; gradients are sums over all steps then.
     *
     * @param rows {@code [batch x inputs]}
     * @param itsVersion grows whenever the frame is written
     * @param prepared the preparation of the way forward; null if nothing
     * @return this
     */
    public WeightRows ofFrame(FloatMatrix rows, long itsVersion, @Nullable PreparedFrame prepared) {
        of(rows, rows.rows());
        frame = true;
        version = itsVersion;
        forward = prepared;
        return this;
    }

    /**
     * Says where the gradients are, no pool behind the operator.
     *
     * @param all as many rows as the source; null if they come by and by
     * @return this
     */
    public WeightRows gradient(@Nullable FloatMatrix all) {
        gradient = all;
        pooled = null;
        return this;
    }

    /**
     * Says where the gradients behind a pool of largest values are, which stands right behind the operator.
     *
     * @param ofThreads the same for each thread
     */
    public void pooled(PooledGradients[] ofThreads) {
        gradient = null;
        pooled = ofThreads;
    }

    /**
     * Says which steps of a window these are.
     *
     * @param areLast whether its last are among them, which come first: sums begin
     * @param areFirst whether its first are among them: sums are complete then
     * @return this
     */
    public WeightRows steps(boolean areLast, boolean areFirst) {
        last = areLast;
        first = areFirst;
        return this;
    }

    public Signal source() {
        return source;
    }

    public int batch() {
        return batch;
    }

    boolean isFrame() {
        return frame;
    }

    long version() {
        return version;
    }

    @Nullable
    PreparedFrame forward() {
        return forward;
    }

    /** The gradients of all rows; null if they come by {@link WeightGradients#add}. */
    @Nullable
    public FloatMatrix gradient() {
        return gradient;
    }

    /** The gradients behind a pool, for each thread; null if there is no pool. */
    public PooledGradients @Nullable [] pooled() {
        return pooled;
    }

    public boolean begins() {
        return last;
    }

    public boolean ends() {
        return first;
    }
}
