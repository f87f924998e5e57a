package dev.spikelane.network.naive;

import dev.spikelane.connection.OneToOne;
import dev.spikelane.fixture.ResidualNetworks;
import dev.spikelane.kernel.Compare;
import dev.spikelane.kernel.Decay;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.Parameter;
import dev.spikelane.neuron.Recurrence;
import dev.spikelane.simd.Logarithm;

/** The derivative of each line of {@link NaiveLif}, for one neuron of one sample, from the last line to the first. */
public final class NaiveLifBack {

    private final NaiveArithmetic arithmetic;
    private final NaiveLif lif;
    private final Parameter carries;
    /** True if projections enter the port {@code feedback}. */
    private final boolean fed;

    /** Values before and in the step. */
    float before;

    float second;
    float third;
    float unreset;
    boolean fired;
    boolean winner;
    boolean firedBefore;
    /** Input of the port {@code identity}. */
    float identity;

    /** Gradients of the variables after the step, then before it. */
    final double[] ofVariables = new double[3];

    /** Gradients of the spike value, then of the spike. */
    double ofSpike;

    double ofCurrent;
    double ofFedBack;
    double ofIdentity;
    double ofFiredBefore;
    /** Sums of parameter gradients. */
    public double ofThreshold;

    public double ofLeak;
    public double ofShare;
    double ofScale;
    public double ofOwn;
    public double ofFactor;

    NaiveLifBack(NaiveArithmetic arithmetic, NaiveLif lif, Parameter carries, boolean fed) {
        this.arithmetic = arithmetic;
        this.fed = fed;
        this.lif = lif;
        this.carries = carries;
    }

    /** Replaces the derivative of firing. */
    public static float surrogate(float distance, float gradient) {
        return gradient / denominator(distance);
    }

    private static float denominator(float distance) {
        return 1 + distance * distance;
    }

    void step(int i) {
        float threshold = lif.firing.threshold().value(i);
        Reset reset = lif.firing.reset();
        Reset.Time time = lif.firing.resetTime();
        boolean subtracts = reset == Reset.SUBTRACT || reset == Reset.SUBTRACT_DECAYED;
        boolean later = time != Reset.Time.SAME_STEP && reset != Reset.NONE;
        boolean atOnce = time != Reset.Time.NEXT_STEP && reset != Reset.NONE && !lif.firesBefore && !lif.firesOnChange;
        boolean above = lif.firing.compare() == Compare.STRICT ? before > threshold : before >= threshold;
        float r = above && later ? 1 : 0;
        float s = fired ? 1 : 0;
        double of = ofVariables[0];
        // A spike carries this value, 1 under inhibition.
        ofFactor = lif.firing.inhibition() ? ofFactor : arithmetic.plus(ofFactor, arithmetic.times(ofSpike, s));
        ofSpike = arithmetic.times(ofSpike, carries.value(i));
        if (lif.join != null) {
            join(lif.join, ofVariables[1], s);
        }
        if (atOnce && time == Reset.Time.SAME_STEP_DIFFERENCE) {
            float factor = lif.firing.inhibition() && lif.graded.value(i) != 0 ? lif.graded.value(i) : 1;
            double through = arithmetic.times(of, -(subtracts ? threshold : unreset));
            ofSpike =
                    arithmetic.plus(ofSpike, lif.firing.inhibition() ? arithmetic.times(through, 1 / factor) : through);
            if (lif.firing.inhibition()) {
                ofFactor = arithmetic.minus(ofFactor, arithmetic.times(through, s * (1 / factor) * (1 / factor)));
            }
            float difference = (lif.firing.inhibition() ? s / factor : s) - r;
            if (subtracts) {
                ofThreshold = arithmetic.minus(ofThreshold, arithmetic.times(of, difference));
            } else {
                of = arithmetic.less(of, difference);
            }
        } else if (atOnce && subtracts) {
            ofThreshold = arithmetic.minus(ofThreshold, arithmetic.times(of, s));
        } else if (atOnce) {
            of = arithmetic.times(of, 1 - s);
        }
        if (lif.firing.inhibition() && !winner) {
            ofSpike = 0;
        }
        float compared = lif.firesBefore ? before : lif.firesOnChange ? Math.abs(unreset - before) : unreset;
        double ofDistance = arithmetic.over(ofSpike, denominator(compared - threshold));
        ofThreshold = arithmetic.minus(ofThreshold, ofDistance);
        double ofBefore = 0;
        if (lif.firesBefore) {
            ofBefore = ofDistance;
        } else if (lif.firesOnChange) {
            double change = arithmetic.times(ofDistance, Math.signum(unreset - before));
            of = arithmetic.plus(of, change);
            ofBefore = arithmetic.minus(0, change);
        } else {
            of = arithmetic.plus(of, ofDistance);
        }
        if (lif.alpha != null) {
            alphaFunction(i, of, r, subtracts, threshold);
        } else {
            charge(i, of, ofBefore, r, threshold);
        }
        if (lif.carriesCurrent) {
            ofCurrent = arithmetic.plus(ofCurrent, ofVariables[1]);
            ofVariables[1] = 0;
        }
        for (int gain = lif.gains.length - 1; gain >= 0; gain--) {
            ofCurrent = arithmetic.times(ofCurrent, lif.gains[gain].value(i));
        }
    }

