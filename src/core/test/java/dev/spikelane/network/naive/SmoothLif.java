package dev.spikelane.network.naive;

import dev.spikelane.kernel.Compare;
import dev.spikelane.kernel.Reset;
import dev.spikelane.neuron.Alpha;

/**
 * The lines of {@link NaiveLif} for one neuron in one step, in double precision, with the decisions that
 * {@link SmoothNetwork} holds.
 */
final class SmoothLif {

    private final NaiveLif lif;
    private final int i;
    private final Reset reset;

    double threshold;
    double leak;
    /** The membrane before the step and before its reset, without a change. */
    double wasBefore;

    double wasUnreset;
    double before;
    double unreset;
    final double[] others = new double[2];

    SmoothLif(NaiveLif lif, int i) {
        this.lif = lif;
        this.i = i;
        this.reset = lif.firing.reset();
    }

    private double over() {
        float limit = lif.firing.threshold().value(i);
        boolean above = lif.firing.compare() == Compare.STRICT ? wasBefore > limit : wasBefore >= limit;
        return above && reset != Reset.NONE ? 1 : 0;
    }

    /** Computes the membrane before its reset; {@code fedBack} is NaN without feedback. */
    void charge(double current, double fedBack) {
        double r = lif.firing.resetTime() == Reset.Time.SAME_STEP ? 0 : over();
        double input = current;
        for (var gain : lif.gains) {
            input *= gain.value(i);
        }
        Alpha alpha = lif.alpha;
        if (alpha != null) {
            alphaFunction(alpha, input, r);
            return;
        }
        boolean feeds = !Double.isNaN(fedBack);
        if (lif.synapse != null) {
            input = Math.clamp(lif.synapse.value(i), 0, 1) * others[0] + input + (feeds ? fedBack : 0);
            others[0] = input;
        }
        double u = switch (reset) {
            case ZERO -> (1 - r) * before;
            case SUBTRACT_DECAYED -> before - r * threshold;
            default -> before;
        };
        u = switch (lif.decay) {
            case MULTIPLY -> leak * u + input;
            case MULTIPLY_WEIGHTED -> leak * u + (1 - leak) * input;
            case EULER -> u + leak * ((lif.rest.value(i) - u) + input);
            case DIVIDE -> u + (input - (u - lif.rest.value(i))) / leak;
            case NONE -> input;
        };
        u += feeds && lif.synapse == null ? fedBack : 0;
        u = lif.rectified && !(wasUnreset > 0) ? 0 : u;
        unreset = switch (reset) {
            case SUBTRACT -> u - r * threshold;
            case CLEAR -> u - r * u;
            default -> u;
        };
    }

    private void alphaFunction(Alpha model, double input, double r) {
        double slow = Math.clamp(model.alpha().value(i), 0, 1);
        double fast = Math.clamp(model.beta().value(i), 0, 1);
        double tau = Math.log(slow) / (Math.log(fast) - Math.log(slow)) + 1;
        double h = others[1];
        others[0] = slow * others[0] + input;
        others[1] = fast * others[1] - input;
        unreset = tau * (others[0] + others[1]);
        boolean subtracts = reset == Reset.SUBTRACT;
        others[0] -= r * (subtracts ? threshold : others[0]);
        others[1] -= r * others[1];
        unreset += subtracts ? r * h : -r * unreset;
    }

    /** Returns the argument of the surrogate. */
    double distance() {
        if (lif.firesBefore) {
            return before - threshold;
        }
        return (lif.firesOnChange ? Math.signum(wasUnreset - wasBefore) * (unreset - before) : unreset) - threshold;
    }

    /**
     * Returns the membrane after the step.
     *
     * @param smooth the spike with gradients, which snnTorch's immediate reset passes
     * @param fired the spike of the original run
     */
    double resetAtOnce(double smooth, double fired) {
        Reset.Time time = lif.firing.resetTime();
        if (reset == Reset.NONE || time == Reset.Time.NEXT_STEP || lif.firesBefore || lif.firesOnChange) {
            return unreset;
        }
        boolean subtracts = reset == Reset.SUBTRACT || reset == Reset.SUBTRACT_DECAYED;
        if (time == Reset.Time.SAME_STEP_DIFFERENCE) {
            double factor = lif.firing.inhibition() && lif.graded.value(i) != 0 ? lif.graded.value(i) : 1;
            return unreset - (smooth / factor - over()) * (subtracts ? threshold : unreset);
        }
        return subtracts ? unreset - fired * threshold : (1 - fired) * unreset + fired * lif.resetPotential.value(i);
    }
}
