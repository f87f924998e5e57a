package dev.spikelane.network;

import dev.spikelane.engine.VariableObserver;
import dev.spikelane.kernel.base.Rows;
import dev.spikelane.kernel.base.TorchLayout;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * Keeps a variable of a population, or the currents at one of its ports, at each step since the last reset. Attached as
 * an observer, in memory of the caller's arena, it keeps membranes.
 */
public final class VariableRecorder implements Observer {

    private static final String MEMBRANE = "membrane";

    private final String variable;
    private final boolean beforeReset;
    private final FloatMatrix values;
    private final int batch;
    private String unit = "";
    private final VariableObserver observing = new Observing();

    /**
     * Makes room for the membranes of a run.
     *
     * @param arena the arena that owns the recording
     * @param steps the most steps that can be recorded, at least 1
     * @param batch samples, at least 1
     * @param neurons neurons of the population, at least 1
     * @throws IllegalArgumentException if a size is below 1 or they overflow
     */
    public VariableRecorder(Arena arena, int steps, int batch, int neurons) {
        this(
                MEMBRANE,
                false,
                batch,
                FloatMatrix.zeros(Objects.requireNonNull(arena, "arena"), Recordings.rows(steps, batch), neurons));
    }

    private VariableRecorder(String variable, boolean beforeReset, int batch, FloatMatrix values) {
        this.variable = variable;
        this.beforeReset = beforeReset;
        this.batch = batch;
        this.values = values;
    }

    /** A variable after each step. */
    static VariableRecorder after(String variable, int steps, int batch, int neurons) {
        return of(variable, false, steps, batch, neurons);
    }

    /** A variable before the reset of each step. */
    static VariableRecorder before(String variable, int steps, int batch, int neurons) {
        return of(variable, true, steps, batch, neurons);
    }

    private static VariableRecorder of(String variable, boolean beforeReset, int steps, int batch, int neurons) {
        return new VariableRecorder(
                variable, beforeReset, batch, FloatMatrix.zeros(Recordings.rows(steps, batch), neurons));
    }

    /**
     * Returns the name of what is kept.
     *
     * @return one of the model's variables, or of its ports
     */
    public String variable() {
        return variable;
    }

    /**
     * Returns what a picture calls the recording.
     *
     * @return the {@linkplain #variable name}, and in brackets its unit, where the neuron's text has one
     */
    public String label() {
        return unit.isEmpty() ? variable : variable + " [" + unit + "]";
    }

    /** The unit that the population's neurons have for what is kept. */
    VariableRecorder of(Population population) {
        unit = population.neuron().unit(variable);
        return this;
    }

    /**
     * Returns for how many samples there is room.
     *
     * @return at least 1
     */
    public int batch() {
        return batch;
    }

    /**
     * Tells which value of a step is kept.
     *
     * @return whether it is the one from before this step's reset, which was compared with the threshold
     */
    public boolean beforeReset() {
        return beforeReset;
    }

    /**
     * Returns the recording.
     *
     * @return {@code [steps * batch x neurons]}, or, of the currents of a model with gates, {@code [steps * batch x
     *     gates * neurons]}; time-major, in torch's order; rows of steps that did not run hold what they held before
     */
    public FloatMatrix values() {
        return values;
    }

    /** This recorder, as the engine sees it. */
    VariableObserver observing() {
        return observing;
    }

    @Override
    public boolean needsMembranes() {
        return true;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if the recording is for another batch or another number of neurons, or of
     *     another variable
     */
    @Override
    public void attach(int samples, int neurons) {
        if (beforeReset || !variable.equals(MEMBRANE)) {
            throw new IllegalArgumentException(
                    "recorder keeps '" + variable + "', expected the membrane after each step");
        }
        Recordings.requireSame(batch, values.columns(), samples, neurons);
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException if there is no room for the steps
     */
    @Override
    public void observe(long firstStep, int steps, SpikeMatrix spikes, FloatMatrix membranes) {
        values.requireShape("recorder", values.rows(), membranes.columns());
        int row = Recordings.firstRow(values.rows(), batch, firstStep, steps);
        Rows.copy(membranes, 0, values, row, steps * batch);
    }

    /** {@inheritDoc} Those of all steps for which there is room. */
    @Override
    public long stateBytes() {
        return Recordings.bytes(values);
    }

    @Override
    public void writeState(ByteBuffer to) {
        Recordings.write(values, to);
    }

    @Override
    public void readState(ByteBuffer from) {
        Recordings.read(values, from);
    }

    private final class Observing implements VariableObserver {

        @Override
        public String variable() {
            return variable;
        }

        @Override
        public boolean beforeReset() {
            return beforeReset;
        }

        @Override
        public void record(long step, FloatMatrix rows, Shape shape) {
            int row = Recordings.firstRow(values.rows(), batch, step, 1);
            TorchLayout.copyTorch(shape, rows, 0, values, row, batch);
        }
    }

    @Override
    public String toString() {
        return "VariableRecorder of batch " + batch + ", " + values;
    }
}
