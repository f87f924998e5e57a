package dev.spikelane.network.graph;

import static dev.spikelane.Matrices.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.Matrices;
import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.kind.ConnectionKinds;
import dev.spikelane.connection.operator.Operator;
import dev.spikelane.connection.operator.Scratch;
import dev.spikelane.kernel.product.dense.DenseCase;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.network.Projection;
import dev.spikelane.network.Simulation;
import dev.spikelane.network.Simulations;
import dev.spikelane.network.SpikeCounts;
import dev.spikelane.neuron.NeuronGroup;
import dev.spikelane.neuron.NeuronState;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A network with awkward sizes and neurons of all kinds, its input, and what it does step by step. */
public final class RandomNetwork {

    private static final int[] SIZES = {1, 3, 5, 16, 63, 64, 65, 100, 128, 130};

    public final Network network;
    public final SpikeMatrix input;
    /** Analog input of the same shape. */
    public final FloatMatrix analog;

    final int batch;
    final int steps;
    /** Whether spikes depend on the number of the sample in its batch. */
    public final boolean dropping;

    private final Arena arena;

    public RandomNetwork(Arena arena, int batch, int steps, long seed) {
        Random random = new Random(seed);
        this.arena = arena;
        this.batch = batch;
        this.steps = steps;
        int inputs = size(random);
        NetworkBuilder builder = Network.builder(arena, inputs);
        int width = inputs;
        boolean drops = false;
        for (int layers = 1 + random.nextInt(3); layers > 0; layers--) {
            int neurons = size(random);
            int model = random.nextInt(RandomNeuron.MODELS + 3); // a few more are Leaky
            drops |= model == RandomNeuron.DROPPING;
            int outputs = RandomNeuron.gates(model) * neurons;
            FloatMatrix weights = Matrices.uniform(arena, outputs, width, random);
            builder.connect(Dense.of(arena, weights, Matrices.uniform(arena, 1, outputs, random)))
                    .neuron(new RandomNeuron(arena, neurons, random).of(model));
            width = neurons;
        }
        this.network = builder.build();
        this.dropping = drops;
        this.input = Matrices.spikes(arena, steps * batch, inputs, random.nextInt(11) / 10.0, random);
        this.analog = Matrices.uniform(arena, steps * batch, inputs, random);
    }

    private static int size(Random random) {
        return SIZES[random.nextInt(SIZES.length)];
    }

    /**
     * Spikes and membranes of every layer at every step, the counts of the spikes; and of all layers one after another
     * the variables in the end, and the spikes that are fed back.
     */
    public record Outcome(
            List<SpikeMatrix> spikes,
            List<FloatMatrix> membranes,
            List<FloatMatrix> counts,
            List<FloatMatrix> variables,
            List<SpikeMatrix> previous) {

        Outcome() {
            this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        }

        /** Copies the state of the next layer; the spikes of the step before, unless a projection keeps them. */
        void keep(Arena arena, NeuronState state, boolean fed) {
            for (String name : state.names()) {
                FloatMatrix variable = state.variable(name);
                FloatMatrix copy = FloatMatrix.zeros(arena, variable.rows(), variable.columns());
                copy.copyFrom(variable);
                variables.add(copy);
            }
            if (fed) {
                return;
            }
            SpikeMatrix fedBack;
            try {
                fedBack = state.previousSpikes();
            } catch (IllegalStateException none) {
                return;
            }
            SpikeMatrix copy = SpikeMatrix.zeros(arena, fedBack.rows(), fedBack.columns());
            copy.copyFrom(fedBack);
            previous.add(copy);
        }

        public void assertSame(Outcome actual, String what) {
            for (int layer = 0; layer < spikes.size(); layer++) {
                String ofLayer = what + ", layer " + layer;
                assertSameBits(spikes.get(layer), actual.spikes.get(layer), ofLayer + ", spikes");
                assertSameBits(membranes.get(layer), actual.membranes.get(layer), ofLayer + ", membranes");
                assertSameBits(counts.get(layer), actual.counts.get(layer), ofLayer + ", counts");
            }
            assertEquals(variables.size(), actual.variables.size(), what);
            for (int i = 0; i < variables.size(); i++) {
                assertSameBits(variables.get(i), actual.variables.get(i), what + ", variable " + i);
            }
            assertEquals(previous.size(), actual.previous.size(), what);
            for (int i = 0; i < previous.size(); i++) {
                assertSameBits(previous.get(i), actual.previous.get(i), what + ", fed back spikes " + i);
            }
        }
    }

    /** What the spikes or the analog input give. */
    public Outcome expected(boolean ofAnalog) {
        return ofAnalog ? expectedOfAnalog() : expected();
    }

    /** Runs some steps of the spikes or of the analog input. */
    public void run(Simulation simulation, boolean ofAnalog, int firstStep, int count) {
        if (ofAnalog) {
            simulation.run(analog.rows(firstStep * batch, count * batch));
        } else {
            simulation.run(input.rows(firstStep * batch, count * batch));
        }
    }

    /** Runs all steps of the spikes or of the analog input. */
    public void run(Simulation simulation, boolean ofAnalog) {
        run(simulation, ofAnalog, 0, steps);
    }

