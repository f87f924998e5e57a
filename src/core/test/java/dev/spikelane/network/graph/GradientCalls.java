package dev.spikelane.network.graph;

import static dev.spikelane.network.graph.RandomGradientsProperties.SURROGATE;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.naive.NaiveArithmetic;
import dev.spikelane.network.naive.NaiveGradients;
import dev.spikelane.network.naive.NaiveNetwork;
import dev.spikelane.train.Gradients;
import dev.spikelane.train.GradientsBuilder;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** Random windows of gradients, of rows and frames, while values change, compared with the interpreter. */
final class GradientCalls implements AutoCloseable {

    enum Call {
        FORWARD,
        FORWARD_CONSTANT,
        BACKWARD,
        RESET,
        REPLACE,
        /** A simulation of the network runs between windows. */
        SIMULATE
    }

    private static final Call[] CALLS = {
        Call.FORWARD,
        Call.FORWARD,
        Call.FORWARD_CONSTANT,
        Call.FORWARD_CONSTANT,
        Call.BACKWARD,
        Call.BACKWARD,
        Call.BACKWARD,
        Call.RESET,
        Call.REPLACE,
        Call.SIMULATE
    };

    private final RandomGraph graph;
    private final Network network;
    private final Random random;
    private final Map<String, float[][]> starts;
    private final boolean plain;
    private final Gradients gradients;
    private final GraphCalls beside;
    /** Inputs of each step since the last reset. */
    private final List<Map<String, Signal>> steps = new ArrayList<>();

    private NaiveNetwork expected;
    private Map<String, FloatMatrix> values = new HashMap<>();
    /** Whether a window can be taken back, and whether it has frames. */
    private boolean stands;

    private boolean frames;
    private final Map<String, Signal> reused = new HashMap<>();
    private final StringBuilder done = new StringBuilder();
    final Map<Call, Integer> counts = new EnumMap<>(Call.class);

    GradientCalls(RandomGraph graph, Random random) {
        this.graph = graph;
        this.network = graph.network;
        this.random = random;
        this.expected = interpreter();
        network.weights()
                .names()
                .forEach(name -> values.put(name, network.weights().get(name)));
        this.beside = new GraphCalls(network, graph.batch, random);
        this.starts = RandomGradientsProperties.given(graph, random);
        this.plain = random.nextBoolean(); // neurons that learn nothing may go back by vectors
        GradientsBuilder builder = Gradients.of(network, graph.steps, graph.batch)
                .surrogate(SURROGATE)
                .threads(1 + random.nextInt(3))
                .recomputeEvery(1 + random.nextInt(graph.steps + 2));
        for (Population population : network.populations()) {
            if (!plain) {
                builder.observeSpikes(population.name());
                RandomGradientsProperties.learned(graph, population)
                        .keySet()
                        .forEach(parameter -> builder.learn(population.name() + "." + parameter));
            }
        }
        for (String source : starts.keySet()) {
            int dot = source.indexOf('.');
            if (dot < 0) {
                builder.startAtSpikes(source);
            } else {
                builder.startAt(source.substring(0, dot), source.substring(dot + 1));
            }
        }
        this.gradients = builder.build();
    }

    private NaiveNetwork interpreter() {
        return new NaiveNetwork(network, graph.batch, (name, step) -> {
                    Signal found = steps.get(step).get(name);
                    if (found == null) {
                        throw new AssertionError("there is no " + name);
                    }
                    return found;
                })
                .training();
    }

    void run(int calls) {
        try {
            for (int i = 0; i < calls; i++) {
                Call call = CALLS[random.nextInt(CALLS.length)];
                done.append(i == 0 ? "" : ", ").append(call);
                if (make(call)) {
                    counts.merge(call, 1, Integer::sum);
                }
            }
        } catch (AssertionError wrong) {
            throw new AssertionError("after " + done + ": " + wrong.getMessage(), wrong);
        }
    }

