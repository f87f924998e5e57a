package dev.spikelane.kernel.step;

import dev.spikelane.kernel.base.Checks;
import dev.spikelane.kernel.step.LeakyOptions.Spike;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;

/**
 * Updates leaky integrate-and-fire neurons, one or many steps at a time.
 *
 * <p>Each step, in float32, one operation after the other and none fused, with U the membrane, I the current, F the feedback, and R, S in
 * {0, 1}. The parameters say which of it is done:
 *
 * <pre>{@code
 * R = U > threshold                                    from the membrane before the step; Compare.INCLUSIVE: U >= threshold
 * I = I * gain                                         gains, one after another
 * X = (alpha * X + I) + F,  I = X                      a synapse
 * U = (1 - R) * U                                      Reset.ZERO
 * U = U - R * threshold                                Reset.SUBTRACT_DECAYED
 * U = beta * U + I                                     or another Decay
 * U = U + F                                            feedback without a synapse
 * U = max(U, 0)                                        rectified
 * U = U - R * threshold   or   U - R * U               Reset.SUBTRACT, Reset.CLEAR
 * U, X = nearest level                                 quantization
 * S = U > threshold                                    with inhibition: only for the largest U - threshold of the row
 * U = U - (S - R) * threshold    or    (S - R) * U     ResetTime.SAME_STEP_DIFFERENCE, by SUBTRACT or ZERO
 * U = U - S * threshold   or   (1 - S) * U + S * resetPotential     ResetTime.SAME_STEP, for which R is 0 above
 * }</pre>
 *
 * <p>An alpha function has an excitatory current E and an inhibitory one H in place of synapse and decay:
 *
 * <pre>{@code
 * h = H,  E = alpha * E + I,  H = beta * H - I,  U = scale * (E + H)
 * E = E - R * E,          H = H - R * H,  U = U - R * U      Reset.ZERO, Reset.CLEAR
 * E = E - R * threshold,  H = H - R * H,  U = U + R * h      Reset.SUBTRACT
 * }</pre>
 *
 * <p>The spike is S; or R, or {@code |U' - U| > threshold}, where the parameters say so. With its defaults this is {@code snntorch.Leaky}
 * (0.9.4) bit for bit. Under inhibition the reset R is not inhibited; of equal membranes the first one may fire; a NaN counts as the
 * largest and does not fire.
 *
 * <p>The state is {@code [variables * batch x neurons]}: first the membranes of all samples, then those of the second variable, and so on.
 *
 * <p>What is updated or overwritten shares no memory with what else is passed, unless it is said that it may be another matrix itself; then it
 * starts at the same row, or shares no memory with it either.
 */
public final class LeakyStep {

    private LeakyStep() {}

