package dev.spikelane.engine;

import dev.spikelane.connection.operator.ValueDescription;
import dev.spikelane.connection.operator.Values;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.neuron.Neuron;
import java.util.Map;
import java.util.Objects;

/**
 * A parameter of a population's neurons, as one of a network's values.
 *
 * @param name name of the parameter, known without a look at the present values
 */
record PopulationValues(LaidOutNetwork network, int population, String name) implements Values {

    private Parameter parameter() {
        return Objects.requireNonNull(
                network.population(population).neuron().parameters().get(name));
    }

    /** Returns the current values of the parameter: one number, or one for each neuron. */
    @Override
    public ValueDescription description() {
        return ValueDescription.parameter(name, parameter().count());
    }

    @Override
    public void read(FloatMatrix into) {
        into.requireShape("into", 1, columns());
        into.copyFrom(parameter().values());
    }

    @Override
    public void write(FloatMatrix from) {
        network.rebind(population, network.population(population).neuron().withParameter(name, checked(from)));
    }

    /** Sets some parameters of the population; returns an action that restores the old values. */
    Runnable rebind(Map<String, Parameter> together) {
        Neuron before = network.population(population).neuron();
        network.rebind(population, before.withParameters(together));
        return () -> network.rebind(population, before);
    }

    /** Returns the parameter with these values. */
    Parameter checked(FloatMatrix from) {
        from.requireShape(
                "values",
                1,
                from.columns() == 1
                        ? 1
                        : network.description().populations().get(population).size());
        from.requireFinite("values");
        return Parameter.of(from.toArray());
    }
}
