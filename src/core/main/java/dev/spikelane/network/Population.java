package dev.spikelane.network;

import dev.spikelane.engine.observe.VariableObserver;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.simd.Checks;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Neurons of one model.
 *
 * @param name the name, not empty
 * @param shape number and arrangement of the neurons
 * @param neuron the model
 */
public record Population(String name, Shape shape, Neuron neuron) implements Projection.Source {

    /**
     * Makes a population.
     *
     * @throws IllegalArgumentException if the name is empty
     */
    public Population {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(shape, "shape");
        Objects.requireNonNull(neuron, "neuron");
        Names.require("population", name);
    }

    /** {@return the number of neurons, at least 1} */
    public int size() {
        return shape.size();
    }

    /**
     * {@return a variable as a source of projections: its values after each step}
     *
     * @param variable one of the model's {@linkplain Neuron#variables variables}, such as {@code membrane}
     * @throws IllegalArgumentException if the model has no such variable
     */
    public Projection.Source variable(String variable) {
        Objects.requireNonNull(variable, "variable");
        return new Variable(this, variable);
    }

    @Override
    public Optional<Population> ofPopulation() {
        return Optional.of(this);
    }

    @Override
    public String toString() {
        return name + " " + shape + ", " + neuron;
    }

    /**
     * Receives the spikes and membranes of a population, on the thread that runs the simulation, once for each block of
     * steps, in order. It should neither allocate nor keep the matrices.
     */
    public interface Observer {

        /** {@return true if this observer needs the membrane of every step} */
        default boolean needsMembranes() {
            return false;
        }

        /**
         * Receives a block of steps.
         *
         * @param firstStep the number of the block's first step since the last reset
         * @param steps number of steps
         * @param spikes {@code [at least steps * batch x neurons]}, time-major; the first rows are the block's
         * @param membranes {@code [at least steps * batch x neurons]} after each step, if an observer of the layer
         *     needs them; else {@code [batch x neurons]} after the last step
         */
        void observe(long firstStep, int steps, SpikeMatrix spikes, FloatMatrix membranes);

        /**
         * Called when this observer is attached to a layer.
         *
         * @param batch samples of the simulation
         * @param neurons neurons of the layer
         * @throws IllegalArgumentException if this observer was made for another batch or layer
         */
        default void attach(int batch, int neurons) {}

        /** Called when the simulation is reset. */
        default void reset() {}

        /**
         * Returns the length of this observer's content in a state, for {@link Simulation#keepInState}.
         *
         * @return bytes, always the same; 0 if this observer cannot be part of a state
         */
        default long stateBytes() {
            return 0;
        }

        /**
         * Writes the content of this observer, without allocation.
         *
         * @param to takes {@link #stateBytes} from its position, which must be after them on return; little endian
         */
        default void writeState(ByteBuffer to) {}

        /**
         * Replaces the content of this observer by the bytes that {@link #writeState} has written, without allocation.
         *
         * @param from holds {@link #stateBytes} from its position, which must be after them on return; little endian
         */
        default void readState(ByteBuffer from) {}
    }

    /** Keeps the spikes of a layer since the last reset. */
    public static final class SpikeRecorder extends Recorder<SpikeMatrix> {

        /**
         * Makes room for a run.
         *
         * @param arena the arena that owns the recording
         * @param steps the most steps that can be recorded, at least 1
         * @param batch samples, at least 1
         * @param neurons neurons of the layer, at least 1
         * @throws IllegalArgumentException if a size is below 1 or they overflow
         */
        public SpikeRecorder(Arena arena, int steps, int batch, int neurons) {
            Objects.requireNonNull(arena, "arena");
            super(steps, batch, neurons, columns -> SpikeMatrix.zeros(arena, steps * batch, columns));
        }

        /**
         * Restricts the recording, and its memory, to some neurons: {@code recordSpikes("c", steps).of(3, 17, 40)}.
         *
         * @param neurons numbers from 0, in torch's order, at least one; each gets a column, in this order
         * @return this recorder
         * @throws IllegalArgumentException if there is none
         * @throws IndexOutOfBoundsException if there is no such neuron
         * @throws IllegalStateException if a step was recorded, or the recording was read
         */
        public SpikeRecorder of(int... neurons) {
            choose(neurons);
            return this;
        }

        /**
         * {@return the recording {@code [steps * batch x neurons]}, time-major; rows of later steps are not written}
         */
        public SpikeMatrix spikes() {
            return recorded();
        }
    }

    /**
     * Keeps the step and the neuron of each spike of a population since the last reset. Its memory grows with the
     * spikes: a run allocates only if it is full, and then doubles it. {@link Simulation#recordSpikeTimes} attaches
     * one. Methods throw an {@link IndexOutOfBoundsException} if a sample does not exist.
     */
    public static final class SpikeTimes implements Observer {

        private static final int FIRST_ROOM = 1 << 10;

        private final int batch;
        private final int neurons;
        private final double timeStep;
        private int[] steps = new int[FIRST_ROOM];
        /** {@code sample * neurons + neuron} of each spike. */
        private int[] places = new int[FIRST_ROOM];

        private int count;
        private int stepsRun;

        SpikeTimes(int batch, int neurons, double timeStep) {
            this.batch = batch;
            this.neurons = neurons;
            this.timeStep = timeStep;
            Math.multiplyExact(batch, neurons);
        }

