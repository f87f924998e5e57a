package dev.spikelane.model;

import dev.spikelane.io.file.JsonWriter;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Distances of membranes from their thresholds in one network, and differences from the membranes of another network
 * with equal neurons, for example with integer weights. They show whether a difference could change a spike. Membranes
 * are from before the reset.
 *
 * @param populations the firing populations, in the order of the network
 */
public record ThresholdMargins(List<Row> populations) {

    /** Copies the list. */
    public ThresholdMargins {
        populations = List.copyOf(Objects.requireNonNull(populations, "populations"));
    }

    /**
     * The margins of a population.
     *
     * @param name the population
     * @param decisions comparisons of a membrane with a threshold
     * @param smallest the smallest distance in the first network
     * @param step the step of the smallest distance
     * @param neuron its neuron, in torch's order
     * @param difference the largest difference of membranes until the first spike that differs
     * @param close decisions of the first network until then with a distance below the difference of both membranes
     * @param flips spikes that differ
     * @param firstFlip the step of the first differing spike; -1 if there is none
     */
    public record Row(
            String name,
            long decisions,
            double smallest,
            int step,
            int neuron,
            double difference,
            long close,
            long flips,
            int firstFlip) {

        @Override
        public String toString() {
            return "'" + name + "': " + decisions + " decisions, the closest " + smallest + " from the threshold (step "
                    + step + ", neuron " + neuron + "); membranes differ by at most " + difference + ", by which "
                    + close
                    + " decisions could flip; " + flips + " spikes differ"
                    + (flips == 0 ? "" : ", the first in step " + firstFlip);
        }
    }

    /**
     * Runs two networks on one input.
     *
     * @param first a network
     * @param second a network with the same populations, such as {@code first.quantized(ElementType.INT8)}
     * @param input rows for each input, time-major
     * @param batch the number of samples in a batch
     * @return the margins of the first network
     * @throws IllegalArgumentException if the input has another shape, or the populations differ
     */
    public static ThresholdMargins of(Network first, Network second, Map<String, ? extends Signal> input, int batch) {
        Objects.requireNonNull(first, "first");
        Objects.requireNonNull(second, "second");
        Objects.requireNonNull(input, "input");
        int steps = input.values().iterator().next().rows() / batch;
        List<Recorded> both = new ArrayList<>();
        for (Network each : List.of(first, second)) {
            both.add(Recorded.of(each, input, steps, batch));
        }
        int until = firstFlip(both, steps, batch);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < both.getFirst().names.size(); i++) {
            rows.add(row(both.get(0), both.get(1), i, until, batch));
        }
        return new ThresholdMargins(rows);
    }

    /** Returns the first step with a differing spike; the number of steps if there is none. */
    private static int firstFlip(List<Recorded> both, int steps, int batch) {
        Recorded first = both.get(0);
        Recorded second = both.get(1);
        if (!first.names.equals(second.names)) {
            throw new IllegalArgumentException(
                    "populations that fire are " + first.names + " and " + second.names + ", expected the same");
        }
        for (int row = 0; row < steps * batch; row++) {
            for (int i = 0; i < first.names.size(); i++) {
                for (int neuron = 0; neuron < first.spikes.get(i).columns(); neuron++) {
                    if (first.spikes.get(i).get(row, neuron)
                            != second.spikes.get(i).get(row, neuron)) {
                        return row / batch;
                    }
                }
            }
        }
        return steps;
    }

    private static Row row(Recorded first, Recorded second, int number, int until, int batch) {
        FloatMatrix membranes = first.membranes.get(number);
        double smallest = Double.POSITIVE_INFINITY;
        int where = 0;
        double difference = 0;
        long close = 0;
        long flips = 0;
        int firstFlip = -1;
        for (int i = 0; i < membranes.rows() * membranes.columns(); i++) {
            int row = i / membranes.columns();
            int neuron = i % membranes.columns();
            Parameter threshold = first.thresholds.get(number);
            double margin = Math.abs(
                    membranes.get(row, neuron) - (double) threshold.value(threshold.count() == 1 ? 0 : neuron));
            double apart = Math.abs(membranes.get(row, neuron)
                    - (double) second.membranes.get(number).get(row, neuron));
            if (margin < smallest) {
                smallest = margin;
                where = i;
            }
            if (row / batch <= until) {
                difference = Math.max(difference, apart);
                close += margin <= apart ? 1 : 0;
            }
            if (first.spikes.get(number).get(row, neuron)
                    != second.spikes.get(number).get(row, neuron)) {
                firstFlip = flips == 0 ? row / batch : firstFlip;
                flips++;
            }
        }
        return new Row(
                first.names.get(number),
                (long) membranes.rows() * membranes.columns(),
                smallest,
                where / membranes.columns() / batch,
                where % membranes.columns(),
                difference,
                close,
                flips,
                firstFlip);
    }

    private record Recorded(
            List<String> names, List<SpikeMatrix> spikes, List<FloatMatrix> membranes, List<Parameter> thresholds) {

        static Recorded of(Network network, Map<String, ? extends Signal> input, int steps, int batch) {
            Recorded found = new Recorded(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
            try (Simulation simulation = network.simulate(batch)) {
                for (Population each : network.populations()) {
                    Parameter threshold = threshold(network, each);
                    if (!threshold.isAlways(Float.MAX_VALUE)) {
                        found.names.add(each.name());
                        found.spikes.add(
                                simulation.recordSpikes(each.name(), steps).spikes());
                        found.membranes.add(simulation
                                .recordBeforeReset(each.name(), "membrane", steps)
                                .values());
                        found.thresholds.add(threshold);
                    }
                }
                simulation.run(input);
            }
            return found;
        }

        /** Returns the current threshold; the largest float for neurons without one. */
        private static Parameter threshold(Network network, Population population) {
            String name = population.name() + ".threshold";
            return network.weights().names().contains(name)
                    ? Parameter.of(network.weights().get(name).toArray())
                    : Objects.requireNonNullElse(
                            population.neuron().parameters().get("threshold"), Parameter.of(Float.MAX_VALUE));
        }
    }

    /**
     * Returns the margins as JSON.
     *
     * @return an array with an object for each population
     */
    public String json() {
        JsonWriter json = new JsonWriter().array();
        for (Row row : populations) {
            json.object().name("population").value(row.name);
            json.name("decisions").value(row.decisions);
            json.finite("smallest_margin", row.smallest);
            json.name("step").value(row.step);
            json.name("neuron").value(row.neuron);
            json.finite("largest_difference", row.difference);
            json.name("could_flip").value(row.close);
            json.name("flips").value(row.flips);
            json.name("first_flip").value(row.firstFlip).end();
        }
        return json.end().text();
    }
}