    /**
     * Runs {@code rows / batch} steps.
     *
     * @param parameters of {@code neurons} neurons, without feedback from spikes or currents
     * @param current {@code [rows x neurons]}, time-major ({@code row = step * batch + sample})
     * @param state {@code [variables * batch x neurons]}, updated
     * @param spikes {@code [rows x neurons]}, overwritten
     * @throws IllegalArgumentException if a shape does not fit, or current and state share memory
     * @throws IllegalStateException if an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public static void run(LeakyParameters parameters, FloatMatrix current, FloatMatrix state, SpikeMatrix spikes) {
        spikes.requireShape("spikes", current.rows(), parameters.neurons());
        run(parameters, current, current.rows(), state, spikes, 0, spikes.stride());
    }

    /**
     * Runs the steps of the first rows for some blocks of 64 neurons. Threads that share the work take disjoint blocks.
     *
     * @param parameters of {@code neurons} neurons, without feedback from spikes or currents
     * @param current {@code [at least rows x neurons]}, time-major; or a tile, {@code [at least rows x at least 64 (endWord -
     *     firstWord)]}, which holds the currents of these words only, 0 behind the last neuron
     * @param rows how many rows, whole steps
     * @param state {@code [variables * batch x neurons]}, updated
     * @param spikes {@code [at least rows x neurons]}, overwritten there
     * @param firstWord the first 64-bit word of spikes, that is, block of 64 neurons
     * @param endWord the word behind the last; all words if the parameters are {@linkplain LeakyParameters#coupled coupled}
     * @throws IllegalArgumentException if a shape or range does not fit, or matrices share memory that must not
     * @throws IllegalStateException if an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public static void run(
            LeakyParameters parameters,
            FloatMatrix current,
            int rows,
            FloatMatrix state,
            SpikeMatrix spikes,
            int firstWord,
            int endWord) {
        withoutFeedback(parameters, current, rows, state, spikes, state, false, firstWord, endWord);
    }

    /**
     * The same, and keeps the membrane of every step.
     *
     * @param parameters of {@code neurons} neurons, without feedback from spikes or currents
     * @param current {@code [at least rows x neurons]}, time-major; or a tile, {@code [at least rows x at least 64 (endWord -
     *     firstWord)]}, which holds the currents of these words only, 0 behind the last neuron
     * @param rows how many rows, whole steps
     * @param state {@code [variables * batch x neurons]}, updated
     * @param spikes {@code [at least rows x neurons]}, overwritten there
     * @param membranes {@code [at least rows x neurons]}, receives the membrane after each step; may be {@code current} itself
     * @param firstWord the first 64-bit word of spikes, that is, block of 64 neurons
     * @param endWord the word behind the last; all words if the parameters are {@linkplain LeakyParameters#coupled coupled}
     * @throws IllegalArgumentException if a shape or range does not fit, or matrices share memory that must not
     * @throws IllegalStateException if an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public static void record(
            LeakyParameters parameters,
            FloatMatrix current,
            int rows,
            FloatMatrix state,
            SpikeMatrix spikes,
            FloatMatrix membranes,
            int firstWord,
            int endWord) {
        withoutFeedback(parameters, current, rows, state, spikes, membranes, true, firstWord, endWord);
    }

    private static void withoutFeedback(
            LeakyParameters parameters,
            FloatMatrix current,
            int rows,
            FloatMatrix state,
            SpikeMatrix spikes,
            FloatMatrix membranes,
            boolean record,
            int firstWord,
            int endWord) {
        if (parameters.feedback() == Feedback.OWN_SPIKES || parameters.feedback() == Feedback.CURRENTS) {
            throw new IllegalArgumentException(
                    "neurons have the feedback " + parameters.feedback() + ", which only recurrent() provides");
        }
        int firstNeuron = check(parameters, current, 0, rows, state, spikes, firstWord, endWord);
        if (record) {
            requireMembranes(parameters, rows, membranes, current, state);
        }
        run(
                parameters.loops,
                parameters,
                current,
                firstNeuron,
                0,
                rows,
                state,
                state,
                spikes,
                spikes,
                membranes,
                record,
                firstWord,
                endWord);
    }

    /**
     * Runs some rows of neurons with feedback.
     *
     * @param parameters of {@code neurons} neurons
     * @param current {@code [at least firstRow + rows x neurons]}, time-major; or a tile, as for {@link #run}
     * @param firstRow the first row, the begin of a step
     * @param rows how many rows, whole steps
     * @param state {@code [variables * batch x neurons]}, updated
     * @param feedback the fed back currents, of as many columns as {@code current}, row for row, if {@link Feedback#CURRENTS}
     * @param previous {@code [batch x neurons]}: the spikes of the step before, updated if {@link Feedback#OWN_SPIKES}
     * @param spikes {@code [at least firstRow + rows x neurons]}, overwritten there
     * @param membranes {@code [at least firstRow + rows x neurons]}, receives the membranes if {@code record}; may be {@code current} itself
     * @param record whether membranes are kept
     * @param firstWord the first 64-bit word of spikes, that is, block of 64 neurons
     * @param endWord the word behind the last; all words if the parameters are {@linkplain LeakyParameters#coupled coupled}
     * @throws IllegalArgumentException if a shape or range does not fit, or matrices share memory that must not
     * @throws IllegalStateException if an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public static void recurrent(
            LeakyParameters parameters,
            FloatMatrix current,
            int firstRow,
            int rows,
            FloatMatrix state,
            FloatMatrix feedback,
            SpikeMatrix previous,
            SpikeMatrix spikes,
            FloatMatrix membranes,
            boolean record,
            int firstWord,
            int endWord) {
        int firstNeuron = check(parameters, current, firstRow, rows, state, spikes, firstWord, endWord);
        int batch = state.rows() / parameters.variables();
        if (parameters.feedback() == Feedback.CURRENTS) {
            Checks.rows("feedback", feedback.rows(), firstRow + rows);
            feedback.requireShape("feedback", feedback.rows(), current.columns());
        }
        previous.requireShape("previous", batch, parameters.neurons());
        requireFeedbackApart(parameters, state, feedback, previous, spikes, record ? membranes : state);
        if (firstRow % batch != 0) {
            throw new IllegalArgumentException(
                    "firstRow is " + firstRow + ", expected a multiple of the batch, " + batch);
        }
        if (record) {
            requireMembranes(parameters, firstRow + rows, membranes, current, state);
        }
        run(
                parameters.loops,
                parameters,
                current,
                firstNeuron,
                firstRow,
                firstRow + rows,
                state,
                feedback,
                previous,
                spikes,
                membranes,
                record,
                firstWord,
                endWord);
    }

    /** For steps that charge neurons in a way of their own, and leave firing to {@link #fire}. */
    static void requireFiringOnly(LeakyParameters parameters, int firstRow, int batch) {
        if (parameters.options.spike() != Spike.AFTER || parameters.feedback() != Feedback.NONE) {
            throw new IllegalArgumentException("spike is " + parameters.options.spike() + " and feedback "
                    + parameters.feedback() + ", expected AFTER and NONE");
        }
        if (firstRow % batch != 0) {
            throw new IllegalArgumentException(
                    "firstRow is " + firstRow + ", expected a multiple of the batch, " + batch);
        }
    }

