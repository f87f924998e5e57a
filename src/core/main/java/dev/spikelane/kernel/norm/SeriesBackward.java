package dev.spikelane.kernel.norm;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Elements;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Gradients through a {@link SeriesStep}: {@code gradX[s] = sum of weights[t, s] * g[t]}, t ascending from +0, each
 * product added by a fused multiply-add. The gradient of {@code weights[t, s]} is the sum of {@code g[t] * x[s]}, and
 * the gradient of {@code bias[t]} is the sum of {@code g[t]}. These sums are float64: each sample's columns ascending,
 * then samples ascending, rounded once.
 */
public final class SeriesBackward implements WindowBackward {

    private final SeriesStep forward;
    private final FloatMatrix weightGradients;
    private final FloatMatrix biasGradients;
    private final FloatMatrix upstream;
    /** Sums of {@code g[t] * x[s]} for each row and step, and of {@code g[t]}: rows of doubles. */
    private final FloatMatrix sums;

    /**
     * Creates a backward pass.
     *
     * @param forward the forward pass
     * @param weightGradients receives the gradients of the weights
     * @param biasGradients receives the gradients of the bias
     */
    public SeriesBackward(Arena arena, SeriesStep forward, FloatMatrix weightGradients, FloatMatrix biasGradients) {
        this.forward = forward;
        this.weightGradients = weightGradients;
        this.biasGradients = biasGradients;
        this.upstream = FloatMatrix.zeros(arena, forward.rows.batch(), forward.rows.columns());
        this.sums = FloatMatrix.zeros(arena, forward.rows.batch(), 2 * (forward.steps + 1));
    }

    @Override
    public void begin() {
        weightGradients.fill(0);
        biasGradients.fill(0);
    }

    @Override
    public void measure(FloatMatrix gradients, FloatMatrix values, int at, int step, int block) {
        long bytes = (long) forward.rows.columns() * Float.BYTES;
        for (int row = forward.rows.row(at, block); row < forward.rows.row(at, block + 1); row++) {
            MemorySegment.copy(
                    gradients.segment(), gradients.rowOffset(row), upstream.segment(), upstream.rowOffset(row), bytes);
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
                Elements.set(weightGradients, to, from, sum(to, from));
            }
            Elements.set(biasGradients, 0, to, sum(to, forward.steps));
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
        forward.sum(upstream, gradients, block, true);
    }
}
