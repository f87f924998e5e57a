package dev.spikelane.network.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.Projection;
import dev.spikelane.network.Simulation;
import dev.spikelane.network.SimulationState;
import dev.spikelane.network.Simulations;
import dev.spikelane.network.naive.NaiveNetwork;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Runs a graph in pieces of random lengths, and compares everything visible with the interpreter. */
final class GraphRun {

    enum Recorders {
        /** Only the state is compared after each call. */
        NONE,
        SPIKES,
        SPIKES_AND_MEMBRANES,
        /** Every variable, and the currents at every port, which runs populations step by step. */
        EVERYTHING,
        /** Something else for each population. */
        SOME
    }

    private final RandomGraph graph;
    private final NaiveNetwork expected;
    private final Recorders recorders;
    private final Random random;
    private final Map<String, Population.SpikeRecorder> spikes = new HashMap<>();
    private final Map<String, Population.VariableRecorder> membranes = new HashMap<>();
    private final Map<String, Population.VariableRecorder> variables = new HashMap<>();
    private int firstStep;
    private String what = "";
    /** Number of restored snapshots. */
    int restored;

    GraphRun(RandomGraph graph, NaiveNetwork expected, Recorders recorders, long seed) {
        this.graph = graph;
        this.expected = expected;
        this.recorders = recorders;
        this.random = new Random(seed);
    }

    void run() {
        Simulation simulation = simulation();
        try {
            for (int done = 0; done < graph.steps; ) {
                int count = random.nextInt(3) == 0 ? 1 : 1 + random.nextInt(graph.steps - done);
                run(simulation, done, count);
                done += count;
                compareState(simulation, done - 1);
                if (random.nextInt(4) == 0) {
                    SimulationState state =
                            SimulationState.of(simulation.snapshot().toBytes());
                    compareRecordings(done);
                    simulation.close();
                    simulation = simulation();
                    simulation.restore(state);
                    compareState(simulation, done - 1);
                    firstStep = done;
                    restored++;
                }
            }
            compareRecordings(graph.steps);
        } finally {
            simulation.close();
        }
    }

    private Simulation simulation() {
        int threads = 1 + random.nextInt(3);
        int[] sizes = {1, 7, 16, 64, Simulations.ROWS_IN_BLOCK};
        int rowsInBlock = sizes[random.nextInt(sizes.length)];
        what = "recording " + recorders + ", " + threads + " threads, blocks of " + rowsInBlock + " rows, "
                + graph.network + ": ";
        Simulation simulation = Simulations.of(graph.network, graph.batch, threads, rowsInBlock);
        spikes.clear();
        membranes.clear();
        variables.clear();
        for (Population population : graph.network.populations()) {
            String name = population.name();
            if (records(Recorders.SPIKES)) {
                spikes.put(name, simulation.recordSpikes(name, graph.steps));
            }
            if (records(Recorders.SPIKES_AND_MEMBRANES)) {
                membranes.put(name, simulation.recordMembranes(name, graph.steps));
            }
            for (String variable : recordable(graph.network, population)) {
                if (records(Recorders.EVERYTHING)) {
                    variables.put(name + "." + variable, simulation.record(name, variable, graph.steps));
                }
            }
            if (records(Recorders.EVERYTHING)) {
                variables.put(
                        name + "." + NaiveNetwork.UNRESET, simulation.recordBeforeReset(name, "membrane", graph.steps));
            }
        }
        return simulation;
    }

    /** Returns all variables of a population, and all ports with an input. */
    static List<String> recordable(Network network, Population population) {
        List<String> names = new ArrayList<>(population.neuron().variables());
        network.projections().stream()
                .filter(projection -> projection.target() == population)
                .map(Projection::port)
                .distinct()
                .forEach(names::add);
        return names;
    }

    private boolean records(Recorders kind) {
        return recorders == Recorders.SOME ? random.nextInt(3) == 0 : recorders.compareTo(kind) >= 0;
    }

    private void run(Simulation simulation, int first, int count) {
        if (graph.constant && random.nextBoolean()) {
            simulation.runConstant(rows(first, 1), count);
        } else if (count < 4) {
            Population last = graph.network.populations().getLast();
            for (int step = first; step < first + count; step++) {
                SpikeMatrix output = simulation.step(rows(step, 1));
                for (int sample = 0; sample < graph.batch; sample++) {
                    compareSpikes(last, step, sample, output, sample);
                }
            }
        } else {
            simulation.run(rows(first, count));
        }
    }

    private Map<String, Signal> rows(int step, int count) {
        Map<String, Signal> rows = new HashMap<>();
        graph.inputs.forEach((name, all) -> rows.put(name, all.rows(step * graph.batch, count * graph.batch)));
        return rows;
    }

    private void compareState(Simulation simulation, int step) {
        assertEquals(step + 1, simulation.steps());
        for (Population population : graph.network.populations()) {
            for (String variable : population.neuron().variables()) {
                FloatMatrix state = simulation.state(population.name()).variable(variable);
                for (int sample = 0; sample < graph.batch; sample++) {
                    compare(population, variable, step, sample, state, sample);
                }
            }
        }
        expected.assertLearned(simulation, step, what);
    }

    private void compareRecordings(int end) {
        for (Population population : graph.network.populations()) {
            String name = population.name();
            for (int row = firstStep * graph.batch; row < end * graph.batch; row++) {
                int step = row / graph.batch;
                int sample = row % graph.batch;
                if (spikes.get(name) instanceof Population.SpikeRecorder recorder) {
                    compareSpikes(population, step, sample, recorder.spikes(), row);
                }
                if (membranes.get(name) instanceof Population.VariableRecorder recorder) {
                    compare(population, "membrane", step, sample, recorder.values(), row);
                }
                for (String variable : recordable(graph.network, population)) {
                    compareVariable(population, variable, step, sample, row);
                }
                compareVariable(population, NaiveNetwork.UNRESET, step, sample, row);
            }
        }
    }

    private void compareVariable(Population population, String variable, int step, int sample, int row) {
        if (variables.get(population.name() + "." + variable) instanceof Population.VariableRecorder recorder) {
            compare(population, variable, step, sample, recorder.values(), row);
        }
    }

    private void compareSpikes(Population population, int step, int sample, SpikeMatrix actual, int row) {
        for (int neuron = 0; neuron < population.size(); neuron++) {
            boolean fires = expected.spike(population.name(), step, sample, neuron);
            if (fires != actual.get(row, neuron)) {
                assertEquals(fires, actual.get(row, neuron), at(population, "spike", step, sample, neuron));
            }
        }
    }

    private void compare(Population population, String variable, int step, int sample, FloatMatrix actual, int row) {
        for (int neuron = 0; neuron < actual.columns(); neuron++) {
            float value = expected.value(population.name(), variable, step, sample, neuron);
            if (Float.floatToIntBits(value) != Float.floatToIntBits(actual.get(row, neuron))) {
                assertEquals(value, actual.get(row, neuron), at(population, variable, step, sample, neuron));
            }
        }
    }

    private String at(Population population, String variable, int step, int sample, int neuron) {
        return what + variable + " of '" + population.name() + "', step " + step + ", sample " + sample + ", neuron "
                + neuron;
    }
}
