package dev.spikelane.kernel;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Updates leaky integrate-and-fire neurons, one or many steps at a time.
 *
 * <p>Each step, in float32, one operation after the other and none fused, with U the membrane, I the current and R, S in {0, 1}:
 *
 * <pre>{@code
 * R = U > threshold                                    from the membrane before the step
 * U = (beta * U + I) - R * threshold                   Reset.SUBTRACT
 * U = beta * ((1 - R) * U) + I                         Reset.ZERO
 * U = beta * U + I                                     Reset.NONE
 * S = U > threshold                                    with inhibition: only for the largest U - threshold of the row
 * U = U - (S - R) * threshold    or    (S - R) * U     only with an immediate reset by SUBTRACT or ZERO
 * }</pre>
 *
 * <p>The spike is S, or R where the parameters say that neurons fire from the membrane before the step. This is {@code snntorch.Leaky}
 * (0.9.4) bit for bit: strict comparison, delayed reset by default, all its options. Under inhibition the reset R is not inhibited; of
 * equal membranes the first one may fire; a NaN counts as the largest and does not fire.
 */
public final class LeakyStep {

    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG;

    private LeakyStep() {}

    /**
     * Runs {@code rows / batch} steps.
     *
     * @param parameters of {@code neurons} neurons
     * @param current {@code [rows x neurons]}, time-major ({@code row = step * batch + sample})
     * @param membrane {@code [batch x neurons]}, the state, updated
     * @param spikes {@code [rows x neurons]}, overwritten
     * @throws IllegalArgumentException if a shape does not fit
     * @throws IllegalStateException if an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public static void run(LeakyParameters parameters, FloatMatrix current, FloatMatrix membrane, SpikeMatrix spikes) {
        spikes.requireShape("spikes", current.rows(), parameters.neurons());
        run(parameters, current, current.rows(), membrane, spikes, 0, spikes.stride());
    }

    /**
     * Runs the steps of the first rows for some blocks of 64 neurons. Threads that share the work take disjoint blocks.
     *
     * @param parameters of {@code neurons} neurons
     * @param current {@code [at least rows x neurons]}, time-major; or a tile, {@code [at least rows x at least 64 (endWord -
     *     firstWord)]}, which holds the currents of these words only
     * @param rows how many rows, whole steps
     * @param membrane {@code [batch x neurons]}, the state, updated
     * @param spikes {@code [at least rows x neurons]}, overwritten there
     * @param firstWord the first 64-bit word of spikes, that is, block of 64 neurons
     * @param endWord the word behind the last; all words if the parameters are {@linkplain LeakyParameters#coupled coupled}
     * @throws IllegalArgumentException if a shape or range does not fit
     * @throws IllegalStateException if an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public static void run(
            LeakyParameters parameters,
            FloatMatrix current,
            int rows,
            FloatMatrix membrane,
            SpikeMatrix spikes,
            int firstWord,
            int endWord) {
        int firstNeuron = check(parameters, current, rows, membrane, spikes, firstWord, endWord);
        variant(parameters, current, firstNeuron, rows, membrane, spikes, membrane, false, firstWord, endWord);
    }

    /**
     * The same, and keeps the membrane of every step.
     *
     * @param parameters of {@code neurons} neurons
     * @param current {@code [at least rows x neurons]}, time-major; or a tile, {@code [at least rows x at least 64 (endWord -
     *     firstWord)]}, which holds the currents of these words only
     * @param rows how many rows, whole steps
     * @param membrane {@code [batch x neurons]}, the state, updated
     * @param spikes {@code [at least rows x neurons]}, overwritten there
     * @param membranes {@code [at least rows x neurons]}, receives the membrane after each step; may be {@code current} itself
     * @param firstWord the first 64-bit word of spikes, that is, block of 64 neurons
     * @param endWord the word behind the last; all words if the parameters are {@linkplain LeakyParameters#coupled coupled}
     * @throws IllegalArgumentException if a shape or range does not fit
     * @throws IllegalStateException if an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public static void record(
            LeakyParameters parameters,
            FloatMatrix current,
            int rows,
            FloatMatrix membrane,
            SpikeMatrix spikes,
            FloatMatrix membranes,
            int firstWord,
            int endWord) {
        int firstNeuron = check(parameters, current, rows, membrane, spikes, firstWord, endWord);
        Checks.rows("membranes", membranes.rows(), rows);
        membranes.requireShape("membranes", membranes.rows(), parameters.neurons());
        variant(parameters, current, firstNeuron, rows, membrane, spikes, membranes, true, firstWord, endWord);
    }

    /** Checks all, and returns the neuron whose currents stand in column 0. */
    private static int check(
            LeakyParameters parameters,
            FloatMatrix current,
            int rows,
            FloatMatrix membrane,
            SpikeMatrix spikes,
            int firstWord,
            int endWord) {
        Checks.rows("current", current.rows(), rows);
        Checks.rows("spikes", spikes.rows(), rows);
        Checks.wholeSteps(rows, membrane.rows());
        int neurons = parameters.neurons();
        membrane.requireShape("membrane", membrane.rows(), neurons);
        spikes.requireShape("spikes", spikes.rows(), neurons);
        parameters.beta.requireShape("parameters", 1, neurons);
        Checks.range("word of spikes", firstWord, endWord, spikes.stride());
        if (parameters.coupled() && endWord - firstWord != spikes.stride()) {
            throw new IllegalArgumentException(
                    "neurons with inhibition are updated whole rows at a time, asked for words [" + firstWord + ", "
                            + endWord + ") of [0, " + spikes.stride() + ")");
        }
        return Checks.firstOutput(current, neurons, firstWord, endWord);
    }

