package dev.spikelane.kernel.step.leaky;

import dev.spikelane.kernel.Decay;
import dev.spikelane.kernel.Reset;
import dev.spikelane.kernel.ResetTime;
import dev.spikelane.kernel.step.Feedback;
import dev.spikelane.kernel.step.LeakySums;
import dev.spikelane.kernel.step.NeuronBackward;
import dev.spikelane.kernel.step.leaky.LeakyOptions.Spike;
import dev.spikelane.memory.FloatMatrix;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Takes gradients back through a step of {@link LeakyStep}, for a tile of its neurons and all samples of a batch.
 *
 * <p>What snnTorch detaches carries no gradient here: the decision R to reset at the next step; and the spike of an
 * immediate reset, but for {@link ResetTime#SAME_STEP_DIFFERENCE}, where snnTorch lets it through. What R and S are
 * multiplied by, the threshold or the membrane, has its gradient. Rounding of variables lets gradients through
 * unchanged. Under inhibition only the neuron with the largest membrane above its threshold gets the gradient of its
 * spike.
 *
 * <p>A step has two passes, between which the caller puts a surrogate in place of the derivative of firing:
 * {@link #toDistance} ends at the gradient of the spikes, {@link #toCurrents} goes on from the gradient of the distance
 * to the threshold. All is float32 without fused operations, neuron by neuron, in plain loops over arrays, which C2
 * vectorizes. Gradients of parameters are added to sums that each neuron of each sample has for itself.
 *
 * <p>An object serves one thread at a time.
 */
@SuppressWarnings("exports") // annotations for checks at compile time
public final class LeakyBackward implements NeuronBackward {

    private final LeakyOptions options;
    private final LeakyTile tile;
    private final LeakyAgain again;
    private final LeakyTotals totals;
    private final int count;
    /** What a spike of each of all neurons carries, and of those of the tile; null if that is 1. */
    private final float @Nullable [] factors;

    private final float @Nullable [] factor;

    private final float[] ofMembrane;
    private final float[] ofSecond;
    private final float[] ofThird;
    private final float[] ofInput;
    /** Terms of a sum, or gradients of the distance. */
    private final float[] other;

    /**
     * Prepares a tile.
     *
     * @param parameters of all neurons
     * @param firstNeuron the first neuron of the tile
     * @param neurons neurons of the tile
     * @param factors what one spike of each of all neurons carries, which is read again by {@link #update}; null if
     *     that is 1
     */
    public LeakyBackward(LeakyParameters parameters, int firstNeuron, int neurons, float @Nullable [] factors) {
        this.options = parameters.options;
        this.tile = new LeakyTile(parameters, firstNeuron, neurons);
        this.again = new LeakyAgain(tile);
        this.totals = new LeakyTotals(tile);
        this.count = neurons;
        this.factors = factors;
        this.factor = factors == null ? null : new float[neurons];
        this.ofMembrane = new float[neurons];
        this.ofSecond = new float[neurons];
        this.ofThird = new float[neurons];
        this.ofInput = new float[neurons];
        this.other = new float[neurons];
        update();
    }

    /**
     * Tells whether this needs more than the membranes.
     *
     * @param parameters of the neurons
     * @param wanted the parameters whose gradients are wanted
     * @return whether the currents of each step are needed
     */
    public static boolean needsCurrents(LeakyParameters parameters, Iterable<LeakySums> wanted) {
        LeakyOptions options = parameters.options;
        boolean needs = options.variables() > 1 || options.resetsAtOnce();
        for (LeakySums each : wanted) {
            needs |= each == LeakySums.GAIN || each == LeakySums.LEAK && options.decay() != Decay.MULTIPLY;
        }
        return needs;
    }

    /**
     * Tells whether a reset lets gradients into spikes.
     *
     * @param parameters of the neurons
     * @return whether it is a reset at the {@link ResetTime#SAME_STEP_DIFFERENCE}
     */
    public static boolean resetsThroughSpikes(LeakyParameters parameters) {
        LeakyOptions options = parameters.options;
        return options.resetsAtOnce() && options.resetTime() == ResetTime.SAME_STEP_DIFFERENCE;
    }

    /**
     * Tells whether a row of neurons is taken back as a whole.
     *
     * @param parameters of the neurons
     * @return whether tiles must hold all neurons
     */
    public static boolean coupled(LeakyParameters parameters) {
        return parameters.coupled();
    }

    @Override
    public void sum(LeakySums parameter, FloatMatrix sum) {
        totals.put(parameter, sum);
    }

    @Override
    public void toDistance(Step step, FloatMatrix ofVariables, FloatMatrix ofSpikes, FloatMatrix distance) {
        int batch = ofSpikes.rows();
        for (int sample = 0; sample < batch; sample++) {
            again.open(step, sample, needsReset());
            int winner = options.inhibition() ? again.winner() : -1;
            if (totals.has(LeakySums.FACTOR)) {
                again.fires(winner);
            }
            tile.load(ofSpikes, sample, ofInput);
            scaleSpikes(sample);
            if (options.resetsAtOnce() && options.resetTime() == ResetTime.SAME_STEP_DIFFERENCE) {
                tile.loadAt(ofVariables, sample, ofMembrane);
                throughReset(sample);
            }
            if (winner >= 0) {
                float kept = ofInput[winner];
                Arrays.fill(ofInput, 0);
                ofInput[winner] = kept;
            }
            tile.store(ofInput, ofSpikes, sample);
            again.distances(other);
            tile.store(other, distance, sample);
        }
    }

    @Override
    public void update() {
        tile.update();
        if (factors != null && factor != null) {
            System.arraycopy(factors, tile.first, factor, 0, factor.length);
        }
    }

    @Override
    public void toCurrents(Step step, @Nullable FloatMatrix ofDistance, FloatMatrix ofVariables, int batch) {
        for (int sample = 0; sample < batch; sample++) {
            again.open(step, sample, needsReset());
            tile.loadAt(ofVariables, sample, ofMembrane);
            if (options.resetsAtOnce()) {
                again.fires(options.inhibition() ? again.winner() : -1);
                resetAtOnce(sample);
            }
            if (ofDistance == null) {
                Arrays.fill(other, 0);
            } else {
                tile.load(ofDistance, sample, other);
                if (options.spike() == Spike.AFTER) {
                    add(ofMembrane, other);
                }
                totals.subtract(LeakySums.THRESHOLD, sample, other);
            }
            if (options.alphaFunction()) {
                alphaFunction(ofVariables, batch, sample);
            } else {
                charge(step, ofVariables, batch, sample);
            }
            tile.storeAt(ofMembrane, ofVariables, sample);
            FloatMatrix to = step.ofCurrents[0];
            if (to != null) {
                toCurrent(sample);
                tile.storeAt(ofInput, to, step.currentRow + sample);
            }
        }
    }

    /**
     * Whether R counts: it is 0 without a delayed reset, and one by SUBTRACT changes nothing but the gradient of the
     * threshold.
     */
    private boolean needsReset() {
        boolean subtracts = options.reset() == Reset.SUBTRACT
                && !options.resetsAtOnce()
                && options.variables() == 1
                && !totals.has(LeakySums.THRESHOLD);
        return options.resetsLater() && !subtracts;
    }

    /** From what a spike carries to the spike. */
    private void scaleSpikes(int sample) {
        if (totals.has(LeakySums.FACTOR) && !options.inhibition()) {
            for (int i = 0; i < count; i++) {
                other[i] = again.spike[i] * ofInput[i];
            }
            totals.add(LeakySums.FACTOR, sample, other);
        }
        float[] carried = factor;
        if (carried != null) {
            tile.multiply(ofInput, carried);
        }
    }

    /**
     * The spike of an immediate reset that is the difference to the delayed one. Under inhibition a spike carries 1,
     * and is divided by the factor here.
     */
    private void throughReset(int sample) {
        for (int i = 0; i < count; i++) {
            float of = -((options.subtracts() ? tile.threshold[i] : again.membrane[i]) * ofMembrane[i]);
            ofInput[i] = ofInput[i] + (options.inhibition() ? of * tile.fired[i] : of);
            other[i] = again.spike[i] * tile.fired[i] * tile.fired[i] * of;
        }
        if (options.inhibition()) {
            totals.subtract(LeakySums.FACTOR, sample, other);
        }
    }

    private void resetAtOnce(int sample) {
        boolean difference = options.resetTime() == ResetTime.SAME_STEP_DIFFERENCE;
        if (difference) {
            for (int i = 0; i < count; i++) {
                float s = options.inhibition() ? again.spike[i] == 0 ? tile.silent[i] : tile.fired[i] : again.spike[i];
                again.spike[i] = s - again.reset[i];
            }
        }
        if (options.subtracts()) {
            for (int i = 0; i < count; i++) {
                other[i] = again.spike[i] * ofMembrane[i];
            }
            totals.subtract(LeakySums.THRESHOLD, sample, other);
            return;
        }
        for (int i = 0; i < count; i++) {
            other[i] = again.spike[i] * ofMembrane[i];
            ofMembrane[i] = ofMembrane[i] - other[i];
        }
        if (!difference) {
            totals.add(LeakySums.POTENTIAL, sample, other);
        }
    }

    /** From the membrane that is compared with the threshold to the input and the variables before the step. */
    private void charge(Step step, FloatMatrix ofVariables, int batch, int sample) {
        resetLater(sample);
        if (options.rectified()) {
            for (int i = 0; i < count; i++) {
                ofMembrane[i] = again.membrane[i] > 0 ? ofMembrane[i] : 0;
            }
        }
        System.arraycopy(ofMembrane, 0, ofSecond, 0, count); // what comes after the decay
        undecay(sample);
        if (options.synapse()) {
            tile.loadAt(ofVariables, batch + sample, ofSecond);
            add(ofSecond, ofInput);
            System.arraycopy(ofSecond, 0, ofInput, 0, count);
            for (int i = 0; i < count; i++) {
                other[i] = again.synapse[i] * ofInput[i];
                ofThird[i] = tile.alpha[i] * ofInput[i];
            }
            totals.add(LeakySums.SYNAPSE, sample, other);
            tile.storeAt(ofThird, ofVariables, batch + sample);
        }
        if (options.feedback() == Feedback.OWN_SPIKES) {
            ownSpikes(step, sample);
        } else {
            totals.add(LeakySums.OWN, sample, ofSecond);
        }
        FloatMatrix fedBack = step.ofCurrents[1];
        if (fedBack != null) {
            tile.storeAt(ofSecond, fedBack, step.currentRow + sample);
        }
        if (options.spike() != Spike.AFTER) {
            // The distance is that of the membrane before the step, or of the change.
            for (int i = 0; i < count; i++) {
                ofMembrane[i] = ofMembrane[i] + ofThird[i];
            }
        }
    }

    private void ownSpikes(Step step, int sample) {
        for (int i = 0; i < count; i++) {
            other[i] = again.previous[i] * ofSecond[i];
        }
        totals.add(LeakySums.OWN, sample, other);
        FloatMatrix to = step.ofPrevious;
        if (to != null) {
            for (int i = 0; i < count; i++) {
                other[i] = tile.own[i] * ofSecond[i];
            }
            tile.storeAt(other, to, sample);
        }
    }

    private void resetLater(int sample) {
        if (options.spike() == Spike.CHANGE) {
            for (int i = 0; i < count; i++) {
                float change = Math.signum(again.membrane[i] - again.before[i]) * other[i];
                ofMembrane[i] = ofMembrane[i] + change;
                ofThird[i] = -change;
            }
        } else if (options.spike() == Spike.BEFORE) {
            System.arraycopy(other, 0, ofThird, 0, count);
        }
        if (!options.resetsLater()) {
            return;
        }
        if (options.reset() == Reset.SUBTRACT && totals.has(LeakySums.THRESHOLD)) {
            for (int i = 0; i < count; i++) {
                other[i] = again.reset[i] * ofMembrane[i];
            }
            totals.subtract(LeakySums.THRESHOLD, sample, other);
        } else if (options.reset() == Reset.CLEAR) {
            for (int i = 0; i < count; i++) {
                ofMembrane[i] = ofMembrane[i] - again.reset[i] * ofMembrane[i];
            }
        }
    }

    /**
     * Gradients with respect to the input, in {@code ofInput}, and the membrane before the step, in {@code ofMembrane}.
     */
    private void undecay(int sample) {
        decayedMembrane();
        sumOfLeak(sample);
        for (int i = 0; i < count; i++) {
            float of = ofMembrane[i];
            switch (options.decay()) {
                case MULTIPLY -> {
                    ofInput[i] = of;
                    ofMembrane[i] = tile.leak[i] * of;
                }
                case MULTIPLY_WEIGHTED -> {
                    ofInput[i] = (1 - tile.leak[i]) * of;
                    ofMembrane[i] = tile.leak[i] * of;
                }
                case EULER -> {
                    ofInput[i] = tile.leak[i] * of;
                    ofMembrane[i] = of - tile.leak[i] * of;
                }
                case DIVIDE -> {
                    ofInput[i] = of / tile.leak[i];
                    ofMembrane[i] = of - of / tile.leak[i];
                }
                case NONE -> {
                    ofInput[i] = of;
                    ofMembrane[i] = 0;
                }
            }
        }
        if (options.decay() == Decay.EULER || options.decay() == Decay.DIVIDE) {
            totals.add(LeakySums.REST, sample, ofInput);
        }
        if (options.resetsLater() && options.reset() == Reset.ZERO) {
            for (int i = 0; i < count; i++) {
                ofMembrane[i] = (1 - again.reset[i]) * ofMembrane[i];
            }
        } else if (options.resetsLater() && options.reset() == Reset.SUBTRACT_DECAYED) {
            for (int i = 0; i < count; i++) {
                other[i] = again.reset[i] * ofMembrane[i];
            }
            totals.subtract(LeakySums.THRESHOLD, sample, other);
        }
    }

    /** The membrane that decays. */
    private void decayedMembrane() {
        if (!totals.has(LeakySums.LEAK)) {
            return;
        }
        for (int i = 0; i < count; i++) {
            again.decayed[i] = options.reset() == Reset.ZERO
                    ? (1 - again.reset[i]) * again.before[i]
                    : options.reset() == Reset.SUBTRACT_DECAYED
                            ? again.before[i] - again.reset[i] * tile.threshold[i]
                            : again.before[i];
        }
    }

    private void sumOfLeak(int sample) {
        if (!totals.has(LeakySums.LEAK)) {
            return;
        }
        for (int i = 0; i < count; i++) {
            float of = ofMembrane[i];
            other[i] = switch (options.decay()) {
                case MULTIPLY -> again.decayed[i] * of;
                case MULTIPLY_WEIGHTED -> (again.decayed[i] - again.input[i]) * of;
                case EULER -> ((tile.rest[i] - again.decayed[i]) + again.input[i]) * of;
                case DIVIDE ->
                    -((again.input[i] - (again.decayed[i] - tile.rest[i])) / (tile.leak[i] * tile.leak[i])) * of;
                case NONE -> 0;
            };
        }
        totals.add(LeakySums.LEAK, sample, other);
    }

    private void alphaFunction(FloatMatrix ofVariables, int batch, int sample) {
        tile.loadAt(ofVariables, batch + sample, ofSecond);
        tile.loadAt(ofVariables, 2 * batch + sample, ofThird);
        if (options.resetsLater() && options.subtracts()) {
            for (int i = 0; i < count; i++) {
                other[i] = again.reset[i] * ofSecond[i];
            }
            totals.subtract(LeakySums.THRESHOLD, sample, other);
        }
        for (int i = 0; i < count; i++) {
            other[i] = again.charged[i] * unreset(ofMembrane[i], again.reset[i]);
        }
        totals.add(LeakySums.SCALE, sample, other);
        for (int i = 0; i < count; i++) {
            float r = again.reset[i];
            float through = tile.scale[i] * unreset(ofMembrane[i], r);
            ofSecond[i] = unreset(ofSecond[i], r) + through;
            ofThird[i] = (ofThird[i] - r * ofThird[i]) + through;
            ofInput[i] = ofSecond[i] - ofThird[i];
        }
        for (int i = 0; i < count; i++) {
            other[i] = again.synapse[i] * ofSecond[i];
        }
        totals.add(LeakySums.SYNAPSE, sample, other);
        for (int i = 0; i < count; i++) {
            other[i] = again.third[i] * ofThird[i];
        }
        totals.add(LeakySums.LEAK, sample, other);
        for (int i = 0; i < count; i++) {
            float old = options.subtracts() ? again.reset[i] * ofMembrane[i] : 0;
            ofSecond[i] = tile.alpha[i] * ofSecond[i];
            ofThird[i] = tile.leak[i] * ofThird[i] + old;
            ofMembrane[i] = 0;
        }
        tile.storeAt(ofSecond, ofVariables, batch + sample);
        tile.storeAt(ofThird, ofVariables, 2 * batch + sample);
    }

    /** What is left of a gradient where a reset clears; a reset that subtracts leaves it. */
    private float unreset(float of, float r) {
        return options.subtracts() ? of : of - r * of;
    }

    /** From the input to the current. */
    private void toCurrent(int sample) {
        if (totals.has(LeakySums.GAIN)) {
            for (int i = 0; i < count; i++) {
                other[i] = again.current[i] * ofInput[i];
            }
            totals.add(LeakySums.GAIN, sample, other);
        }
        for (float[] gain : tile.gains) {
            tile.multiply(ofInput, gain);
        }
    }

    private void add(float[] to, float[] terms) {
        for (int i = 0; i < count; i++) {
            to[i] = to[i] + terms[i];
        }
    }
}
