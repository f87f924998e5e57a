package dev.spikelane.connection.operator;

import dev.spikelane.kernel.pool.PooledGradients;
import dev.spikelane.kernel.product.gradient.PreparedFrame;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import org.jspecify.annotations.Nullable;

/** Rows of a source for weight gradients, and the gradients of their outputs. The object is reused. */
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

    public WeightRows(Signal source) {
        this.source = source;
    }

    /** Sets the rows {@code [steps * batch x inputs]} of some steps. */
    public WeightRows of(Signal rows, int samples) {
        source = rows;
        batch = samples;
        frame = false;
        forward = null;
        return this;
    }

    /**
     * Sets a frame {@code [batch x inputs]} that is the source of all steps; gradients are then sums over all steps.
     *
     * @param itsVersion a number that grows with each write to the frame
     * @param prepared the preparation of the forward pass, or null
     */
    public WeightRows ofFrame(FloatMatrix rows, long itsVersion, @Nullable PreparedFrame prepared) {
        of(rows, rows.rows());
        frame = true;
        version = itsVersion;
        forward = prepared;
        return this;
    }

    /** Sets the gradients of all rows; null if {@link WeightGradients#add} brings them. */
    public WeightRows gradient(@Nullable FloatMatrix all) {
        gradient = all;
        pooled = null;
        return this;
    }

    /** Sets gradients after a max pool that follows the operator, an equal object for each thread. */
    public void pooled(PooledGradients[] ofThreads) {
        gradient = null;
        pooled = ofThreads;
    }

    /**
     * Sets the position of these steps in a window.
     *
     * @param areLast true if its last steps are included, which come first: sums begin
     * @param areFirst true if its first steps are included: sums are then complete
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

    @Nullable
    public FloatMatrix gradient() {
        return gradient;
    }

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