    /** Runs one step of the spikes or of the analog input. */
    public SpikeMatrix step(Simulation simulation, boolean ofAnalog, int step) {
        return ofAnalog
                ? simulation.step(analog.rows(step * batch, batch))
                : simulation.step(input.rows(step * batch, batch));
    }

    /** By the definition: a step at a time, all layers, on the calling thread. */
    public Outcome expected() {
        return expected((connection, row, current) -> {
            Operator first = operator(0);
            first.multiply(input.rows(row, batch), batch, Tile.whole(current), new Scratch(arena));
        });
    }

    /**
     * The same for the analog input, whose currents are the bias and a chain of fused multiply-adds over ascending
     * inputs.
     */
    public Outcome expectedOfAnalog() {
        return expected((connection, row, current) -> {
            Dense dense = (Dense) connection;
            for (int sample = 0; sample < batch; sample++) {
                for (int output = 0; output < dense.outputs(); output++) {
                    float sum = dense.bias().get(0, output);
                    for (int i = 0; i < dense.inputs(); i++) {
                        sum = DenseCase.fma(
                                analog.get(row + sample, i), dense.weights().get(output, i), sum);
                    }
                    current.set(sample, output, sum);
                }
            }
        });
    }

    /** The currents of the first layer in the step that starts at a row. */
    private interface FirstCurrents {
        void fill(Connection first, int row, FloatMatrix current);
    }

    private static int blocks(FloatMatrix current) {
        return current.stride() / FloatMatrix.ROW_MULTIPLE;
    }

    private Connection connection(int layer) {
        return network.projections().get(layer).path().getFirst();
    }

    private Operator operator(int layer) {
        Projection.Source source = network.projections().get(layer).source();
        return ConnectionKinds.of(connection(layer))
                .bind(
                        arena,
                        connection(layer),
                        source.shape(),
                        layer == 0
                                ? Parameter.of(1)
                                : network.populations().get(layer - 1).neuron().spikeValue());
    }

    private Outcome expected(FirstCurrents first) {
        Outcome outcome = new Outcome();
        SpikeMatrix from = input;
        for (int layer = 0; layer < network.populations().size(); layer++) {
            int size = network.populations().get(layer).size();
            Operator operator = operator(layer);
            SpikeMatrix spikes = SpikeMatrix.zeros(arena, steps * batch, size);
            FloatMatrix membranes = FloatMatrix.zeros(arena, steps * batch, size);
            FloatMatrix counts = FloatMatrix.zeros(arena, batch, size);
            FloatMatrix current = FloatMatrix.zeros(arena, batch, operator.outputs());
            Scratch scratch = new Scratch(arena);
            NeuronGroup neurons = network.populations().get(layer).neuron().bind(arena, operator.outputs());
            NeuronState state = neurons.newState(arena, batch);
            for (int row = 0; row < steps * batch; row += batch) {
                SpikeMatrix fired = spikes.rows(row, batch);
                if (outcome.spikes.isEmpty()) {
                    first.fill(connection(0), row, current);
                } else {
                    operator.multiply(from.rows(row, batch), batch, Tile.whole(current), scratch);
                }
                neurons.record(List.of(current), state, fired, membranes.rows(row, batch));
            }
            for (int row = 0; row < steps * batch; row++) {
                for (int neuron = 0; neuron < size; neuron++) {
                    float spike = spikes.get(row, neuron) ? 1 : 0;
                    counts.set(row % batch, neuron, counts.get(row % batch, neuron) + spike);
                }
            }
            outcome.spikes.add(spikes);
            outcome.membranes.add(membranes);
            outcome.counts.add(counts);
            outcome.keep(arena, state, network.laidOut().neurons(layer).ports().contains("feedback"));
            from = spikes;
        }
        return outcome;
    }

    /** What {@code run} makes a simulation do, with every layer observed. */
    @FunctionalInterface
    public interface Run {
        void run(Simulation simulation);
    }

    public Outcome simulate(int threads, int rowsInBlock, Run run) {
        Outcome outcome = new Outcome();
        try (Simulation simulation = Simulations.of(network, batch, threads, rowsInBlock)) {
            for (int layer = 0; layer < network.populations().size(); layer++) {
                int size = network.populations().get(layer).size();
                outcome.spikes.add(simulation
                        .observe(layer, new Population.SpikeRecorder(arena, steps, batch, size))
                        .spikes());
                outcome.membranes.add(simulation
                        .observe(layer, new Population.VariableRecorder(arena, steps, batch, size))
                        .values());
                outcome.counts.add(simulation
                        .observe(layer, new SpikeCounts(arena, batch, size))
                        .perNeuron());
            }
            run.run(simulation);
            for (int layer = 0; layer < network.populations().size(); layer++) {
                FloatMatrix last = outcome.membranes.get(layer).rows((steps - 1) * batch, batch);
                assertSameBits(last, simulation.state(layer).membrane(), "state of layer " + layer);
                assertEquals(steps, simulation.state(layer).step(), "steps of layer " + layer);
                outcome.keep(
                        arena,
                        simulation.state(layer),
                        network.laidOut().neurons(layer).ports().contains("feedback"));
            }
        }
        return outcome;
    }
}
