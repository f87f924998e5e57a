package dev.spikelane.train.loss;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Elements;

/** The squared distance between spike trains and target spike trains, both filtered. */
public final class VanRossum extends LossKind {

    private final double tau;
    private final double decay;
    private final double[] distance;

    public VanRossum(LossShape shape, double tau) {
        super(shape);
        this.tau = tau;
        this.decay = StrictMath.exp(-1 / tau);
        this.distance = new double[shape.steps()];
    }

    @Override
    void prepare(LossRows input, int first, int end, LossSink gradient) {
        input.targets().requireShape("targets", shape.steps() * input.batch, shape.outputs());
    }

    @Override
    double term(LossRows input, int sample, LossSink gradient) {
        double scale = 1 / (tau * shape.outputs() * input.divisor);
        FloatMatrix out = gradient.spikes();
        double sum = 0;
        for (int output = 0; output < shape.outputs(); output++) {
            sum += filter(input, sample, output);
            if (out != null) {
                back(input.batch, sample, output, 2 * scale, out);
            }
        }
        LossTerms.write(gradient, sample, 0, sum * scale);
        return sum * scale;
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
