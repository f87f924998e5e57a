package dev.spikelane.network.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.Projection;
import dev.spikelane.network.Simulation;
import dev.spikelane.network.SimulationState;
import dev.spikelane.network.naive.NaiveNetwork;
import dev.spikelane.network.naive.NaivePlasticity;
import dev.spikelane.neuron.EquationNeuron;
import dev.spikelane.neuron.NeuronState;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A simulation, and the events since its last reset, which an interpreter repeats. */
final class GraphSession implements AutoCloseable {

    /** More steps than any sequence has. */
    static final int MOST_STEPS = 400;

    private sealed interface Event {}

    /** Inputs and values of a step. */
    private record Step(Map<String, Signal> inputs, Map<String, FloatMatrix> values) implements Event {}

    /** A replaced value that a rule changes. */
    private record Replaced(String name, FloatMatrix value) implements Event {}

    /** A state as bytes, and the events that lead to it. */
    record Saved(byte[] bytes, Map<String, FloatMatrix> begin, List<?> events, Map<String, FloatMatrix> plastic) {}

    /** A recorder of a population, from a step on. */
    private record Recording(Population population, String what, Object recorder) {}

    final Simulation simulation;
    private final Network network;
    private final int batch;
    private final String name;
    private final List<Event> events = new ArrayList<>();
    private final List<Step> steps = new ArrayList<>();
    private final List<Recording> recordings = new ArrayList<>();
    /** The first step of each recording. */
    private final Map<Recording, Integer> firstRecorded = new HashMap<>();
    /** The last compared step. */
    private int compared;

    /** The initial values. */
    private Map<String, FloatMatrix> begin;

    private Map<String, FloatMatrix> plastic;
    private NaiveNetwork expected;

    GraphSession(Simulation simulation, Map<String, FloatMatrix> begin, Map<String, FloatMatrix> plastic, String name) {
        this.simulation = simulation;
        this.network = simulation.network();
        this.batch = simulation.batch();
        this.begin = begin;
        this.plastic = plastic;
        this.name = name;
        this.expected = interpreter();
    }

    private NaiveNetwork interpreter() {
        return new NaiveNetwork(network, batch, (input, step) -> frame(input, step)).begin(begin);
    }

    private Signal frame(String input, int step) {
        Signal found = steps.get(step).inputs.get(input);
        if (found == null) {
            throw new AssertionError("there is no " + input);
        }
        return found;
    }

    int steps() {
        return steps.size();
    }

    /** Replaces a value of this simulation's plastic projections; a refusal must change nothing. */
    boolean replacePlastic(String of, FloatMatrix value) {
        try {
            simulation.plasticWeights().replace(of, value);
        } catch (IllegalArgumentException refused) {
            return false;
        }
        if (isLearned(of)) {
            follow(new Replaced(of, value));
            return true;
        }
        plastic = new HashMap<>(plastic);
        plastic.put(of, value);
        return true;
    }

    /** Repeats steps that the simulation has run. */
    void follow(List<Map<String, Signal>> inputs, Map<String, FloatMatrix> values) {
        Map<String, FloatMatrix> all = new HashMap<>(values);
        all.putAll(plastic);
        inputs.forEach(each -> follow(new Step(each, all)));
    }

    private boolean isLearned(String of) {
        return learned().containsKey(of);
    }

    /** Returns learned values that a reset keeps, without variables of synapses. */
    private Map<String, FloatMatrix> learned() {
        Map<String, FloatMatrix> found = new HashMap<>();
        for (Projection projection : network.projections()) {
            if (expected.rule(projection) instanceof NaivePlasticity rule) {
                rule.learned(steps.size() - 1).forEach((part, values) -> {
                    String full = NaiveNetwork.learned(projection) + part;
                    FloatMatrix shape = simulation.plasticWeights().get(full);
                    found.put(full, FloatMatrix.copyOf(shape.rows(), shape.columns(), values));
                });
            }
        }
        return found;
    }

    private void follow(Event event) {
        events.add(event);
        switch (event) {
            case Step step -> {
                steps.add(step);
                expected.set(step.values);
                expected.run(1);
            }
            case Replaced replaced -> expected.replace(replaced.name, replaced.value);
        }
    }

    void reset(Map<String, FloatMatrix> values) {
        simulation.reset();
        begin = new HashMap<>(values);
        begin.putAll(learned());
        compared = 0;
        events.clear();
        steps.clear();
        expected = interpreter();
        recordings.forEach(each -> firstRecorded.put(each, 0));
    }

    Saved save() {
        return new Saved(simulation.snapshot().toBytes(), begin, List.copyOf(events), plastic);
    }

