package dev.spikelane.kernel.step.cell;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.kernel.Compare;
import dev.spikelane.kernel.step.StepRun;
import dev.spikelane.kernel.step.leaky.LeakyParameters;
import dev.spikelane.kernel.step.leaky.LeakyStep;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.Elements;
import dev.spikelane.simd.Sigmoid;
import dev.spikelane.simd.SimdWidth;
import java.lang.foreign.Arena;

/**
 * Updates spiking long short-term memory cells by one step, in float32 without fused operations.
 *
 * <p>With H the membrane (the hidden state), C the cell state, and four gates of each neuron in torch's order,
 * {@code i, f, g, o}, each the sum of a current and a fed back current, a position's neurons side by side for each of
 * its gates ({@link #column}):
 *
 * <pre>{@code
 * R = H > threshold                                    from the membrane before the step
 * C = sigmoid(f) * C + sigmoid(i) * tanh(g)
 * H = sigmoid(o) * tanh(C)
 * H = H - R * threshold   or   H - R * H               Reset.SUBTRACT; Reset.CLEAR and ZERO
 * S = H > threshold
 * }</pre>
 *
 * <p>The options of {@link LeakyParameters} for comparison, reset, quantization and inhibition hold here too. The
 * sigmoid and the hyperbolic tangent are polynomials of our own, the same in all variants, and within some units in the
 * last place.
 */
public final class LstmStep {

    /** Gates of a neuron. */
    public static final int GATES = 4;

    static final int INPUT = 0;
    static final int FORGET = 1;
    static final int CANDIDATE = 2;
    static final int OUTPUT = 3;

    /** Vectors of a position's channels reach into what is behind the last neuron. */
    private static final int BEHIND = 15;

    private LstmStep() {}

    /**
     * Makes memory that steps use.
     *
     * @param arena the arena that owns it
     * @param neurons of the cells
     * @return the gates of a row, {@code [4 x neurons and what vectors need behind them]}, zeros
     */
    public static FloatMatrix workspace(Arena arena, int neurons) {
        return FloatMatrix.zeros(arena, GATES, neurons + BEHIND);
    }

    /**
     * Runs one step. What is updated or overwritten shares no memory with what else is passed.
     *
     * @param parameters of {@code neurons} neurons with two variables, membrane and cell state, of which only those of
     *     firing are read
     * @param channels neurons of a position; all of them, if they stand in a row
     * @param run the current and the feedback, {@code [at least firstRow + batch x 4 neurons]}; the state,
     *     {@code [2 * batch x neurons]}: the membranes, then the cell states; spikes, and membranes if they are kept;
     *     of all words
     * @param workspace from {@link #workspace}, overwritten
     * @param firstRow the first row of the step, a multiple of the batch
     * @throws IllegalArgumentException if a shape or range does not fit, matrices share memory, or the neurons fire
     *     before the step or feed something back
     * @throws IllegalStateException if an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public static void step(
            LeakyParameters parameters, int channels, StepRun run, FloatMatrix workspace, int firstRow) {
        FloatMatrix feedback = run.feedback;
        FloatMatrix state = run.state;
        SpikeMatrix spikes = run.spikes;
        FloatMatrix membranes = run.membranes;
        int neurons = parameters.neurons();
        if (parameters.variables() != 2 || state.rows() % 2 != 0) {
            throw new IllegalArgumentException("parameters have " + parameters.variables() + " variables, and state "
                    + state.rows() + " rows, expected 2 and twice the batch");
        }
        int batch = state.rows() / 2;
        state.requireShape("state", state.rows(), neurons);
        int columns = channels == neurons ? neurons : neurons + BEHIND;
        workspace.requireShape("workspace", GATES, Math.max(columns, workspace.columns()));
        if (channels < 1 || neurons % channels != 0) {
            throw new IllegalArgumentException(
                    "channels is " + channels + ", expected a number that divides " + neurons + " neurons");
        }
        Checks.apart("workspace", workspace, "state", state);
        Checks.atLeast(0, "firstRow", firstRow);
        LeakyStep.requireFiringOnly(parameters, firstRow, batch);
        run.tile.require("current", firstRow + batch, GATES * neurons);
        Checks.rows("feedback", feedback.rows(), firstRow + batch - run.firstFed);
        feedback.requireShape("feedback", feedback.rows(), GATES * neurons);
        Checks.rows("spikes", spikes.rows(), firstRow + batch);
        spikes.requireShape("spikes", spikes.rows(), neurons);
        parameters.threshold.requireShape("parameters", 1, neurons);
        Checks.range("word of spikes", run.firstWord, run.endWord, spikes.stride());
        if (run.records) {
            Checks.rows("membranes", membranes.rows(), firstRow + batch);
            membranes.requireShape("membranes", membranes.rows(), neurons);
            Checks.apart("membranes", membranes, "state", state);
            Checks.apart("membranes", membranes, "workspace", workspace);
        }
        for (int row = firstRow; row < firstRow + batch; row++) {
            if (SimdWidth.VECTOR) {
                LstmStepVector.charge(parameters, channels, run, workspace, row);
            } else {
                scalar(parameters, channels, run, row);
            }
        }
        run.frames(parameters.firing()).fire(run, firstRow);
    }

    /** The specification of a charge, which leaves R in the row of spikes. */
    public static void scalar(LeakyParameters parameters, int channels, StepRun run, int row) {
        FloatMatrix state = run.state;
        SpikeMatrix spikes = run.spikes;
        int batch = state.rows() / 2;
        int sample = row % batch;
        int neurons = parameters.neurons();
        boolean strict = parameters.options.compare() == Compare.STRICT;
        boolean later = parameters.options.resetsLater();
        boolean subtracts = parameters.options.subtracts();
        for (int word = 0; word < spikes.stride(); word++) {
            long bits = 0;
            for (int neuron = word * Long.SIZE; neuron < Math.min(neurons, (word + 1) * Long.SIZE); neuron++) {
                float threshold = Elements.get(parameters.threshold, 0, neuron);
                float before = Elements.get(state, sample, neuron);
                float r = (strict ? before > threshold : before >= threshold) ? 1 : 0;
                bits |= (long) r << neuron;
                float input = Sigmoid.of(gate(run, row, column(INPUT, neuron, channels)));
                float forget = Sigmoid.of(gate(run, row, column(FORGET, neuron, channels)));
                float candidate = Sigmoid.tanh(gate(run, row, column(CANDIDATE, neuron, channels)));
                float output = Sigmoid.of(gate(run, row, column(OUTPUT, neuron, channels)));
                float cell = forget * Elements.get(state, batch + sample, neuron) + input * candidate;
                float h = output * Sigmoid.tanh(cell);
                if (later) {
                    h = h - r * (subtracts ? threshold : h);
                }
                Elements.set(state, batch + sample, neuron, cell);
                Elements.set(state, sample, neuron, h);
            }
            spikes.segment().set(JAVA_LONG, spikes.rowOffset(row) + (long) word * Long.BYTES, bits);
        }
    }

    /** Where a neuron's gate stands in a row of currents. */
    static int column(int gate, int neuron, int channels) {
        return (neuron / channels * GATES + gate) * channels + neuron % channels;
    }

    static float gate(StepRun run, int row, int column) {
        return Elements.get(run.current, row, column) + Elements.get(run.feedback, row - run.firstFed, column);
    }
}
