package dev.spikelane.network;

import dev.spikelane.bench.Work;
import dev.spikelane.cli.run.BenchOptions.Subject;
import dev.spikelane.connection.Connection;
import dev.spikelane.kernel.Roofline;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.memory.limit.NativeMemory;
import dev.spikelane.train.run.InferenceWork;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A user's network, and the recorded spikes of its populations: the input of each population when it is measured alone.
 */
public final class ModelRun {

    /** Loads for 16 neurons and a step: exact for leaky neurons, a minimum for others. */
    private static final double LOADS_OF_NEURONS = 2.5;

    private final Subject subject;
    private final Network network;
    private final Map<String, SpikeMatrix> spikes = new LinkedHashMap<>();
    private final Map<String, Signal> signals = new LinkedHashMap<>();

    /** Runs the network once. */
    public ModelRun(Subject subject) {
        this.subject = subject;
        this.network = subject.model().network();
        Map<String, Population.VariableRecorder> variables = new LinkedHashMap<>();
        try (Simulation simulation = network.simulate(subject.batch(), subject.threads())) {
            network.populations()
                    .forEach(each -> spikes.put(
                            each.name(),
                            simulation
                                    .recordSpikes(each.name(), subject.steps())
                                    .spikes()));
            for (Projection each : network.projections()) {
                each.source()
                        .ofVariable()
                        .ifPresent(name -> variables.computeIfAbsent(
                                each.source().name(),
                                source -> simulation.record(
                                        each.source()
                                                .ofPopulation()
                                                .orElseThrow()
                                                .name(),
                                        name,
                                        subject.steps())));
            }
            run(simulation, subject.inputs());
        }
        signals.putAll(subject.inputs());
        signals.putAll(spikes);
        variables.forEach((name, recorder) -> signals.put(name, recorder.values()));
    }

    /** Returns the whole network, then each population that a projection enters. */
    public List<Work> works() {
        List<Work> works = new ArrayList<>(List.of(work(Optional.empty())));
        network.populations().stream()
                .filter(each -> projections(Optional.of(each)).stream()
                        .anyMatch(projection -> !isOwn(projection, Optional.of(each))))
                .forEach(each -> works.add(work(Optional.of(each))));
        return works;
    }

    private Work work(Optional<Population> population) {
        return new ModelWork(this, population);
    }

    Subject subject() {
        return subject;
    }

    /** Runs all steps of inputs, or of constant frames. */
    void run(Simulation simulation, Map<String, Signal> inputs) {
        if (areFrames(inputs)) {
            simulation.runConstant(inputs, subject.steps());
        } else {
            simulation.run(inputs);
        }
    }

    private boolean areFrames(Map<String, Signal> inputs) {
        return inputs.values().stream().allMatch(each -> each.rows() < subject.steps() * subject.batch());
    }

    /** Returns the spikes of a population in the run of the whole network. */
    SpikeMatrix spikes(String population) {
        return spikes.get(population);
    }

    /** Returns the network of one population, or the whole network, with some connections replaced. */
    Network network(Optional<Population> population, UnaryOperator<Connection> others) {
        Map<String, Input> inputs = new LinkedHashMap<>();
        List<Projection> made = new ArrayList<>();
        for (Projection each : projections(population)) {
            Projection.Source source = isOwn(each, population)
                    ? each.source()
                    : inputs.computeIfAbsent(
                            inputName(each.source()),
                            name -> new Input(name, each.source().shape()));
            ProjectionBuilder builder = new ProjectionBuilder(
                            each.name(),
                            source,
                            each.target(),
                            each.path().stream().map(others).toList())
                    .port(each.port())
                    .delay(each.delay());
            made.add(builder.plastic(each.plasticity()).build());
        }
        Network copy = new Network(
                NativeMemory.ofAuto(),
                List.copyOf(inputs.values()),
                population.map(List::of).orElse(network.populations()),
                made);
        Map<String, FloatMatrix> values = new LinkedHashMap<>();
        copy.weights().names().stream()
                .filter(name -> copy.weights().type(name) == ElementType.FLOAT32)
                .forEach(name -> values.put(name, network.weights().get(name)));
        copy.weights().replaceAll(values);
        return copy;
    }

    /**
     * Returns the input of the network of a population, or of all: frames, as long as no other kind of input comes with
     * them.
     */
    Map<String, Signal> inputs(Optional<Population> population) {
        Map<String, Signal> inputs = new LinkedHashMap<>();
        for (Projection each : projections(population)) {
            if (!isOwn(each, population)) {
                inputs.put(inputName(each.source()), signals.get(each.source().name()));
            }
        }
        if (!areFrames(inputs)) {
            inputs.replaceAll((name, signal) -> repeated(signal));
        }
        return inputs;
    }

    private Signal repeated(Signal signal) {
        int rows = subject.steps() * subject.batch();
        if (signal.rows() == rows) {
            return signal;
        }
        int[] numbers = new int[rows];
        for (int row = 0; row < rows; row++) {
            numbers[row] = row % signal.rows();
        }
        return signal.gather(numbers);
    }

    /** Returns the projections to a population, or all. */
    List<Projection> projections(Optional<Population> population) {
        return network.projections().stream()
                .filter(each -> population.isEmpty() || population.get().equals(each.target()))
                .toList();
    }

    private static boolean isOwn(Projection projection, Optional<Population> population) {
        Optional<Population> source = projection.source().ofPopulation();
        return source.isPresent() && (population.isEmpty() || population.equals(source));
    }

    /**
     * Returns the name of a source as an input: a population of the whole network is an input of another one alone.
     */
    private static String inputName(Projection.Source source) {
        return source instanceof Input ? source.name() : "from " + source.name();
    }

    /**
     * Returns the loads of 16 floats that a population, or the whole network, needs at least: a weight for each
     * arriving value, of frames once, and the loads of its neurons at each step.
     */
    long loads(Optional<Population> population) {
        double loads = 0;
        Map<String, Signal> inputs = inputs(population);
        for (Projection each : projections(population)) {
            Signal given = inputs.get(inputName(each.source()));
            Signal arrives = given == null ? signals.get(each.source().name()) : given;
            loads += InferenceWork.reached(arrives, each.fanOut()) / Roofline.FLOATS;
        }
        for (Entry<String, SpikeMatrix> each : spikes.entrySet()) {
            if (population.isEmpty() || population.get().name().equals(each.getKey())) {
                loads += LOADS_OF_NEURONS
                        * each.getValue().rows()
                        * each.getValue().columns()
                        / Roofline.FLOATS;
            }
        }
        return Math.round(loads);
    }
}
