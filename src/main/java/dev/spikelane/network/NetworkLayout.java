package dev.spikelane.network;

import dev.spikelane.connection.operator.Operator;
import dev.spikelane.layout.Crew;
import dev.spikelane.layout.Layout;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.NeuronGroup;
import dev.spikelane.neuron.Parameter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

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
    public void setParameters(Change change) {
        Bound bound = network.bound(change.population());
        if (bound.set(network, change.names(), change.values())) {
            return;
        }
        Map<String, Parameter> together = new LinkedHashMap<>();
        for (int i = 0; i < change.names().size(); i++) {
            together.put(
                    change.names().get(i), Parameter.of(change.values().get(i).toArray()));
        }
        network.rebind(change.population(), bound.neuron().withParameters(together));
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
    public <T> T read(Supplier<T> reader) {
        return network.weights().read(reader);
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
