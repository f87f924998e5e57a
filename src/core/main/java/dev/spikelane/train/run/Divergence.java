package dev.spikelane.train.run;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.simd.Elements;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Finds the first numbers that are not finite. It runs a batch once more, for the message of a failure, so speed does
 * not matter.
 */
public record Divergence(Network network, int steps) {

    public static final String MEMBRANE = "membrane";

    /**
     * Names values that are not finite, or the first population and step with such a membrane.
     *
     * @param membranes computes the membranes of each population as training did; called if all values are finite
     */
    public String find(Supplier<Map<Population, FloatMatrix>> membranes, int samples) {
        String values = badValues(network);
        return values.isEmpty() ? first(membranes.get(), samples) : values;
    }

    /**
     * Returns the membranes of each population before their resets, for networks that simulate as they were trained.
     */
    public Map<Population, FloatMatrix> simulated(Map<String, Signal> inputs, boolean constant, int samples) {
        try (Simulation simulation = network.simulate(samples)) {
            Map<Population, FloatMatrix> membranes = new LinkedHashMap<>();
            for (Population population : populations()) {
                membranes.put(
                        population,
                        simulation
                                .recordBeforeReset(population.name(), MEMBRANE, steps)
                                .values());
            }
            if (constant) {
                simulation.runConstant(inputs, steps);
            } else {
                simulation.run(inputs);
            }
            return membranes;
        }
    }

    public List<Population> populations() {
        return network.populations().stream()
                .filter(population -> population.neuron().variables().contains(MEMBRANE))
                .toList();
    }

    private String first(Map<Population, FloatMatrix> membranes, int samples) {
        for (int step = 0; step < steps; step++) {
            for (Map.Entry<Population, FloatMatrix> each : membranes.entrySet()) {
                for (int sample = 0; sample < samples; sample++) {
                    int neuron = badColumn(each.getValue(), step * samples + sample);
                    if (neuron >= 0) {
                        return "population '" + each.getKey().name() + "' has the membrane "
                                + each.getValue().get(step * samples + sample, neuron) + " in step " + step
                                + ", neuron " + neuron + " of sample " + sample;
                    }
                }
            }
        }
        return "all membranes are finite, so that the loss itself overflows";
    }

    private static int badColumn(FloatMatrix matrix, int row) {
        for (int column = 0; column < matrix.columns(); column++) {
            if (!Float.isFinite(Elements.get(matrix, row, column))) {
                return column;
            }
        }
        return -1;
    }

    /** Names values of a network that are not finite; empty if all are finite. */
    public static String badValues(Network network) {
        for (String name : network.weights().names()) {
            FloatMatrix values = network.weights().get(name);
            for (int row = 0; row < values.rows(); row++) {
                int column = badColumn(values, row);
                if (column >= 0) {
                    return "'" + name + "' has the value " + values.get(row, column) + " at [" + row + ", " + column
                            + "]";
                }
            }
        }
        return "";
    }
}
