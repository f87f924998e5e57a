package dev.spikelane.neuron;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.memory.limit.NativeMemory;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A neuron model: an immutable record of its parameters, validated when it is made.
 *
 * <p>One line runs neurons of a model, here one that gets a current of 0.5 at each of 100 steps:
 *
 * <pre>{@code
 * FloatMatrix currents = FloatMatrix.zeros(100, 1);
 * currents.fill(0.5f);
 * Run run = new Leaky(.8f).run(currents);
 * }</pre>
 */
public sealed interface Neuron
        permits Alpha,
                DeltaLeaky,
                EquationNeuron,
                HandLif,
                Lapicque,
                Leaky,
                LeakyParallel,
                Lif,
                RLeaky,
                RSynaptic,
                SLstm,
                SpikeList,
                StateLeaky,
                Synaptic {

    /** The port that every model of the library has, and that projections enter unless they name another. */
    String CURRENT = "current";

    /** The port for spikes or membranes that neurons of the same layer had at the step before. */
    String FEEDBACK = "feedback";

    /** The parameter that is the weights of a recurrence from one to one. */
    String RECURRENT_WEIGHTS = "V";

    /**
     * Lays the parameters out for neurons of a shape.
     *
     * @param arena the arena that owns the copy; shared if several threads are to run the group
     * @param shape how the neurons are arranged; rows, and parameters of single neurons, stand in its inner order
     * @return the neurons, without a state, which take {@link #gates} times the shape at each port
     * @throws IllegalArgumentException if a parameter is given for each neuron and their number differs, or the
     *     {@link #recurrence} does not fit
     */
    NeuronGroup bind(Arena arena, Shape shape);

    /**
     * Lays the parameters out for a row of neurons.
     *
     * @param arena the arena that owns the copy; shared if several threads are to run the group
     * @param currents how many currents the neurons get, at least 1: {@link #gates} for each neuron
     * @return the neurons, without a state
     * @throws IllegalArgumentException if a parameter is given for each neuron and their number differs, the
     *     {@link #recurrence} does not fit, or there are not so many currents for each neuron
     */
    default NeuronGroup bind(Arena arena, int currents) {
        return bind(arena, rowOf(currents));
    }

    /**
     * Lays the parameters out for neurons whose currents at the port {@code feedback} come from outside, whatever their
     * own {@link #recurrence} is.
     *
     * @param arena the arena that owns the copy; shared if several threads are to run the group
     * @param shape how the neurons are arranged; rows, and parameters of single neurons, stand in its inner order
     * @return the neurons, without a state, which take currents at the port {@code feedback}
     * @throws IllegalArgumentException if the model has no such port, or a parameter is given for each neuron and their
     *     number differs
     */
    default NeuronGroup bindPorts(Arena arena, Shape shape) {
        throw new IllegalArgumentException(this + " has the ports " + ports() + ", expected '" + FEEDBACK + "' too");
    }

    /**
     * Lays the parameters out for a row of neurons whose currents at the port {@code feedback} come from outside.
     *
     * @param arena the arena that owns the copy; shared if several threads are to run the group
     * @param currents how many currents the neurons get at each port: {@link #gates} for each neuron
     * @return the neurons, without a state, which take currents at the port {@code feedback}
     * @throws IllegalArgumentException as {@link #bindPorts(Arena, Shape)}, or if there are not so many currents for
     *     each neuron
     */
    default NeuronGroup bindPorts(Arena arena, int currents) {
        return bindPorts(arena, rowOf(currents));
    }

    private Shape rowOf(int currents) {
        if (currents % gates() != 0) {
            throw new IllegalArgumentException(
                    currents + " currents, expected " + gates() + " for each neuron of " + this);
        }
        return Shape.of(currents / gates());
    }

    /**
     * Returns the names of the ports at which currents enter.
     *
     * @return names in the order in which they enter the equation: {@code current}; and {@code feedback} if the model
     *     adds currents from neurons of its own layer; the inputs of an {@link EquationNeuron}; none for a {@link
     *     Source}
     */
    default List<String> ports() {
        return List.of(CURRENT);
    }

    /**
     * Returns the recurrence: the connection by which neurons feed back to themselves.
     *
     * @return the recurrence; {@link Recurrence.None} for most models
     */
    default Recurrence recurrence() {
        return Recurrence.none();
    }

    /**
     * Returns true if the recurrence feeds membranes back.
     *
     * @return true for membranes, false for spikes
     */
    default boolean feedsMembranes() {
        return false;
    }

    /**
     * Returns the number of currents of each neuron at each port. They are laid out as this number of rows of neurons,
     * or maps, one after the other in torch's order: a connection to neurons of a shape makes {@link Shape#times} this
     * number.
     *
     * @return 1, unless the model has gates
     */
    default int gates() {
        return 1;
    }

    /**
     * Returns the names of the state variables.
     *
     * @return names, the same as in {@link NeuronState#names}; the first, and for most models the only one, is {@code
     *     membrane}
     */
    default List<String> variables() {
        return TextGroup.MEMBRANE;
    }

    /**
     * Returns the name by which networks know a variable.
     *
     * @param name the network's name, or the one that a text has for its first state
     * @return one of {@link #variables} if the model has the variable, else the same name
     */
    default String variable(String name) {
        return Objects.requireNonNull(name, "name");
    }

    /**
     * Returns the unit of a variable, a port or a parameter, which labels axes and tables. Nothing checks units.
     *
     * @param name one of {@link #variables}, {@link #ports} or {@link #parameters}
     * @return the words in brackets in the text of an {@link EquationNeuron}; empty otherwise
     */
    default String unit(String name) {
        Objects.requireNonNull(name, "name");
        return "";
    }

    /**
     * Returns the greatest of the whole numbers, from 0, that a variable is. Dense connections and convolutions of such
     * a source multiply its bits as spikes.
     *
     * @param variable one of {@link #variables}
     * @return the number after {@code to} in the text of an {@link EquationNeuron}; 0 if it may be any number
     */
    default int greatest(String variable) {
        Objects.requireNonNull(variable, "variable");
        return 0;
    }

    /**
     * Returns the parameters that are one value, or one for each neuron, by the names of the record's components. Also
     * contains {@code threshold}, which most models have in {@link ThresholdAndReset}, and {@code V}, the weights of a
     * one-to-one recurrence. Weights of other recurrences are not parameters: in a network they belong to a projection.
     *
     * @return the parameters in the order of the components, not modifiable
     */
    default Map<String, Parameter> parameters() {
        return Parameters.of((Record) this);
    }

    /**
     * Returns this model with other values of a parameter.
     *
     * @param name one of the names in {@link #parameters}
     * @param values one value, or one for each neuron
     * @return the model
     * @throws IllegalArgumentException if there is no such parameter, or the model's constructor refuses a value
     */
    default Neuron withParameter(String name, Parameter values) {
        return withParameters(Parameters.one(name, values));
    }

    /**
     * Returns this model with other values of some parameters, which are judged together: a value that one parameter
     * allows another is its new one.
     *
     * @param values by the names of {@link #parameters}
     * @return the model
     * @throws IllegalArgumentException if there is no such parameter, or a value is one that the model's constructor
     *     refuses
     */
    default Neuron withParameters(Map<String, Parameter> values) {
        return (Neuron) Parameters.with((Record) this, values);
    }

    /**
     * Returns the value of one spike for the next connection.
     *
     * @return 1, unless the model has graded spikes; one value, or one for each neuron
     */
    default Parameter spikeValue() {
        return Parameter.of(1);
    }

    /**
     * Returns this model with a step whose membrane is the one that is compared with the threshold, for recorders of
     * variables before the reset. One step of it, from a {@linkplain NeuronState#copyFrom copy} of the state of this
     * model, gives the variables as they are when neurons fire, and the same spikes. Its state must not be used for
     * further steps.
     *
     * @return this model without a reset if the reset is at the {@code SAME_STEP}, and with a reset at the {@code
     *     NEXT_STEP} if it is the {@code SAME_STEP_DIFFERENCE}; this model itself if the reset is at the next step or
     *     there is none
     */
    default Neuron beforeReset() {
        return this instanceof HasFiring<?> model
                ? model.withFiring(model.firing().beforeReset())
                : this;
    }

    /**
     * Runs neurons of this model from a state of zeros, one sample, in memory of its own.
     *
     * @param currents {@code [steps x currents]}: one current for each neuron, unless the model has several gates
     * @return spikes and membranes of all steps, bit for bit as {@link NeuronGroup#record} computes them
     * @throws IllegalArgumentException if a parameter is given for each neuron and their number differs
     */
    default Run run(FloatMatrix currents) {
        Arena arena = NativeMemory.ofAuto();
        NeuronGroup group = bind(arena, currents.columns());
        Run run = new Run(
                SpikeMatrix.zeros(arena, currents.rows(), group.neurons()),
                FloatMatrix.zeros(arena, currents.rows(), group.neurons()));
        group.record(List.of(currents), group.newState(arena, 1), run.spikes(), run.membranes());
        return run;
    }

    /**
     * The spikes and membranes of neurons, one row for each step. The memory is freed when nothing refers to it any
     * more.
     *
     * @param spikes {@code [steps x neurons]}
     * @param membranes {@code [steps x neurons]}, the membrane after each step
     */
    record Run(SpikeMatrix spikes, FloatMatrix membranes) {

        /** Checks that both are there. */
        public Run {
            Objects.requireNonNull(spikes, "spikes");
            Objects.requireNonNull(membranes, "membranes");
        }
    }
}
