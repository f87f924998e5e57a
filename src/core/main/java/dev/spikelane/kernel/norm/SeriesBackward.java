package dev.spikelane.kernel.norm;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Elements;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Takes gradients back through a {@link SeriesStep}: {@code gradX[s] = sum of weights[t, s] * g[t]}, t ascending from
 * +0, each product added by a fused multiply-add. The gradient of {@code weights[t, s]} is the sum of
 * {@code g[t] * x[s]}, that of {@code bias[t]} the sum of {@code g[t]}: in float64, each sample's by itself, columns
 * ascending, then samples ascending, rounded once.
 */
public final class SeriesBackward implements WindowBackward {

    private final SeriesStep forward;
    private final FloatMatrix ofWeights;
    private final FloatMatrix ofBias;
    /** The gradients of what was made, as those of the rows take their place. */
    private final FloatMatrix made;
    /** The sums of each row with those of each step, and its own: rows of doubles. */
    private final FloatMatrix sums;

    /**
     * Makes a way back.
     *
     * @param arena the arena that owns what it works with
     * @param forward the way forward
     * @param ofWeights receives the gradients of the weights
     * @param ofBias receives those of the bias
     */
    public SeriesBackward(Arena arena, SeriesStep forward, FloatMatrix ofWeights, FloatMatrix ofBias) {
        this.forward = forward;
        this.ofWeights = ofWeights;
        this.ofBias = ofBias;
        this.made = FloatMatrix.zeros(arena, forward.rows.batch(), forward.rows.columns());
        this.sums = FloatMatrix.zeros(arena, forward.rows.batch(), 2 * (forward.steps + 1));
    }

    @Override
    public void begin() {
        ofWeights.fill(0);
        ofBias.fill(0);
    }

    @Override
    public void measure(FloatMatrix gradients, FloatMatrix values, int at, int step, int block) {
        long bytes = (long) forward.rows.columns() * Float.BYTES;
        for (int row = forward.rows.row(at, block); row < forward.rows.row(at, block + 1); row++) {
            MemorySegment.copy(
                    gradients.segment(), gradients.rowOffset(row), made.segment(), made.rowOffset(row), bytes);
            double own = 0;
            for (int i = 0; i < forward.rows.columns(); i++) {
                own += Elements.get(gradients, row, i);
            }
            sums.segment().set(ValueLayout.JAVA_DOUBLE, place(row, forward.steps), own);
            for (int other = 0; other < forward.steps; other++) {
                int from = other * forward.batch + row % forward.batch;
                double sum = 0;
                for (int i = 0; i < forward.rows.columns(); i++) {
                    sum += (double) Elements.get(gradients, row, i) * Elements.get(values, from, i);
                }
                sums.segment().set(ValueLayout.JAVA_DOUBLE, place(row, other), sum);
            }
        }
    }

    private long place(int row, int step) {
        return sums.rowOffset(row) + (long) step * Double.BYTES;
    }

    @Override
    public void settle(int at, int step) {
        for (int to = 0; to < forward.steps; to++) {
            for (int from = 0; from < forward.steps; from++) {
                Elements.set(ofWeights, to, from, sum(to, from));
            }
            Elements.set(ofBias, 0, to, sum(to, forward.steps));
        }
    }

    private float sum(int to, int from) {
        double sum = 0;
        for (int sample = 0; sample < forward.batch; sample++) {
            sum += sums.segment().get(ValueLayout.JAVA_DOUBLE, place(to * forward.batch + sample, from));
        }
        return (float) sum;
    }

    @Override
    public void run(FloatMatrix gradients, FloatMatrix values, int at, int block) {
        forward.sum(made, gradients, block, true);
    }
}