    private static void variant(
            LeakyParameters parameters,
            FloatMatrix current,
            int firstCurrent,
            int rows,
            FloatMatrix membrane,
            SpikeMatrix spikes,
            FloatMatrix membranes,
            boolean record,
            int firstWord,
            int endWord) {
        if (Simd.VECTOR) {
            LeakyStepVector.run(
                    parameters, current, firstCurrent, rows, membrane, spikes, membranes, record, firstWord, endWord);
        } else {
            scalar(parameters, current, firstCurrent, rows, membrane, spikes, membranes, record, firstWord, endWord);
        }
    }

    /** The specification: charge a whole row, then fire it. */
    static void scalar(
            LeakyParameters parameters,
            FloatMatrix current,
            int firstCurrent,
            int rows,
            FloatMatrix membrane,
            SpikeMatrix spikes,
            FloatMatrix membranes,
            boolean record,
            int firstWord,
            int endWord) {
        int firstNeuron = firstWord * Long.SIZE;
        int endNeuron = Math.min(endWord * Long.SIZE, parameters.neurons());
        for (int row = 0; row < rows; row++) {
            int sample = row % membrane.rows();
            charge(parameters, current, firstCurrent, row, membrane, sample, spikes, firstNeuron, endNeuron);
            if (!parameters.firesBefore) {
                int winner = parameters.inhibition ? winner(parameters, membrane, sample) : 0;
                fire(parameters, membrane, sample, spikes, row, firstNeuron, endNeuron, winner);
            }
            if (record) {
                long bytes = (long) (endWord - firstWord) * PackedWeights.BLOCK_BYTES;
                long first = (long) firstWord * PackedWeights.BLOCK_BYTES;
                MemorySegment.copy(
                        membrane.segment(),
                        membrane.rowOffset(sample) + first,
                        membranes.segment(),
                        membranes.rowOffset(row) + first,
                        bytes);
            }
        }
    }

    /** Decay, input and delayed reset; leaves R in the row of spikes. */
    private static void charge(
            LeakyParameters parameters,
            FloatMatrix current,
            int firstCurrent,
            int row,
            FloatMatrix membrane,
            int sample,
            SpikeMatrix spikes,
            int firstNeuron,
            int endNeuron) {
        for (int neuron = firstNeuron; neuron < endNeuron; neuron++) {
            float beta = get(parameters.beta, 0, neuron);
            float threshold = get(parameters.threshold, 0, neuron);
            float input = get(current, row, neuron - firstCurrent);
            float u = get(membrane, sample, neuron);
            float r = u > threshold ? 1 : 0;
            u = switch (parameters.reset) {
                case SUBTRACT -> (beta * u + input) - r * threshold;
                case ZERO -> beta * ((1 - r) * u) + input;
                case NONE -> beta * u + input;
            };
            set(membrane, sample, neuron, u);
            setSpike(spikes, row, neuron, r != 0);
        }
    }

    /** Spike and immediate reset; finds R in the row of spikes. Under inhibition only the winner may fire. */
    static void fire(
            LeakyParameters parameters,
            FloatMatrix membrane,
            int sample,
            SpikeMatrix spikes,
            int row,
            int firstNeuron,
            int endNeuron,
            int winner) {
        for (int neuron = firstNeuron; neuron < endNeuron; neuron++) {
            float threshold = get(parameters.threshold, 0, neuron);
            float u = get(membrane, sample, neuron);
            float r = spike(spikes, row, neuron) ? 1 : 0;
            boolean fires = u > threshold && (!parameters.inhibition || neuron == winner);
            if (parameters.immediate) {
                float change = get(fires ? parameters.fired : parameters.silent, 0, neuron) - r;
                u = switch (parameters.reset) {
                    case SUBTRACT -> u - change * threshold;
                    case ZERO -> u - change * u;
                    case NONE -> u;
                };
                set(membrane, sample, neuron, u);
            }
            setSpike(spikes, row, neuron, fires);
        }
    }

    /** The first neuron with the largest {@code membrane - threshold}, where NaN is larger than any number. */
    private static int winner(LeakyParameters parameters, FloatMatrix membrane, int sample) {
        int winner = 0;
        float largest = Float.NEGATIVE_INFINITY;
        for (int neuron = 0; neuron < parameters.neurons(); neuron++) {
            float over = get(membrane, sample, neuron) - get(parameters.threshold, 0, neuron);
            if (Float.isNaN(over)) {
                return neuron;
            }
            if (over > largest) {
                largest = over;
                winner = neuron;
            }
        }
        return winner;
    }

    private static float get(FloatMatrix matrix, int row, int column) {
        return matrix.segment().get(FLOAT, matrix.rowOffset(row) + (long) column * Float.BYTES);
    }

    private static void set(FloatMatrix matrix, int row, int column, float value) {
        matrix.segment().set(FLOAT, matrix.rowOffset(row) + (long) column * Float.BYTES, value);
    }

    private static boolean spike(SpikeMatrix spikes, int row, int neuron) {
        return (spikes.segment().get(WORD, wordOffset(spikes, row, neuron)) >>> neuron & 1) != 0;
    }

    private static void setSpike(SpikeMatrix spikes, int row, int neuron, boolean spike) {
        long offset = wordOffset(spikes, row, neuron);
        long word = spikes.segment().get(WORD, offset);
        long bit = 1L << neuron;
        spikes.segment().set(WORD, offset, spike ? word | bit : word & ~bit);
    }

    private static long wordOffset(SpikeMatrix spikes, int row, int neuron) {
        return spikes.rowOffset(row) + (long) (neuron / Long.SIZE) * Long.BYTES;
    }
}
