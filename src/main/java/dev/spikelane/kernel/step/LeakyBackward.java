package dev.spikelane.kernel.step;

import dev.spikelane.kernel.Compare;
import dev.spikelane.kernel.Decay;
import dev.spikelane.kernel.Reset;
import dev.spikelane.kernel.ResetTime;
import dev.spikelane.kernel.step.LeakyOptions.Spike;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Takes gradients back through a step of {@link LeakyStep}, for a tile of its neurons and all samples of a batch.
 *
 * <p>What snnTorch detaches carries no gradient here: the decision R to reset at the next step; and the spike of an immediate reset, but for
 * {@link ResetTime#SAME_STEP_DIFFERENCE}, where snnTorch lets it through. What R and S are multiplied by, the threshold or the membrane,
 * has its gradient. Rounding of variables lets gradients through unchanged. Under inhibition only the neuron with the largest membrane above
 * its threshold gets the gradient of its spike.
 *
 * <p>A step has two passes, between which the caller puts a surrogate in place of the derivative of firing: {@link #toDistance} ends at the
 * gradient of the spikes, {@link #toCurrents} goes on from the gradient of the distance to the threshold. All is float32 without fused
 * operations, neuron by neuron, in plain loops over arrays, which C2 vectorizes. Gradients of parameters are added to sums that each neuron of
 * each sample has for itself.
 *
 * <p>An object serves one thread at a time.
 */
@SuppressWarnings("exports") // annotations for checks at compile time
public final class LeakyBackward implements NeuronBackward {

    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

    private final LeakyParameters parameters;
    private final LeakyOptions options;
    private final int first;
    private final int count;
    private final float @Nullable [] factor;
    private final Map<LeakySums, FloatMatrix> sums = new EnumMap<>(LeakySums.class);
    private final FloatMatrix quantized;

    private final float[] threshold;
    private final float[] leak;
    private final float[] alpha;
    private final float[] scale;
    private final float[] rest;
    private final float[] potential;
    private final float[] own;
    private final float[] fired;
    private final float[] silent;
    private final float[][] gains;

    private final float[] before;
    private final float[] synapse;
    private final float[] third;
    private final float[] input;
    private final float[] current;
    private final float[] membrane;
    private final float[] decayed;
    private final float[] charged;
    private final float[] reset;
    private final float[] spike;
    private final float[] ofMembrane;
    private final float[] ofSecond;
    private final float[] ofThird;
    private final float[] ofInput;
    private final float[] other;
    private final float[] summed;
    private final float[] fed;
    private final float[] previous;

    /**
     * Prepares a tile.
     *
     * @param parameters of all neurons
     * @param firstNeuron the first neuron of the tile
     * @param neurons neurons of the tile
     * @param factor what one spike of each neuron of the tile carries; null if that is 1
     */
    public LeakyBackward(LeakyParameters parameters, int firstNeuron, int neurons, float @Nullable [] factor) {
        this.parameters = parameters;
        this.options = parameters.options;
        this.first = firstNeuron;
        this.count = neurons;
        this.factor = factor;
        this.quantized = FloatMatrix.zeros(1, neurons);
        this.threshold = row(parameters.threshold);
        this.leak = row(parameters.beta);
        this.alpha = row(parameters.alpha);
        this.scale = row(parameters.scale);
        this.rest = row(parameters.rest);
        this.potential = row(parameters.potential);
        this.own = row(parameters.own);
        this.fired = row(parameters.fired);
        this.silent = row(parameters.silent);
        this.gains = new float[parameters.gains.length][];
        for (int i = 0; i < gains.length; i++) {
            gains[i] = row(parameters.gains[i]);
        }
        this.before = new float[neurons];
        this.synapse = new float[neurons];
        this.third = new float[neurons];
        this.input = new float[neurons];
        this.current = new float[neurons];
        this.membrane = new float[neurons];
        this.decayed = new float[neurons];
        this.charged = new float[neurons];
        this.reset = new float[neurons];
        this.spike = new float[neurons];
        this.ofMembrane = new float[neurons];
        this.ofSecond = new float[neurons];
        this.ofThird = new float[neurons];
        this.ofInput = new float[neurons];
        this.other = new float[neurons];
        this.summed = new float[neurons];
        this.fed = new float[neurons];
        this.previous = new float[neurons];
    }

    private float[] row(FloatMatrix all) {
        float[] tile = new float[count];
        fill(all, tile);
        return tile;
    }

    private void fill(FloatMatrix all, float[] tile) {
        MemorySegment.copy(all.segment(), FLOAT, (long) first * Float.BYTES, tile, 0, count);
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
        sums.put(parameter, sum);
    }

    @Override
    public void toDistance(Step step, FloatMatrix ofVariables, FloatMatrix ofSpikes, FloatMatrix distance) {
        int batch = ofSpikes.rows();
        for (int sample = 0; sample < batch; sample++) {
            open(step, sample);
            int winner = options.inhibition() ? winner() : -1;
            if (sums.containsKey(LeakySums.FACTOR)) {
                fires(winner);
            }
            load(ofSpikes, sample, ofInput);
            scaleSpikes(sample);
            if (options.resetsAtOnce() && options.resetTime() == ResetTime.SAME_STEP_DIFFERENCE) {
                loadAt(ofVariables, sample, ofMembrane);
                throughReset(sample);
            }
            if (winner >= 0) {
                float kept = ofInput[winner];
                Arrays.fill(ofInput, 0);
                ofInput[winner] = kept;
            }
            store(ofInput, ofSpikes, sample);
            distances();
            store(other, distance, sample);
        }
    }

    @Override
    public void update() {
        fill(parameters.threshold, threshold);
        fill(parameters.beta, leak);
        fill(parameters.alpha, alpha);
        fill(parameters.scale, scale);
        fill(parameters.rest, rest);
        fill(parameters.potential, potential);
        fill(parameters.own, own);
        for (int i = 0; i < gains.length; i++) {
            fill(parameters.gains[i], gains[i]);
        }
    }

    @Override
    public void toCurrents(Step step, @Nullable FloatMatrix ofDistance, FloatMatrix ofVariables, int batch) {
        for (int sample = 0; sample < batch; sample++) {
            open(step, sample);
            loadAt(ofVariables, sample, ofMembrane);
            if (options.resetsAtOnce()) {
                fires(options.inhibition() ? winner() : -1);
                resetAtOnce(sample);
            }
            if (ofDistance == null) {
                Arrays.fill(other, 0);
            } else {
                load(ofDistance, sample, other);
                if (options.spike() == Spike.AFTER) {
                    add(ofMembrane, other);
                }
                subtractSum(LeakySums.THRESHOLD, sample, other);
            }
            if (options.alphaFunction()) {
                alphaFunction(ofVariables, batch, sample);
            } else {
                charge(step, ofVariables, batch, sample);
            }
            storeAt(ofMembrane, ofVariables, sample);
            FloatMatrix to = step.ofCurrent;
            if (to != null) {
                toCurrent(sample);
                storeAt(ofInput, to, step.currentRow + sample);
            }
        }
    }

    /** Reads a row before the step, and goes forward to the membrane that is compared with the threshold. */
    private void open(Step step, int sample) {
        loadAt(step.before[0], step.beforeRow + sample, before);
        if (needsReset()) {
            over();
        }
        if (options.variables() > 1) {
            loadAt(step.before[1], step.beforeRow + sample, synapse);
        }
        if (options.variables() > 2) {
            loadAt(step.before[2], step.beforeRow + sample, third);
        }
        SpikeMatrix fired = step.previous;
        if (options.feedback() == Feedback.OWN_SPIKES && fired != null) {
            for (int i = 0; i < count; i++) {
                previous[i] = fired.get(step.previousRow + sample, first + i) ? 1 : 0;
                fed[i] = previous[i] * own[i];
            }
        }
        FloatMatrix currents = step.current;
        if (currents != null) {
            loadAt(currents, step.currentRow + sample, current);
            System.arraycopy(current, 0, input, 0, count);
            for (float[] gain : gains) {
                multiply(input, gain);
            }
            FloatMatrix feedback = step.feedback;
            if (feedback != null) {
                loadAt(feedback, step.currentRow + sample, fed);
            }
            forward();
        }
        FloatMatrix after = step.after;
        if (after != null && !options.resetsAtOnce()) {
            loadAt(after, step.afterRow + sample, membrane);
        } else {
            round();
        }
    }

    /** Whether R counts: it is 0 without a delayed reset, and one by SUBTRACT changes nothing but the gradient of the threshold. */
    private boolean needsReset() {
        boolean subtracts = options.reset() == Reset.SUBTRACT
                && !options.resetsAtOnce()
                && options.variables() == 1
                && !sums.containsKey(LeakySums.THRESHOLD);
        return options.resetsLater() && !subtracts;
    }

    private void over() {
        if (options.compare() == Compare.STRICT) {
            for (int i = 0; i < count; i++) {
                reset[i] = before[i] > threshold[i] ? 1 : 0;
            }
        } else {
            for (int i = 0; i < count; i++) {
                reset[i] = before[i] >= threshold[i] ? 1 : 0;
            }
        }
    }

    private void round() {
        if (parameters.quantized > 0) {
            store(membrane, quantized, 0);
            Quantize.row(parameters.levels, quantized, 0, 0, quantized.stride());
            load(quantized, 0, membrane);
        }
    }

    /** The charge of {@link LeakyLoopScalar}. */
    private void forward() {
        if (options.alphaFunction()) {
            forwardAlpha();
            return;
        }
        for (int i = 0; i < count; i++) {
            float fedBack = options.feedback() == Feedback.CONSTANT ? own[i] : fed[i];
            float in = input[i];
            if (options.synapse()) {
                in = alpha[i] * synapse[i] + in;
                in = options.feedback() == Feedback.NONE ? in : in + fedBack;
            }
            float u = before[i];
            if (options.reset() == Reset.ZERO) {
                u = (1 - reset[i]) * u;
            } else if (options.reset() == Reset.SUBTRACT_DECAYED) {
                u = u - reset[i] * threshold[i];
            }
            input[i] = in;
            decayed[i] = u;
            u = decay(u, in, leak[i], rest[i]);
            if (options.feedback() != Feedback.NONE && !options.synapse()) {
                u = u + fedBack;
            }
            u = options.rectified() ? Math.max(u, 0) : u;
            charged[i] = u;
            if (options.reset() == Reset.SUBTRACT) {
                u = u - reset[i] * threshold[i];
            } else if (options.reset() == Reset.CLEAR) {
                u = u - reset[i] * u;
            }
            membrane[i] = u;
        }
    }

    private float decay(float u, float in, float share, float toward) {
        return switch (options.decay()) {
            case MULTIPLY -> share * u + in;
            case MULTIPLY_WEIGHTED -> share * u + (1 - share) * in;
            case EULER -> u + share * ((toward - u) + in);
            case DIVIDE -> u + (in - (u - toward)) / share;
            case NONE -> in;
        };
    }

    private void forwardAlpha() {
        for (int i = 0; i < count; i++) {
            float excitatory = alpha[i] * synapse[i] + input[i];
            float inhibitory = leak[i] * third[i] - input[i];
            charged[i] = excitatory + inhibitory;
            float u = scale[i] * (excitatory + inhibitory);
            u -= (options.subtracts() ? -third[i] : u) * reset[i];
            membrane[i] = u;
        }
    }

    /** The first neuron with the largest membrane above its threshold, NaN being the largest. */
    private int winner() {
        int winner = 0;
        float largest = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < count; i++) {
            float excess = membrane[i] - threshold[i];
            if (Float.isNaN(excess)) {
                return i;
            }
            if (excess > largest) {
                largest = excess;
                winner = i;
            }
        }
        return winner;
    }

    private void fires(int winner) {
        boolean strict = options.compare() == Compare.STRICT;
        for (int i = 0; i < count; i++) {
            float from = options.spike() == Spike.BEFORE
                    ? before[i]
                    : options.spike() == Spike.CHANGE ? Math.abs(membrane[i] - before[i]) : membrane[i];
            boolean above = strict ? from > threshold[i] : from >= threshold[i];
            spike[i] = above && (winner < 0 || winner == i) ? 1 : 0;
        }
    }

    private void distances() {
        for (int i = 0; i < count; i++) {
            float from = options.spike() == Spike.BEFORE
                    ? before[i]
                    : options.spike() == Spike.CHANGE ? Math.abs(membrane[i] - before[i]) : membrane[i];
            other[i] = from - threshold[i];
        }
    }

    /** From what a spike carries to the spike. */
    private void scaleSpikes(int sample) {
        FloatMatrix sum = sums.get(LeakySums.FACTOR);
        if (sum != null && !options.inhibition()) {
            for (int i = 0; i < count; i++) {
                other[i] = spike[i] * ofInput[i];
            }
            addTo(sum, sample, other);
        }
        float[] carried = factor;
        if (carried != null) {
            multiply(ofInput, carried);
        }
    }

    /**
     * The spike of an immediate reset that is the difference to the delayed one. Under inhibition a spike carries 1, and is divided by the
     * factor here.
     */
    private void throughReset(int sample) {
        for (int i = 0; i < count; i++) {
            float of = -((options.subtracts() ? threshold[i] : membrane[i]) * ofMembrane[i]);
            ofInput[i] = ofInput[i] + (options.inhibition() ? of * fired[i] : of);
            other[i] = spike[i] * fired[i] * fired[i] * of;
        }
        if (options.inhibition()) {
            subtractSum(LeakySums.FACTOR, sample, other);
        }
    }

    private void resetAtOnce(int sample) {
        boolean difference = options.resetTime() == ResetTime.SAME_STEP_DIFFERENCE;
        if (difference) {
            for (int i = 0; i < count; i++) {
                float s = options.inhibition() ? spike[i] == 0 ? silent[i] : fired[i] : spike[i];
                spike[i] = s - reset[i];
            }
        }
        if (options.subtracts()) {
            for (int i = 0; i < count; i++) {
                other[i] = spike[i] * ofMembrane[i];
            }
            subtractSum(LeakySums.THRESHOLD, sample, other);
            return;
        }
        for (int i = 0; i < count; i++) {
            other[i] = spike[i] * ofMembrane[i];
            ofMembrane[i] = ofMembrane[i] - other[i];
        }
        if (!difference) {
            addSum(LeakySums.POTENTIAL, sample, other);
        }
    }

    /** From the membrane that is compared with the threshold to the input and the variables before the step. */
    private void charge(Step step, FloatMatrix ofVariables, int batch, int sample) {
        resetLater(sample);
        if (options.rectified()) {
            for (int i = 0; i < count; i++) {
                ofMembrane[i] = membrane[i] > 0 ? ofMembrane[i] : 0;
            }
        }
        System.arraycopy(ofMembrane, 0, ofSecond, 0, count); // what comes after the decay
        undecay(sample);
        if (options.synapse()) {
            loadAt(ofVariables, batch + sample, ofSecond);
            add(ofSecond, ofInput);
            System.arraycopy(ofSecond, 0, ofInput, 0, count);
            for (int i = 0; i < count; i++) {
                other[i] = synapse[i] * ofInput[i];
                ofThird[i] = alpha[i] * ofInput[i];
            }
            addSum(LeakySums.SYNAPSE, sample, other);
            storeAt(ofThird, ofVariables, batch + sample);
        }
        if (options.feedback() == Feedback.OWN_SPIKES) {
            ownSpikes(step, sample);
        } else {
            addSum(LeakySums.OWN, sample, ofSecond);
        }
        FloatMatrix fedBack = step.ofFeedback;
        if (fedBack != null) {
            storeAt(ofSecond, fedBack, step.currentRow + sample);
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
            other[i] = previous[i] * ofSecond[i];
        }
        addSum(LeakySums.OWN, sample, other);
        FloatMatrix to = step.ofPrevious;
        if (to != null) {
            for (int i = 0; i < count; i++) {
                other[i] = own[i] * ofSecond[i];
            }
            storeAt(other, to, sample);
        }
    }

    private void resetLater(int sample) {
        if (options.spike() == Spike.CHANGE) {
            for (int i = 0; i < count; i++) {
                float change = Math.signum(membrane[i] - before[i]) * other[i];
                ofMembrane[i] = ofMembrane[i] + change;
                ofThird[i] = -change;
            }
        } else if (options.spike() == Spike.BEFORE) {
            System.arraycopy(other, 0, ofThird, 0, count);
        }
        if (!options.resetsLater()) {
            return;
        }
        if (options.reset() == Reset.SUBTRACT && sums.containsKey(LeakySums.THRESHOLD)) {
            for (int i = 0; i < count; i++) {
                other[i] = reset[i] * ofMembrane[i];
            }
            subtractSum(LeakySums.THRESHOLD, sample, other);
        } else if (options.reset() == Reset.CLEAR) {
            for (int i = 0; i < count; i++) {
                ofMembrane[i] = ofMembrane[i] - reset[i] * ofMembrane[i];
            }
        }
    }

    /** Gradients with respect to the input, in {@code ofInput}, and the membrane before the step, in {@code ofMembrane}. */
    private void undecay(int sample) {
        decayedMembrane();
        sumOfLeak(sample);
        for (int i = 0; i < count; i++) {
            float of = ofMembrane[i];
            switch (options.decay()) {
                case MULTIPLY -> {
                    ofInput[i] = of;
                    ofMembrane[i] = leak[i] * of;
                }
                case MULTIPLY_WEIGHTED -> {
                    ofInput[i] = (1 - leak[i]) * of;
                    ofMembrane[i] = leak[i] * of;
                }
                case EULER -> {
                    ofInput[i] = leak[i] * of;
                    ofMembrane[i] = of - leak[i] * of;
                }
                case DIVIDE -> {
                    ofInput[i] = of / leak[i];
                    ofMembrane[i] = of - of / leak[i];
                }
                case NONE -> {
                    ofInput[i] = of;
                    ofMembrane[i] = 0;
                }
            }
        }
        if (options.decay() == Decay.EULER || options.decay() == Decay.DIVIDE) {
            addSum(LeakySums.REST, sample, ofInput);
        }
        if (options.resetsLater() && options.reset() == Reset.ZERO) {
            for (int i = 0; i < count; i++) {
                ofMembrane[i] = (1 - reset[i]) * ofMembrane[i];
            }
        } else if (options.resetsLater() && options.reset() == Reset.SUBTRACT_DECAYED) {
            for (int i = 0; i < count; i++) {
                other[i] = reset[i] * ofMembrane[i];
            }
            subtractSum(LeakySums.THRESHOLD, sample, other);
        }
    }

    /** The membrane that decays. */
    private void decayedMembrane() {
        if (!sums.containsKey(LeakySums.LEAK)) {
            return;
        }
        for (int i = 0; i < count; i++) {
            decayed[i] = options.reset() == Reset.ZERO
                    ? (1 - reset[i]) * before[i]
                    : options.reset() == Reset.SUBTRACT_DECAYED ? before[i] - reset[i] * threshold[i] : before[i];
        }
    }

    private void sumOfLeak(int sample) {
        FloatMatrix sum = sums.get(LeakySums.LEAK);
        if (sum == null) {
            return;
        }
        for (int i = 0; i < count; i++) {
            float of = ofMembrane[i];
            other[i] = switch (options.decay()) {
                case MULTIPLY -> decayed[i] * of;
                case MULTIPLY_WEIGHTED -> (decayed[i] - input[i]) * of;
                case EULER -> ((rest[i] - decayed[i]) + input[i]) * of;
                case DIVIDE -> -((input[i] - (decayed[i] - rest[i])) / (leak[i] * leak[i])) * of;
                case NONE -> 0;
            };
        }
        addTo(sum, sample, other);
    }

    private void alphaFunction(FloatMatrix ofVariables, int batch, int sample) {
        loadAt(ofVariables, batch + sample, ofSecond);
        loadAt(ofVariables, 2 * batch + sample, ofThird);
        if (options.resetsLater() && options.subtracts()) {
            for (int i = 0; i < count; i++) {
                other[i] = reset[i] * ofSecond[i];
            }
            subtractSum(LeakySums.THRESHOLD, sample, other);
        }
        for (int i = 0; i < count; i++) {
            other[i] = charged[i] * unreset(ofMembrane[i], reset[i]);
        }
        addSum(LeakySums.SCALE, sample, other);
        for (int i = 0; i < count; i++) {
            float r = reset[i];
            float through = scale[i] * unreset(ofMembrane[i], r);
            ofSecond[i] = unreset(ofSecond[i], r) + through;
            ofThird[i] = (ofThird[i] - r * ofThird[i]) + through;
            ofInput[i] = ofSecond[i] - ofThird[i];
        }
        for (int i = 0; i < count; i++) {
            other[i] = synapse[i] * ofSecond[i];
        }
        addSum(LeakySums.SYNAPSE, sample, other);
        for (int i = 0; i < count; i++) {
            other[i] = third[i] * ofThird[i];
        }
        addSum(LeakySums.LEAK, sample, other);
        for (int i = 0; i < count; i++) {
            float old = options.subtracts() ? reset[i] * ofMembrane[i] : 0;
            ofSecond[i] = alpha[i] * ofSecond[i];
            ofThird[i] = leak[i] * ofThird[i] + old;
            ofMembrane[i] = 0;
        }
        storeAt(ofSecond, ofVariables, batch + sample);
        storeAt(ofThird, ofVariables, 2 * batch + sample);
    }

    /** What is left of a gradient where a reset clears; a reset that subtracts leaves it. */
    private float unreset(float of, float r) {
        return options.subtracts() ? of : of - r * of;
    }

    /** From the input to the current. */
    private void toCurrent(int sample) {
        FloatMatrix sum = sums.get(LeakySums.GAIN);
        if (sum != null) {
            for (int i = 0; i < count; i++) {
                other[i] = current[i] * ofInput[i];
            }
            addTo(sum, sample, other);
        }
        for (float[] gain : gains) {
            multiply(ofInput, gain);
        }
    }

    private void addSum(LeakySums parameter, int sample, float[] terms) {
        FloatMatrix sum = sums.get(parameter);
        if (sum != null) {
            addTo(sum, sample, terms);
        }
    }

    private void subtractSum(LeakySums parameter, int sample, float[] terms) {
        FloatMatrix sum = sums.get(parameter);
        if (sum != null) {
            loadAt(sum, sample, summed);
            for (int i = 0; i < count; i++) {
                summed[i] = summed[i] - terms[i];
            }
            storeAt(summed, sum, sample);
        }
    }

    private void addTo(FloatMatrix sum, int sample, float[] terms) {
        loadAt(sum, sample, summed);
        add(summed, terms);
        storeAt(summed, sum, sample);
    }

    private void add(float[] to, float[] terms) {
        for (int i = 0; i < count; i++) {
            to[i] = to[i] + terms[i];
        }
    }

    private void multiply(float[] values, float[] factors) {
        for (int i = 0; i < count; i++) {
            values[i] = values[i] * factors[i];
        }
    }

    /** A row of a matrix that holds all neurons, or the tile. */
    private void loadAt(FloatMatrix matrix, int row, float[] into) {
        MemorySegment.copy(matrix.segment(), FLOAT, matrix.rowOffset(row) + column(matrix), into, 0, count);
    }

    private void storeAt(float[] values, FloatMatrix matrix, int row) {
        MemorySegment.copy(values, 0, matrix.segment(), FLOAT, matrix.rowOffset(row) + column(matrix), count);
    }

    private long column(FloatMatrix matrix) {
        return matrix.columns() == parameters.neurons() ? (long) first * Float.BYTES : 0;
    }

    /** A row of a tile. */
    private void load(FloatMatrix matrix, int row, float[] into) {
        MemorySegment.copy(matrix.segment(), FLOAT, matrix.rowOffset(row), into, 0, count);
    }

    private void store(float[] values, FloatMatrix matrix, int row) {
        MemorySegment.copy(values, 0, matrix.segment(), FLOAT, matrix.rowOffset(row), count);
    }
}
