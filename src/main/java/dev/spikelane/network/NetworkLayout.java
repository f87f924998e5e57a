package dev.spikelane.network;

import dev.spikelane.connection.operator.Operator;
import dev.spikelane.layout.Crew;
import dev.spikelane.layout.Layout;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.NeuronGroup;
import dev.spikelane.neuron.Parameter;
import java.util.List;

/** How a network is laid out, for those who train it. */
record NetworkLayout(Network network) implements Layout {

    @Override
    public List<Component> components() {
        return network.plan().components().stream()
                .map(each -> new Component(each.populations(), each.steps()))
                .toList();
    }

    @Override
    public List<Operator> path(int projection) {
        return network.path(projection).operators();
    }

    @Override
    public NeuronGroup neurons(int population) {
        return network.bound(population).neurons();
    }

    @Override
    public Neuron inside(int population) {
        return network.bound(population).inside();
    }

    @Override
    public void setParameter(int population, String name, FloatMatrix values) {
        Bound bound = network.bound(population);
        if (!bound.set(name, values)) {
            network.rebind(population, bound.neuron().withParameter(name, Parameter.of(values.toArray())));
        }
    }

    @Override
    public void readParameter(int population, String name, float[] into) {
        network.bound(population).read(name, into);
    }

    @Override
    public void change(Runnable change) {
        network.weights().change(change);
    }

    @Override
    public long version() {
        return network.version();
    }

    @Override
    public Crew crew(int threads) {
        return new Workers(threads);
    }
}
