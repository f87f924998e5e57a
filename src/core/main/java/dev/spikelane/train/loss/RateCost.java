package dev.spikelane.train.loss;

import dev.spikelane.simd.Elements;

/** A cost of the spikes of each output over all steps, averaged over the outputs. */
public final class RateCost extends ScoredLoss {

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

    private final Cost cost;

    private RateCost(LossShape shape, Cost cost) {
        super(shape, new CountScores(new ClassBlocks(shape.outputs(), 1)), shape.outputs());
        this.cost = cost;
    }

    public static RateCost ofBounds(LossShape shape, double lower, double upper) {
        return new RateCost(shape, new Bounds(lower, upper));
    }

    public static RateCost ofDivergence(LossShape shape, double share) {
        return new RateCost(shape, new Divergence(share));
    }

    @Override
    void prepare(LossRows input, int first, int end, LossSink gradient) {
        // reads neither labels nor targets
    }

    @Override
    double cost(LossRows input, int sample, LossSink gradient) {
        double divisor = input.divisor * shape.outputs();
        double sum = 0;
        for (int output = 0; output < shape.outputs(); output++) {
            float spikes = Elements.get(row, 0, output);
            sum += cost.of(spikes, shape.steps());
            Elements.set(row, 0, output, (float) (cost.slope(spikes, shape.steps()) / divisor));
        }
        LossTerms.write(gradient, sample, 0, sum / divisor);
        return sum / divisor;
    }
}