    private void join(ResidualNetworks.Join how, double ofJoined, float s) {
        ofVariables[1] = 0;
        double through = arithmetic.times(ofJoined, how == ResidualNetworks.Join.ADD ? 1 : identity);
        ofSpike = how == ResidualNetworks.Join.IAND
                ? arithmetic.minus(ofSpike, through)
                : arithmetic.plus(ofSpike, through);
        ofIdentity = switch (how) {
            case ADD -> ofJoined;
            case AND -> arithmetic.times(ofJoined, s);
            case IAND -> arithmetic.times(ofJoined, 1 - s);
        };
    }

    private void charge(int i, double ofUnreset, double ofBefore, float r, float threshold) {
        Reset reset = lif.firing.reset();
        double of = ofUnreset;
        if (reset == Reset.SUBTRACT) {
            ofThreshold = arithmetic.minus(ofThreshold, arithmetic.times(of, r));
        } else if (reset == Reset.CLEAR) {
            of = arithmetic.times(of, 1 - r);
        }
        if (lif.rectified && !(unreset > 0)) {
            of = 0;
        }
        ofFedBack = of;
        float b = lif.clampsLeak ? Math.clamp(lif.leak.value(i), 0f, 1f) : lif.leak.value(i);
        float decayed = reset == Reset.ZERO
                ? (1 - r) * before
                : reset == Reset.SUBTRACT_DECAYED ? before - r * threshold : before;
        ofLeak = lif.decay == Decay.MULTIPLY ? arithmetic.plus(ofLeak, arithmetic.times(of, decayed)) : ofLeak;
        switch (lif.decay) {
            case MULTIPLY -> {
                ofCurrent = of;
                of = arithmetic.times(of, b);
            }
            case MULTIPLY_WEIGHTED -> {
                ofCurrent = arithmetic.times(of, 1 - b);
                of = arithmetic.times(of, b);
            }
            case EULER -> {
                ofCurrent = arithmetic.times(of, b);
                of = arithmetic.less(of, b);
            }
            case DIVIDE -> {
                ofCurrent = arithmetic.over(of, b);
                of = arithmetic.lessOver(of, b);
            }
            case NONE -> {
                ofCurrent = of;
                of = 0;
            }
        }
        if (reset == Reset.ZERO) {
            of = arithmetic.times(of, 1 - r);
        } else if (reset == Reset.SUBTRACT_DECAYED) {
            ofThreshold = arithmetic.minus(ofThreshold, arithmetic.times(of, r));
        }
        if (lif.synapse != null) {
            float share = Math.clamp(lif.synapse.value(i), 0f, 1f);
            ofCurrent = arithmetic.plus(ofVariables[1], ofCurrent);
            ofShare = arithmetic.plus(ofShare, arithmetic.times(ofCurrent, second));
            ofVariables[1] = arithmetic.times(ofCurrent, share);
            ofFedBack = ofCurrent;
        }
        if (!fed && lif.recurrence instanceof Recurrence.By(OneToOne own)) {
            ofOwn = arithmetic.plus(ofOwn, arithmetic.times(ofFedBack, firedBefore ? 1 : 0));
            ofFiredBefore = arithmetic.times(ofFedBack, own.weights().value(i));
        } else {
            ofOwn = arithmetic.plus(ofOwn, ofFedBack);
        }
        ofVariables[0] = arithmetic.plus(of, ofBefore);
    }

    private void alphaFunction(int i, double of, float r, boolean subtracts, float threshold) {
        float slow = Math.clamp(lif.alpha.alpha().value(i), 0f, 1f);
        float fast = Math.clamp(lif.alpha.beta().value(i), 0f, 1f);
        float tau = Logarithm.log(slow) / (Logarithm.log(fast) - Logarithm.log(slow)) + 1;
        double ofSlow = ofVariables[1];
        double ofFast = arithmetic.times(ofVariables[2], 1 - r);
        double ofSum = of;
        if (subtracts) {
            ofThreshold = arithmetic.minus(ofThreshold, arithmetic.times(ofSlow, r));
        } else {
            ofSlow = arithmetic.times(ofSlow, 1 - r);
            ofSum = arithmetic.times(ofSum, 1 - r);
        }
        double through = arithmetic.times(ofSum, tau);
        ofSlow = arithmetic.plus(ofSlow, through);
        ofFast = arithmetic.plus(ofFast, through);
        ofCurrent = arithmetic.minus(ofSlow, ofFast);
        ofShare = arithmetic.plus(ofShare, arithmetic.times(ofSlow, second));
        ofLeak = arithmetic.plus(ofLeak, arithmetic.times(ofFast, third));
        ofVariables[0] = 0;
        ofVariables[1] = arithmetic.times(ofSlow, slow);
        ofVariables[2] = arithmetic.plus(arithmetic.times(ofFast, fast), subtracts ? arithmetic.times(of, r) : 0);
    }
}
