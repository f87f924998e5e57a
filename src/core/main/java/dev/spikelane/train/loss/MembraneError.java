package dev.spikelane.train.loss;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Elements;
import java.util.Arrays;

/** Squared errors of membranes, with targets that may change over time. */
final class MembraneError extends LossKind {

    private final TargetSource source;
    private final ErrorTargets levels;
    private final ErrorWeights weights;
    private final double[] sums;

    MembraneError(LossShape shape, TargetSource source, ErrorTargets levels, ErrorWeights weights) {
        super(shape);
        this.source = source;
        this.levels = levels;
        this.weights = weights;
        this.sums = new double[shape.outputs()];
    }

    @Override
    double term(LossRows input, int sample, LossSink gradient) {
        double divisor = input.divisor * shape.steps();
        FloatMatrix membranes = input.membranes();
        FloatMatrix out = gradient.membranes();
        Arrays.fill(sums, 0);
        for (int step = 0; step < shape.steps(); step++) {
            int row = step * input.batch + sample;
            for (int output = 0; output < shape.outputs(); output++) {
                float error = Elements.get(membranes, row, output) - target(input, step, sample, output);
                float weight = weights.of(input, sample, output);
                sums[output] += (double) error * error * weight;
                if (out != null) {
                    Elements.set(out, row, output, (float) (2.0 * error * weight / divisor));
                }
            }
        }
        double sum = 0;
        for (int output = 0; output < shape.outputs(); output++) {
            LossTerms.write(gradient, sample, output, sums[output] / divisor);
            sum += sums[output];
        }
        return sum / divisor;
    }

    @Override
    void prepare(LossRows input, int first, int end, LossSink gradient) {
        switch (source) {
            case SAMPLE_LABELS -> {
                Labels.require(input, first, end, shape.outputs());
                weights.require(input, shape.outputs());
            }
            case STEP_LABELS -> Labels.require(input, shape.steps(), "step", 0, shape.steps(), shape.outputs());
            case NUMBERS -> {
                FloatMatrix targets = input.targets();
                int rows = targets.rows() == input.batch ? input.batch : shape.steps() * input.batch;
                targets.requireShape("targets", rows, shape.outputs());
            }
        }
    }

    private float target(LossRows input, int step, int sample, int output) {
        return switch (source) {
            case SAMPLE_LABELS -> levels.value(input.labels[sample], output);
            case STEP_LABELS -> levels.value(input.labels[step], output);
            case NUMBERS -> {
                FloatMatrix targets = input.targets();
                int row = targets.rows() == input.batch ? sample : step * input.batch + sample;
                yield Elements.get(targets, row, output);
            }
        };
    }
}
