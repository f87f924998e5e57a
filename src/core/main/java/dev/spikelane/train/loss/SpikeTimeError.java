package dev.spikelane.train.loss;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Elements;

/** Squared errors of spike times; times and targets are divided by the number of steps before they are compared. */
final class SpikeTimeError extends LossKind {

    private final int spikes;
    private final SpikeTimes times;
    private final ErrorTargets[] targets;
    private final double tolerance;
    private final ErrorWeights weights;

    SpikeTimeError(LossShape shape, SpikeTimes times, ErrorForm.SpikeTime form, ErrorWeights weights) {
        super(shape);
        this.spikes = form.spikes();
        this.times = times;
        this.targets = form.targets();
        this.tolerance = form.tolerance();
        this.weights = weights;
    }

    @Override
    void prepare(LossRows input, int first, int end, LossSink gradient) {
        if (targets.length == 0) {
            input.targets().requireShape("targets", spikes * input.batch, shape.outputs());
        } else {
            Labels.require(input, first, end, shape.outputs());
            weights.require(input, shape.outputs());
        }
        times.prepare(input, first, end);
        FloatMatrix out = gradient.spikes();
        if (out != null) {
            LossTerms.clear(input, first, end, out);
        }
    }

    @Override
    double term(LossRows input, int sample, LossSink gradient) {
        times.find(input, sample);
        double sum = 0;
        for (int spike = 0; spike < spikes; spike++) {
            sum += oneSpike(input, sample, spike, gradient);
        }
        return sum;
    }

    private double oneSpike(LossRows input, int sample, int spike, LossSink gradient) {
        int steps = shape.steps();
        double sum = 0;
        for (int output = 0; output < shape.outputs(); output++) {
            int time = times.get(spike, output);
            float target = target(input, sample, spike, output);
            float counted = Math.abs(time - target) < tolerance ? target : time;
            float error = counted / steps - target / steps;
            float weight = weights.of(input, sample, output);
            double term = (double) error * error * weight / input.divisor;
            LossTerms.write(gradient, spike * input.batch + sample, output, term);
            sum += term;
            FloatMatrix out = gradient.spikes();
            if (out != null) {
                float slope = (float) (-2.0 * error * weight / steps / input.divisor);
                Elements.set(out, time * input.batch + sample, output, slope);
            }
        }
        return sum;
    }

    /** Returns a target; a negative one counts from the end. */
    private float target(LossRows input, int sample, int spike, int output) {
        float target = targets.length == 0
                ? Elements.get(input.targets(), spike * input.batch + sample, output)
                : targets[spike].value(input.labels[sample], output);
        return target < 0 ? shape.steps() + target : target;
    }
}
