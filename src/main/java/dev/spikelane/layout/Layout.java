package dev.spikelane.layout;

import dev.spikelane.connection.operator.Operator;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.NeuronGroup;
import java.util.List;
import java.util.function.Supplier;

/** A network as it is laid out: the order in which populations run, its operators with their weights, and its neurons. */
public interface Layout {

    /**
     * Populations that run together.
     *
     * @param populations their numbers, in the order in which they run
     * @param steps steps that they can run at a time; 0 for a population without a loop, which can run any number
     */
    record Component(List<Integer> populations, int steps) {}

    /** Returns the components, every source before its targets. */
    List<Component> components();

    /** Returns the operators of a projection, from source to target, with the network's own weights. */
    List<Operator> path(int projection);

    /** Returns the neurons of a population with the parameters that they have now. */
    NeuronGroup neurons(int population);

    /** Returns the model of a population with the parameters that it has now, those of single neurons in the order of the rows. */
    Neuron inside(int population);

    /**
     * Other values of some parameters of a population, in torch's order, which are judged together.
     *
     * @param names of parameters
     * @param values of each
     */
    record Change(int population, List<String> names, List<FloatMatrix> values) {}

    /**
     * Gives neurons other values of parameters, in place, which allocates nothing: rows of the neurons, and weights times what spikes carry, follow.
     * The population gets other {@link #neurons} where these lack what the values need: a gain that was 1 and left out, or weights of spikes that carried 1,
     * are made once; values that the model refuses, or without which its neurons have another form, such as a synapse of 0, are judged by the model.
     */
    void setParameters(Change change);

    /** Copies the values that a parameter has now, in the order of the rows. */
    void readParameter(int population, String name, float[] into);

    /** Makes a change while no simulation of the network runs, and counts it. */
    void change(Runnable change);

    /** Reads several values, of which none changes meanwhile; the reader must not change any. */
    <T> T read(Supplier<T> reader);

    /** Returns a number that grows with every change of values. */
    long version();

    /** Starts threads, the calling one among them. */
    Crew crew(int threads);
}