    static void requireMembranes(
            LeakyParameters parameters, int rows, FloatMatrix membranes, FloatMatrix current, FloatMatrix state) {
        Checks.rows("membranes", membranes.rows(), rows);
        membranes.requireShape("membranes", membranes.rows(), parameters.neurons());
        Checks.sameOrApart("membranes", membranes, "current", current);
        Checks.apart("membranes", membranes, "state", state);
    }

    /** Neurons without such a feedback do not look at it, and may be given anything. */
    private static void requireFeedbackApart(
            LeakyParameters parameters,
            FloatMatrix state,
            FloatMatrix feedback,
            SpikeMatrix previous,
            SpikeMatrix spikes,
            FloatMatrix membranes) {
        if (parameters.feedback() == Feedback.CURRENTS) {
            Checks.apart("state", state, "feedback", feedback);
            Checks.apart("membranes", membranes, "feedback", feedback);
        }
        if (parameters.feedback() == Feedback.OWN_SPIKES) {
            Checks.apart("spikes", spikes, "previous", previous);
        }
    }

    /** Checks all, and returns the neuron whose currents stand in column 0. */
    static int check(
            LeakyParameters parameters,
            FloatMatrix current,
            int firstRow,
            int rows,
            FloatMatrix state,
            SpikeMatrix spikes,
            int firstWord,
            int endWord) {
        if (firstRow < 0 || rows < 1) {
            Checks.rows("current", current.rows(), Math.min(firstRow, rows));
        }
        Checks.rows("current", current.rows(), firstRow + rows);
        Checks.rows("spikes", spikes.rows(), firstRow + rows);
        int variables = parameters.variables();
        if (state.rows() % variables != 0) {
            throw new IllegalArgumentException(
                    "state has " + state.rows() + " rows, expected a multiple of the " + variables + " variables");
        }
        Checks.wholeSteps(rows, state.rows() / variables);
        int neurons = parameters.neurons();
        state.requireShape(variables == 1 ? "membrane" : "state", state.rows(), neurons);
        spikes.requireShape("spikes", spikes.rows(), neurons);
        parameters.beta.requireShape("parameters", 1, neurons);
        Checks.range("word of spikes", firstWord, endWord, spikes.stride());
        if (parameters.coupled() && endWord - firstWord != spikes.stride()) {
            throw new IllegalArgumentException(
                    "neurons with inhibition are updated whole rows at a time, asked for words [" + firstWord + ", "
                            + endWord + ") of [0, " + spikes.stride() + ")");
        }
        int firstNeuron = Checks.firstOutput(current, neurons, firstWord, endWord);
        Checks.apart("state", state, "current", current);
        return firstNeuron;
    }

