package dev.spikelane.kernel.norm;

import dev.spikelane.equation.Elementwise;
import dev.spikelane.loop.Frame;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.Elements;
import dev.spikelane.simd.SimdWidth;
import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandles;
import java.util.Objects;

/**
 * Gradients through a {@link BatchNormStep}. With g the gradients of y, and n values of a channel in a step:
 *
 * <pre>{@code
 * products = sum(g * (x - mean))
 * slope    = products * inverse * inverse / n
 * gradX    = ((g - sum(g) / n) - (x - mean) * slope) * (weight * inverse)
 * }</pre>
 *
 * <p>{@code products * inverse} is added to the gradient of the weight and {@code sum(g)} to the gradient of the bias,
 * each rounded to float32. Sums are float64, in the order of the statistics. Each operation on elements is rounded to
 * float32, and the product with the slope is fused.
 *
 * <p>A step needs {@link #measure}, whose blocks threads may share, then {@link #settle}, then {@link #run}, whose
 * blocks they may share again; threads may compute different steps. Then one thread adds the gradients of weights and
 * biases by {@link #collect}.
 */
public final class BatchNormBackward implements WindowBackward {

    private static final Elementwise BACK = Elementwise.of(MethodHandles.lookup(), """
            state g
            input x, center, mean, slope, factor
            g = fma(-(x - center), slope, g - mean) * factor
            spike 0 > 1
            """);

    final NormRows rows;
    final BatchNormStep forward;
    final BatchNormSums total;
    final BlockSums sums;
    final FloatMatrix centers;

    final FloatMatrix slopes;
    final FloatMatrix means;
    final FloatMatrix factors;
    final FloatMatrix weightGradients;

    final FloatMatrix biasGradients;

    /**
     * Creates a backward pass.
     *
     * @param forward the forward pass
     * @param total the weights, and the sums of their gradients
     */
    public BatchNormBackward(Arena arena, BatchNormStep forward, BatchNormSums total) {
        this.rows = forward.rows;
        this.forward = forward;
        this.total = total;
        this.sums = new BlockSums(arena, rows.steps(), rows.batch(), rows.channels());
        this.centers = FloatMatrix.zeros(arena, rows.steps(), rows.columns());
        this.slopes = FloatMatrix.zeros(arena, rows.steps(), rows.columns());
        this.means = FloatMatrix.zeros(arena, rows.steps(), rows.columns());
        this.factors = FloatMatrix.zeros(arena, rows.steps(), rows.columns());
        this.weightGradients = FloatMatrix.zeros(arena, rows.steps(), rows.channels());
        this.biasGradients = FloatMatrix.zeros(arena, rows.steps(), rows.channels());
    }

    @Override
    public long blockBytes(long blocks) {
        return sums.bytes(blocks);
    }

    @Override
    public void begin() {
        total.ofWeights().fill(0);
        total.ofBias().fill(0);
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if a shape does not fit
     */
    @Override
    public void measure(FloatMatrix gradients, FloatMatrix values, int at, int step, int block) {
        require(gradients, values, at, block);
        Objects.checkIndex(step, forward.statistics.mean().rows());
        if (SimdWidth.VECTOR && BatchNormStepVector.takes(rows)) {
            BatchNormBackwardVector.measure(this, gradients, values, at, step, block);
        } else {
            scalarMeasure(gradients, values, at, step, block);
        }
    }

    private void require(FloatMatrix gradients, FloatMatrix values, int at, int block) {
        rows.require("gradients", gradients, at, block);
        rows.require("values", values, at, block);
        Checks.apart("gradients", gradients, "values", values);
    }

    @Override
    public void settle(int at, int step) {
        Objects.checkIndex(at, rows.steps());
        Objects.checkIndex(step, forward.statistics.mean().rows());
        for (int channel = 0; channel < rows.channels(); channel++) {
            float inverse = Elements.get(forward.statistics.inverse(), step, channel);
            double sum = sums.sum(at, 0, channel);
            double products = sums.sum(at, 1, channel);
            Elements.set(biasGradients, at, channel, (float) sum);
            Elements.set(weightGradients, at, channel, (float) (products * inverse));
            Elements.set(centers, at, channel, Elements.get(forward.statistics.mean(), step, channel));
            Elements.set(means, at, channel, (float) (sum / rows.count()));
            Elements.set(slopes, at, channel, (float) (products * inverse * inverse / rows.count()));
            Elements.set(factors, at, channel, Elements.get(total.weights(), forward.set(step), channel) * inverse);
        }
        NormFactors.repeat(centers, at, rows.channels());
        NormFactors.repeat(slopes, at, rows.channels());
        NormFactors.repeat(means, at, rows.channels());
        NormFactors.repeat(factors, at, rows.channels());
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if a shape does not fit, or the two share memory
     */
    @Override
    public void run(FloatMatrix gradients, FloatMatrix values, int at, int block) {
        require(gradients, values, at, block);
        Frame frame = BACK.frame();
        frame.put("g", gradients, rows.row(at, block));
        frame.put("x", values, rows.row(at, block));
        frame.repeat("center", centers, at);
        frame.repeat("mean", means, at);
        frame.repeat("slope", slopes, at);
        frame.repeat("factor", factors, at);
        frame.words = Math.ceilDiv(rows.columns(), Long.SIZE);
        BACK.run(frame, rows.row(at, block + 1) - rows.row(at, block));
    }

    @Override
    public void collect(int at, int step) {
        add(total.ofWeights(), forward.set(step), weightGradients, at);
        add(total.ofBias(), forward.set(step), biasGradients, at);
    }

    private static void add(FloatMatrix sum, int set, FloatMatrix ofSteps, int at) {
        for (int channel = 0; channel < sum.columns(); channel++) {
            Elements.set(sum, set, channel, Elements.get(sum, set, channel) + Elements.get(ofSteps, at, channel));
        }
    }

    void scalarMeasure(FloatMatrix gradients, FloatMatrix values, int at, int step, int block) {
        for (int channel = 0; channel < rows.channels(); channel++) {
            float center = Elements.get(forward.statistics.mean(), step, channel);
            double sum = 0;
            double products = 0;
            for (int row = rows.row(at, block); row < rows.row(at, block + 1); row++) {
                for (int i = channel; i < rows.columns(); i += rows.channels()) {
                    double g = Elements.get(gradients, row, i);
                    sum += g;
                    products += g * ((double) Elements.get(values, row, i) - center);
                }
            }
            sums.set(at, block, 0, channel, sum);
            sums.set(at, block, 1, channel, products);
        }
    }
}