    void restore(Saved saved) {
        simulation.restore(SimulationState.of(saved.bytes));
        begin = saved.begin;
        take(saved.events, saved.plastic);
    }

    /** Returns a copy of this session. */
    GraphSession fork(String forkName) {
        GraphSession fork = new GraphSession(simulation.fork(), begin, plastic, name + "/" + forkName);
        fork.take(List.copyOf(events), plastic);
        return fork;
    }

    private void take(List<?> history, Map<String, FloatMatrix> itsPlastic) {
        events.clear();
        steps.clear();
        expected = interpreter();
        history.forEach(each -> follow((Event) each));
        plastic = itsPlastic;
        recordings.forEach(each -> firstRecorded.put(each, steps.size()));
        compared = steps.size();
    }

    /** Starts another recorder of a population. */
    void record(Population population, Random random) {
        String of = population.name();
        List<String> variables = GraphRun.recordable(network, population);
        String variable = variables.get(random.nextInt(variables.size()));
        Recording recording = switch (random.nextInt(4)) {
            case 0 -> new Recording(population, "spikes", simulation.recordSpikes(of, MOST_STEPS));
            case 1 -> new Recording(population, "membrane", simulation.recordMembranes(of, MOST_STEPS));
            case 2 -> new Recording(population, variable, simulation.record(of, variable, MOST_STEPS));
            default ->
                new Recording(
                        population, NaiveNetwork.UNRESET, simulation.recordBeforeReset(of, "membrane", MOST_STEPS));
        };
        recordings.add(recording);
        firstRecorded.put(recording, steps.size());
    }

    /** Compares all recordings again. */
    void compareAll(String call) {
        compared = 0;
        compare(call);
    }

    /** Compares the state, and recordings since the last comparison. */
    void compare(String call) {
        assertEquals(steps.size(), simulation.steps(), call);
        for (Population population : network.populations()) {
            for (String variable : population.neuron().variables()) {
                FloatMatrix state = simulation.state(population.name()).variable(variable);
                compare(population, variable, steps.size() - 1, state, 0, call);
            }
        }
        for (Recording each : recordings) {
            for (int step = Math.max(compared, firstRecorded.get(each)); step < steps.size(); step++) {
                if (each.recorder instanceof Population.SpikeRecorder recorder) {
                    compareSpikes(each.population, step, recorder.spikes(), step * batch, call);
                } else if (each.recorder instanceof Population.VariableRecorder recorder) {
                    compare(each.population, each.what, step, recorder.values(), step * batch, call);
                }
            }
        }
        compared = steps.size();
        expected.assertLearned(simulation, steps.size() - 1, name + " after " + call);
    }

    void compareOutput(SpikeMatrix output, String call) {
        compareSpikes(network.populations().getLast(), steps.size() - 1, output, 0, call);
    }

    private void compareSpikes(Population population, int step, SpikeMatrix actual, int firstRow, String call) {
        for (int sample = 0; sample < batch; sample++) {
            for (int i = 0; i < population.size(); i++) {
                boolean fires = expected.spike(population.name(), step, sample, i);
                if (fires != actual.get(firstRow + sample, i)) {
                    assertEquals(fires, !fires, at(population, "spike", step, sample, i, call));
                }
            }
        }
    }

    private void compare(
            Population population, String variable, int step, FloatMatrix actual, int firstRow, String call) {
        FloatMatrix start = step < 0 ? start(population, variable) : actual;
        for (int sample = 0; sample < batch; sample++) {
            for (int i = 0; i < actual.columns(); i++) {
                float want = step < 0 ? start.get(0, i) : expected.value(population.name(), variable, step, sample, i);
                float found = actual.get(firstRow + sample, i);
                if (Float.floatToIntBits(want) != Float.floatToIntBits(found)) {
                    assertEquals(want, found, at(population, variable, step, sample, i, call));
                }
            }
        }
    }

    /** Returns the initial values of neurons: zeros, unless equations define others. */
    private FloatMatrix start(Population population, String variable) {
        Shape shape = population.shape();
        FloatMatrix start = FloatMatrix.zeros(1, shape.size());
        if (population.neuron() instanceof EquationNeuron) {
            Arena arena = Arena.ofAuto();
            NeuronState state = expected.neuron(population).bind(arena, shape).newState(arena, 1);
            shape.toTorch(state.variable(variable), 0, start, 0, 1);
        }
        return start;
    }

    private String at(Population population, String variable, int step, int sample, int neuron, String call) {
        return variable + " of '" + population.name() + "', step " + step + ", sample " + sample + ", neuron " + neuron
                + " of simulation " + name + " after " + call + "; " + network;
    }

    @Override
    public void close() {
        simulation.close();
    }
}