    /** Runs the rows with the loops given, which trust their arguments. */
    static void run(
            LeakyLoops loops,
            LeakyParameters parameters,
            FloatMatrix current,
            int firstCurrent,
            int firstRow,
            int endRow,
            FloatMatrix state,
            FloatMatrix feedback,
            SpikeMatrix previous,
            SpikeMatrix spikes,
            FloatMatrix membranes,
            boolean record,
            int firstWord,
            int endWord) {
        if (!parameters.split()) {
            loops.whole()
                    .run(
                            parameters,
                            current,
                            firstCurrent,
                            firstRow,
                            endRow,
                            state,
                            feedback,
                            previous,
                            spikes,
                            membranes,
                            record,
                            firstWord,
                            endWord,
                            0);
            return;
        }
        for (int row = firstRow; row < endRow; row++) {
            loops.charge()
                    .run(
                            parameters,
                            current,
                            firstCurrent,
                            row,
                            row + 1,
                            state,
                            feedback,
                            previous,
                            spikes,
                            membranes,
                            false,
                            firstWord,
                            endWord,
                            0);
            fire(
                    loops,
                    parameters,
                    current,
                    firstCurrent,
                    row,
                    state,
                    previous,
                    spikes,
                    membranes,
                    record,
                    firstWord,
                    endWord);
        }
    }

    /** Quantizes and fires a row whose neurons are charged, with R in its spikes. */
    static void fire(
            LeakyLoops loops,
            LeakyParameters parameters,
            FloatMatrix current,
            int firstCurrent,
            int row,
            FloatMatrix state,
            SpikeMatrix previous,
            SpikeMatrix spikes,
            FloatMatrix membranes,
            boolean record,
            int firstWord,
            int endWord) {
        int batch = state.rows() / parameters.variables();
        int sample = row % batch;
        for (int variable = 0; variable < parameters.quantized; variable++) {
            int stateRow = variable * batch + sample;
            Quantize.row(parameters.levels, state, stateRow, firstWord * Long.SIZE, endWord * Long.SIZE);
        }
        int winner = parameters.options.inhibition() ? Winner.find(state, sample, parameters.threshold) : 0;
        loops.fire()
                .run(
                        parameters,
                        current,
                        firstCurrent,
                        row,
                        row + 1,
                        state,
                        state,
                        previous,
                        spikes,
                        membranes,
                        record,
                        firstWord,
                        endWord,
                        winner);
    }

    /** The specification. */
    static void scalar(
            LeakyParameters parameters,
            FloatMatrix current,
            int firstCurrent,
            int rows,
            FloatMatrix state,
            SpikeMatrix spikes,
            FloatMatrix membranes,
            boolean record,
            int firstWord,
            int endWord) {
        run(
                parameters.specification,
                parameters,
                current,
                firstCurrent,
                0,
                rows,
                state,
                state,
                spikes,
                spikes,
                membranes,
                record,
                firstWord,
                endWord);
    }
}