        /**
         * Returns the steps of the spikes of one sample.
         *
         * @param sample the sample
         * @return a step for each spike, ascending, counted from the last reset
         * @throws IndexOutOfBoundsException if there is no such sample
         */
        public int[] steps(int sample) {
            return spikesOf(sample).map(spike -> steps[spike]).toArray();
        }

        /**
         * Returns the neurons of the spikes of one sample.
         *
         * @param sample the sample
         * @return a neuron for each of its {@link #steps}, ascending within a step, in torch's order
         * @throws IndexOutOfBoundsException if there is no such sample
         */
        public int[] neurons(int sample) {
            return spikesOf(sample).map(spike -> places[spike] % neurons).toArray();
        }

        /**
         * Returns the spikes of one sample as a matrix.
         *
         * @param sample the sample
         * @return {@code [steps x neurons]}, of the steps since the last reset
         * @throws IndexOutOfBoundsException if there is no such sample
         * @throws IllegalStateException if no step was recorded
         */
        public SpikeMatrix spikes(int sample) {
            if (stepsRun == 0) {
                throw new IllegalStateException("no step was recorded, expected a run before spikes()");
            }
            SpikeMatrix spikes = SpikeMatrix.zeros(stepsRun, neurons);
            spikesOf(sample).forEach(spike -> spikes.set(steps[spike], places[spike] % neurons, true));
            return spikes;
        }

        /**
         * {@return the milliseconds of a step, for the axis of a picture; 0 if no text of the network uses {@code dt},
         * or texts have several time steps}
         */
        public double timeStep() {
            return timeStep;
        }

        private IntStream spikesOf(int sample) {
            Checks.index("sample", sample, batch);
            return IntStream.range(0, count).filter(spike -> places[spike] / neurons == sample);
        }

        @Override
        public void observe(long firstStep, int blockSteps, SpikeMatrix spikes, FloatMatrix membranes) {
            stepsRun = Math.max(stepsRun, Math.toIntExact(firstStep + blockSteps));
            for (int row = 0; row < blockSteps * batch; row++) {
                for (int neuron = spikes.next(row, 0); neuron >= 0; neuron = spikes.next(row, neuron + 1)) {
                    if (count == steps.length) {
                        steps = Arrays.copyOf(steps, 2 * count);
                        places = Arrays.copyOf(places, 2 * count);
                    }
                    steps[count] = (int) firstStep + row / batch;
                    places[count] = row % batch * neurons + neuron;
                    count++;
                }
            }
        }

        @Override
        public void reset() {
            count = 0;
            stepsRun = 0;
        }

        @Override
        public String toString() {
            return "SpikeTimes of batch " + batch + ", " + count + " spikes of " + neurons + " neurons in " + stepsRun
                    + " steps";
        }
    }

    /**
     * Keeps a variable of a population, or the currents at one of its ports, at each step since the last reset. An
     * observer made by the public constructor keeps membranes.
     */
    public static final class VariableRecorder extends Recorder<FloatMatrix> {

        private static final String MEMBRANE = "membrane";

        private final String variable;
        private final boolean beforeReset;
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
            Objects.requireNonNull(arena, "arena");
            this(MEMBRANE, false, steps, batch, neurons, columns -> FloatMatrix.zeros(arena, steps * batch, columns));
        }

        private VariableRecorder(
                String variable,
                boolean beforeReset,
                int steps,
                int batch,
                int columns,
                IntFunction<FloatMatrix> memory) {
            super(steps, batch, columns, memory);
            this.variable = variable;
            this.beforeReset = beforeReset;
        }

        /** Makes a recorder of a variable after each step, or before its reset. */
        static VariableRecorder stepwise(String variable, boolean beforeReset, int steps, int batch, int neurons) {
            return new VariableRecorder(
                    variable, beforeReset, steps, batch, neurons, columns -> FloatMatrix.zeros(steps * batch, columns));
        }

        /** {@return the name of the recorded variable or port} */
        public String variable() {
            return variable;
        }

        /**
         * {@return the label of the recording in a picture: the {@linkplain #variable name}, with its unit in brackets
         * if it has one}
         */
        public String label() {
            return unit.isEmpty() ? variable : variable + " [" + unit + "]";
        }

        @Override
        void describe(Population population, double milliseconds) {
            super.describe(population, milliseconds);
            unit = population.neuron().unit(variable);
        }

        /**
         * Restricts the recording, and its memory, to some neurons: {@code record("c", "v", steps).of(3, 17, 40)}.
         *
         * @param neurons numbers from 0, in torch's order, at least one; each gets a column, in this order, and one per
         *     gate of a model with gates
         * @return this recorder
         * @throws IllegalArgumentException if there is none
         * @throws IndexOutOfBoundsException if there is no such neuron
         * @throws IllegalStateException if a step was recorded, or the recording was read
         */
        public VariableRecorder of(int... neurons) {
            choose(neurons);
            return this;
        }

        /** {@return true if values before the step's reset are kept, which were compared with the threshold} */
        public boolean beforeReset() {
            return beforeReset;
        }

        /**
         * Returns the recording.
         *
         * @return {@code [steps * batch x neurons]}, or {@code [steps * batch x gates * neurons]} for the currents of a
         *     model with gates; time-major, in torch's order; rows of later steps are not written
         */
        public FloatMatrix values() {
            return recorded();
        }

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
            super.attach(samples, neurons);
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
                keep(step, 1, rows, shape);
            }
        }
    }
}