    private boolean make(Call call) {
        return switch (call) {
            case FORWARD -> forward(false);
            case FORWARD_CONSTANT -> forward(true);
            case BACKWARD -> backward();
            case RESET -> {
                gradients.reset();
                steps.clear();
                expected = interpreter().begin(values);
                stands = false;
                yield true;
            }
            case REPLACE -> replace();
            case SIMULATE -> {
                beside.step(values);
                yield true;
            }
        };
    }

    private boolean forward(boolean constant) {
        Map<String, Signal> given = new HashMap<>();
        for (Input input : network.inputs()) {
            int rows = (constant ? 1 : graph.steps) * graph.batch;
            given.put(input.name(), GraphCalls.rows(input, rows, random.nextInt(3) > 0, random, reused));
        }
        given.values().forEach(each -> done.append(each instanceof SpikeMatrix ? " spikes" : " values"));
        try {
            if (constant) {
                gradients.forwardConstant(given);
            } else {
                gradients.forward(given);
            }
        } catch (IllegalArgumentException refused) {
            if (!String.valueOf(refused.getMessage()).contains("expected one kind between two resets")) {
                throw refused;
            }
            done.append(" refused");
            return false;
        }
        for (int step = 0; step < graph.steps; step++) {
            int from = constant ? 0 : step;
            Map<String, Signal> frame = new HashMap<>();
            given.forEach((name, rows) -> frame.put(name, GraphCalls.copy(rows, from, graph.batch)));
            steps.add(frame);
        }
        expected.set(values);
        expected.run(graph.steps);
        frames = constant;
        stands = true;
        compareSpikes();
        return true;
    }

    private void compareSpikes() {
        int first = steps.size() - graph.steps;
        for (Population population : network.populations()) {
            SpikeMatrix spikes = gradients.spikes(population.name());
            for (int row = 0; row < spikes.rows(); row++) {
                for (int i = 0; i < population.size(); i++) {
                    int step = first + row / graph.batch;
                    if (expected.spike(population.name(), step, row % graph.batch, i) != spikes.get(row, i)) {
                        throw new AssertionError("spike of '" + population.name() + "', step " + step + ", sample "
                                + row % graph.batch + ", neuron " + i + " in " + network);
                    }
                }
            }
        }
    }

    private boolean backward() {
        if (!stands) {
            assertThrows(IllegalStateException.class, gradients::backward);
            return false;
        }
        stands = false;
        int end = steps.size();
        int first = end - graph.steps;
        Map<String, float[][]> given = new HashMap<>();
        for (String source : starts.keySet()) {
            int dot = source.indexOf('.');
            Population population = network.population(dot < 0 ? source : source.substring(0, dot));
            float[][] numbers = RandomGradientsProperties.numbers(graph, population, random);
            RandomGradientsProperties.write(graph, gradients, source, numbers);
            float[][] placed = new float[end][];
            System.arraycopy(numbers, 0, placed, first, numbers.length);
            given.put(source, placed);
        }
        Set<String> framed = frames ? graph.inputs.keySet() : Set.of();
        NaiveGradients back =
                new NaiveGradients(NaiveArithmetic.SINGLE, network, expected, graph.batch, first, end, given, framed);
        back.run();
        gradients.backward();
        RandomGradientsProperties.compare(graph, back, gradients, !plain, first);
        return true;
    }

    /** Replaces values by as many others. */
    private boolean replace() {
        List<String> names = network.weights().names();
        String name = names.get(random.nextInt(names.size()));
        FloatMatrix present = values.get(name);
        FloatMatrix next = GraphCalls.other(network, name, present, random);
        done.append(' ').append(name);
        try {
            network.weights().replace(name, next);
        } catch (IllegalArgumentException refused) {
            stands = false; // counts as a change, which may be half done
            return false;
        }
        values = new HashMap<>(values);
        values.put(name, next);
        stands = false; // a window is taken back with its values
        return true;
    }

    @Override
    public void close() {
        gradients.close();
        beside.close();
    }
}
