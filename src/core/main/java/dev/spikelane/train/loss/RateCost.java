package dev.spikelane.train.loss;

import dev.spikelane.memory.FloatMatrix;
import java.util.Arrays;

/** A cost of the spikes of each output over all steps, averaged over the outputs. */
public final class RateCost implements LossKind {

    /** A function of a spike count, and its slope: the difference for one more spike. */
    private interface Cost {
        double of(double spikes, int steps);

        double slope(double spikes, int steps);
    }

    /** Squared distances of rates from a range. */
    private record Bounds(double lower, double upper) implements Cost {

        private double beyond(double rate) {
            return rate < lower ? rate - lower : Math.max(0, rate - upper);
        }

        @Override
        public double of(double spikes, int steps) {
            double beyond = beyond(spikes / steps);
            return beyond * beyond;
        }

        @Override
        public double slope(double spikes, int steps) {
            return 2 * beyond(spikes / steps) / steps;
        }
    }

    /** The divergence between a coin with the output's rate and a coin with the target rate. */
    private record Divergence(double share) implements Cost {

        /** Returns a rate strictly between 0 and 1. */
        private static double rate(double spikes, int steps) {
            return (spikes + 0.5) / (steps + 1.0);
        }

        @Override
        public double of(double spikes, int steps) {
            double rate = rate(spikes, steps);
            return share * StrictMath.log(share / rate) + (1 - share) * StrictMath.log((1 - share) / (1 - rate));
        }

        @Override
        public double slope(double spikes, int steps) {
            double rate = rate(spikes, steps);
            return ((1 - share) / (1 - rate) - share / rate) / (steps + 1.0);
        }
    }

    private final LossShape shape;
    private final Cost cost;
    private final int[] counts;
    private final FloatMatrix slopes;

    private RateCost(LossShape shape, Cost cost) {
        this.shape = shape;
        this.cost = cost;
        this.counts = new int[shape.outputs()];
        this.slopes = FloatMatrix.zeros(1, shape.outputs());
    }

    public static RateCost ofBounds(LossShape shape, double lower, double upper) {
        return new RateCost(shape, new Bounds(lower, upper));
    }

    public static RateCost ofDivergence(LossShape shape, double share) {
        return new RateCost(shape, new Divergence(share));
    }

    @Override
    public void evaluate(LossRows input, int first, int end, LossSink gradient, double[] terms) {
        shape.require(input, first, end, gradient, terms);
        double divisor = input.divisor * shape.outputs();
        FloatMatrix out = gradient.spikes();
        for (int sample = first; sample < end; sample++) {
            count(input, sample);
            double sum = 0;
            for (int output = 0; output < counts.length; output++) {
                sum += cost.of(counts[output], shape.steps());
                slopes.set(0, output, (float) (cost.slope(counts[output], shape.steps()) / divisor));
            }
            terms[sample] = sum / divisor;
            LossTerms.write(gradient, sample, 0, terms[sample]);
            if (out != null) {
                LossTerms.toAllSteps(slopes, input, sample, out);
            }
        }
    }

    private void count(LossRows input, int sample) {
        Arrays.fill(counts, 0);
        for (int step = 0; step < shape.steps(); step++) {
            int row = step * input.batch + sample;
            for (int i = input.spikes().next(row, 0); i >= 0; i = input.spikes().next(row, i + 1)) {
                counts[i]++;
            }
        }
    }
}
