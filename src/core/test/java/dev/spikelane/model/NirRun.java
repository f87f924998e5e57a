package dev.spikelane.model;

import dev.spikelane.golden.GoldenCase;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.Projection;
import dev.spikelane.network.Simulation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Runs an imported graph on the input of a case, and records all populations. */
@SuppressWarnings("exports") // tests of other packages also run graphs
public final class NirRun {

    private final Map<String, float[]> spikes = new LinkedHashMap<>();
    private final Map<String, float[]> variables = new LinkedHashMap<>();
    private final NirModel model;
    private final float[] input;

    public NirRun(NirModel model, GoldenCase golden) {
        this(
                model,
                input(golden),
                golden.shape("input").get(0),
                golden.shape("input").get(1));
    }

    NirRun(NirModel model, Signal given, int steps, int batch) {
        this.model = model;
        this.input = floats(given);
        Network network = model.network();
        try (Simulation simulation = network.simulate(batch)) {
            Map<String, Signal> recorded = new LinkedHashMap<>();
            for (Population population : watched()) {
                String name = population.name();
                recorded.put(name, simulation.recordSpikes(name, steps).spikes());
                for (String variable : population.neuron().variables()) {
                    recorded.put(
                            name + "." + variable,
                            simulation.record(name, variable, steps).values());
                }
            }
            simulation.run(given);
            for (Population population : watched()) {
                spikes.put(population.name(), floats(recorded.get(population.name())));
                for (String variable : population.neuron().variables()) {
                    String name = population.name() + "." + variable;
                    variables.put(name, floats(recorded.get(name)));
                }
            }
        }
    }

    /** Long chains are recorded in part, because recorders take memory. */
    private List<Population> watched() {
        List<Population> all = model.network().populations();
        return all.stream()
                .filter(each -> all.size() < 100
                        || each.name().endsWith("0")
                        || model.outputs().values().stream()
                                .anyMatch(source -> source.ofPopulation().equals(Optional.of(each))))
                .toList();
    }

    /** Returns the input of a case: [steps, batch, ...]. */
    public static Signal input(GoldenCase golden) {
        List<Integer> shape = golden.shape("input");
        int rows = shape.get(0) * shape.get(1);
        int columns = shape.stream().reduce(1, Math::multiplyExact) / rows;
        if (golden.isFloat("input")) {
            FloatMatrix values = FloatMatrix.zeros(rows, columns);
            float[] given = golden.floats("input");
            for (int i = 0; i < given.length; i++) {
                values.set(i / columns, i % columns, given[i]);
            }
            return values;
        }
        SpikeMatrix fired = SpikeMatrix.zeros(rows, columns);
        byte[] given = golden.bytes("input");
        for (int i = 0; i < given.length; i++) {
            fired.set(i / columns, i % columns, given[i] != 0);
        }
        return fired;
    }

    private static float[] floats(Signal signal) {
        float[] all = new float[signal.rows() * signal.columns()];
        for (int i = 0; i < all.length; i++) {
            int row = i / signal.columns();
            int column = i % signal.columns();
            all[i] = switch (signal) {
                case FloatMatrix values -> values.get(row, column);
                case SpikeMatrix fired -> fired.get(row, column) ? 1 : 0;
            };
        }
        return all;
    }

    /** Returns the output of a node. */
    float[] sent(Projection.Source source) {
        if (source.ofPopulation().isEmpty()) {
            return input;
        }
        return source.ofVariable().isPresent() ? variables.get(source.name()) : spikes.get(source.name());
    }

    float[] sent(String node) {
        return sent(model.places().get(node));
    }

    public float[] membrane(String node) {
        return variables.get(node + ".membrane");
    }

    public Set<String> populations() {
        return spikes.keySet();
    }

    public float[] spikes(String node) {
        return spikes.get(node);
    }

    float[] synapse(String node) {
        return variables.get(node + ".synapse");
    }

    public NirModel model() {
        return model;
    }
}
