package dev.spikelane.train.loss;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Elements;

/** The squared distance between spike trains and target spike trains, both filtered. */
public final class VanRossum implements LossKind {

    private final LossShape shape;
    private final double tau;
    private final double decay;
    /** Filtered difference of an output at each step. */
    private final double[] distance;

    public VanRossum(LossShape shape, double tau) {
        this.shape = shape;
        this.tau = tau;
        this.decay = StrictMath.exp(-1 / tau);
        this.distance = new double[shape.steps()];
    }

    @Override
    public void evaluate(LossRows input, int first, int end, LossSink gradient, double[] terms) {
        shape.require(input, first, end, gradient, terms);
        input.targets().requireShape("targets", shape.steps() * input.batch, shape.outputs());
        double scale = 1 / (tau * shape.outputs() * input.divisor);
        FloatMatrix out = gradient.spikes();
        for (int sample = first; sample < end; sample++) {
            double sum = 0;
            for (int output = 0; output < shape.outputs(); output++) {
                sum += filter(input, sample, output);
                if (out != null) {
                    back(input.batch, sample, output, 2 * scale, out);
                }
            }
            terms[sample] = sum * scale;
            LossTerms.write(gradient, sample, 0, terms[sample]);
        }
    }

    private double filter(LossRows input, int sample, int output) {
        double now = 0;
        double sum = 0;
        for (int step = 0; step < shape.steps(); step++) {
            int row = step * input.batch + sample;
            double spike = input.spikes().get(row, output) ? 1 : 0;
            now = decay * now + spike - Elements.get(input.targets(), row, output);
            distance[step] = now;
            sum += now * now;
        }
        return sum;
    }

    private void back(int batch, int sample, int output, double scale, FloatMatrix out) {
        double now = 0;
        for (int step = shape.steps() - 1; step >= 0; step--) {
            now = decay * now + scale * distance[step];
            Elements.set(out, step * batch + sample, output, (float) now);
        }
    }
}
