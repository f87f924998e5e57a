package dev.spikelane.engine;

import dev.spikelane.connection.operator.Values;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.Parameter;
import java.util.Map;
import java.util.Objects;

/** A parameter of a population's neurons among a network's values. */
final class PopulationValues implements Values {

    private final LaidOutNetwork network;
    private final int population;
    private final String name;

    PopulationValues(LaidOutNetwork network, int population, String name) {
        this.network = network;
        this.population = population;
        this.name = name;
    }

    private Parameter parameter() {
        return Objects.requireNonNull(
                network.population(population).neuron().parameters().get(name));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int rows() {
        return 1;
    }

    @Override
    public int columns() {
        return parameter().count();
    }

    @Override
    public void read(FloatMatrix into) {
        into.requireShape("into", 1, columns());
        into.copyFrom(parameter().values());
    }

    int population() {
        return population;
    }

    @Override
    public void write(FloatMatrix from) {
        network.rebind(population, network.population(population).neuron().withParameter(name, checked(from)));
    }

    /** Gives the population other values of some parameters; returns what takes that back. */
    Runnable rebind(Map<String, Parameter> together) {
        Neuron before = network.population(population).neuron();
        network.rebind(population, before.withParameters(together));
        return () -> network.rebind(population, before);
    }

    /** The parameter that has these values. */
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
