package dev.spikelane.kernel.step.leaky;

import dev.spikelane.kernel.step.Feedback;
import dev.spikelane.kernel.step.StepRun;
import dev.spikelane.kernel.step.leaky.LeakyOptions.Spike;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;

/**
 * Updates leaky integrate-and-fire neurons, one or many steps at a time.
 *
 * <p>Each step, in float32, one operation after the other and none fused, with U the membrane, I the current, F the
 * feedback, and R, S in {0, 1}. The parameters say which of it is done:
 *
 * <pre>{@code
 * R = U > threshold                                    from the membrane before the step;
 *                                                      Compare.INCLUSIVE: U >= threshold
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
 * U = U - (S - R) * threshold    or    (S - R) * U     Reset.Time.SAME_STEP_DIFFERENCE, by SUBTRACT or ZERO
 * U = U - S * threshold   or   (1 - S) * U + S * resetPotential     Reset.Time.SAME_STEP, for which R is 0 above
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
 * <p>The spike is S; or R, or {@code |U' - U| > threshold}, where the parameters say so. With its defaults this is
 * {@code snntorch.Leaky} (0.9.4) bit for bit. Under inhibition the reset R is not inhibited; of equal membranes the
 * first one may fire; a NaN counts as the largest and does not fire.
 *
 * <p>The state is {@code [variables * batch x neurons]}: first the membranes of all samples, then those of the second
 * variable, and so on.
 *
 * <p>What is updated or overwritten shares no memory with what else is passed, unless it is said that it may be another
 * matrix itself; then it starts at the same row, or shares no memory with it either.
 */
public final class LeakyStep {

    private LeakyStep() {}

    /**
     * Runs {@code rows / batch} steps.
     *
     * @param parameters of {@code neurons} neurons
     * @param run current, state and spikes, of as many rows as the current, and what else the parameters ask for
     * @throws IllegalArgumentException if a shape or range does not fit, or matrices share memory that must not
     * @throws IllegalStateException if an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public static void run(LeakyNeurons parameters, StepRun run) {
        run.spikes.requireShape("spikes", run.current.rows(), parameters.neurons());
        run(parameters, run, 0, run.current.rows());
    }

    /**
     * Runs the steps of some rows, for the run's blocks of 64 neurons. Threads that share the work take disjoint
     * blocks: all blocks if the parameters are {@linkplain LeakyNeurons#coupled coupled}.
     *
     * @param parameters of {@code neurons} neurons
     * @param run current, state and spikes; the feedback, if that is {@link Feedback#CURRENTS}; the spikes of the step
     *     before, if it is {@link Feedback#OWN_SPIKES}; membranes, if they are kept
     * @param firstRow the first row, the begin of a step
     * @param rows how many rows, whole steps
     * @throws IllegalArgumentException if a shape or range does not fit, or matrices share memory that must not
     * @throws IllegalStateException if an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public static void run(LeakyNeurons parameters, StepRun run, int firstRow, int rows) {
        check(parameters, run, firstRow, rows);
        requireFeedback(parameters, run, firstRow + rows);
        int batch = run.state.rows() / parameters.variables();
        requireStep(firstRow, batch);
        if (run.records) {
            requireMembranes(parameters, run, firstRow + rows);
        }
        run.frames(parameters.loops()).run(run, firstRow, rows, null);
    }

    private static void requireStep(int firstRow, int batch) {
        if (firstRow % batch != 0) {
            throw new IllegalArgumentException(
                    "firstRow is " + firstRow + ", expected a multiple of the batch, " + batch);
        }
    }

    /** For steps that charge neurons in a way of their own, and leave firing to a loop. */
    public static void requireFiringOnly(LeakyNeurons parameters, int firstRow, int batch) {
        if (parameters.options.spike() != Spike.AFTER || parameters.feedback() != Feedback.NONE) {
            throw new IllegalArgumentException("spike is " + parameters.options.spike() + " and feedback "
                    + parameters.feedback() + ", expected AFTER and NONE");
        }
        requireStep(firstRow, batch);
    }

    public static void requireMembranes(LeakyNeurons parameters, StepRun run, int rows) {
        Checks.rows("membranes", run.membranes.rows(), rows);
        run.membranes.requireShape("membranes", run.membranes.rows(), parameters.neurons());
        Checks.sameOrApart("membranes", run.membranes, "current", run.current);
        Checks.apart("membranes", run.membranes, "state", run.state);
    }

    /** Neurons without such a feedback do not look at it, and may be given anything. */
    private static void requireFeedback(LeakyNeurons parameters, StepRun run, int rows) {
        if (parameters.feedback() == Feedback.CURRENTS) {
            Checks.apart("state", run.state, "feedback", run.feedback);
            Checks.rows("feedback", run.feedback.rows(), rows - run.firstFed);
            run.feedback.requireShape("feedback", run.feedback.rows(), run.current.columns());
            if (run.records) {
                Checks.apart("membranes", run.membranes, "feedback", run.feedback);
            }
        }
        if (parameters.feedback() == Feedback.OWN_SPIKES) {
            Checks.apart("spikes", run.spikes, "previous", run.previous);
            run.previous.requireShape("previous", run.state.rows() / parameters.variables(), parameters.neurons());
        }
    }

    /** Checks what all steps have, and finds the neuron whose currents stand in column 0. */
    public static void check(LeakyNeurons parameters, StepRun run, int firstRow, int rows) {
        FloatMatrix current = run.current;
        FloatMatrix state = run.state;
        SpikeMatrix spikes = run.spikes;
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
        Checks.range("word of spikes", run.firstWord, run.endWord, spikes.stride());
        if (parameters.coupled() && run.endWord - run.firstWord != spikes.stride()) {
            throw new IllegalArgumentException(
                    "neurons with inhibition are updated whole rows at a time, asked for words [" + run.firstWord + ", "
                            + run.endWord + ") of [0, " + spikes.stride() + ")");
        }
        run.tile.require("current", firstRow + rows, parameters.currents());
        Checks.apart("state", state, "current", current);
    }
}
