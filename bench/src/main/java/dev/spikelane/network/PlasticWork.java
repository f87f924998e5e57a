package dev.spikelane.network;

import dev.spikelane.bench.Case;
import dev.spikelane.bench.Contestant;
import dev.spikelane.bench.Entry;
import dev.spikelane.bench.Work;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Distribution;
import dev.spikelane.connection.Connectivity;
import dev.spikelane.connection.Plasticity;
import dev.spikelane.connection.Sparse;
import dev.spikelane.connection.SynapseRows;
import dev.spikelane.kernel.RandomData;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.EquationNeuron;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * STDP: pairs between neurons with random synapses and delays, in steps of 1 ms; or snnTorch's learner, on a dense
 * layer of a sample.
 *
 * @param kind kind of synapses
 */
public record PlasticWork(Kind kind) implements Work {

    /** The layout of synapses. */
    public enum Kind {
        SPARSE,
        DENSE,
        /** Dense synapses, with steps without a spike after the first ones, in which traces decay. */
        SILENT
    }

    private static final int NEURONS = 4000;
    private static final int TARGETS = 500;
    private static final int LONGEST = 8;
    private static final int STEPS = 350;
    /** Steps in which each neuron fires and its last spikes arrive: plain loops visit 2 million synapses in each. */
    private static final int SPARSE_STEPS = 120;

    private static final int SILENT_STEPS = 1_000;
    /**
     * Steps after which a neuron fires again, regardless of its input: 2 million synapses pass 40,000 events in a step.
     */
    private static final int PERIOD = 100;

    private static final String CLOCK = """
            neuron Clock
            param start = 0, last = 98.5
            state count = start
            input current
            count = count > last ? 0 : count + 1 + 1e-30 * current
            spike count > last
            """;

    private static final float KEEP = (float) StrictMath.exp(-1.0 / 20);

    @Override
    public String name() {
        return switch (kind) {
            case SPARSE ->
                "stdp sparse %dx%d delays 1-%d period %d steps %d"
                        .formatted(NEURONS, TARGETS, LONGEST, PERIOD, SPARSE_STEPS);
            case DENSE -> "stdp dense 784x100 batch 1 steps " + STEPS;
            case SILENT -> "stdp dense 784x100 batch 1 silent steps " + SILENT_STEPS;
        };
    }

    @Override
    public int threads() {
        return 1;
    }

    @Override
    public Case open() {
        return switch (kind) {
            case SPARSE -> sparse();
            case DENSE -> dense(RandomData.spikes(Arena.ofAuto(), STEPS, 784, 0.1), 20);
            case SILENT -> {
                SpikeMatrix spikes = SpikeMatrix.zeros(SILENT_STEPS, 784);
                spikes.rows(0, 10).copyFrom(RandomData.spikes(Arena.ofAuto(), 10, 784, 0.1));
                yield dense(spikes, 2);
            }
        };
    }

    /** A simulation, and plain loops that change the same weights in the same way. */
    private record Learning(Simulation simulation, String name, Runnable run, Consumer<float[]> loops) implements Case {

        @Override
        public List<Entry> entries() {
            FloatMatrix begin = simulation.plasticWeights().get(name);
            float[] weights = begin.toArray();
            return List.of(
                    new Entry(
                            Contestant.JAVA,
                            () -> {
                                simulation.reset();
                                simulation.plasticWeights().replace(name, begin);
                            },
                            run,
                            () -> List.of(simulation.plasticWeights().get(name).segment())),
                    new Entry(
                            Contestant.SCALAR,
                            () -> begin.copyTo(weights),
                            () -> loops.accept(weights),
                            () -> List.of(FloatMatrix.copyOf(begin.rows(), begin.columns(), weights)
                                    .segment())));
        }

        @Override
        public void close() {
            simulation.close();
        }
    }

    private static Case sparse() {
        double[] starts = new double[NEURONS];
        Arrays.setAll(starts, i -> i * 37 % PERIOD);
        Sparse synapses = Sparse.of(Connectivity.outDegree(TARGETS))
                .weights(Distribution.uniform(0.2, 0.8))
                .delays(Distribution.uniform(1, LONGEST));
        NetworkBuilder builder = Network.builder();
        Population all = builder.population(
                "all", Shape.of(NEURONS), EquationNeuron.of(CLOCK).with("start", starts));
        builder.project("own", all, all, synapses).plastic(Plasticity.pairStdp());
        Simulation simulation = builder.build().simulate(1, 1);
        int[] edges = edges(synapses);
        Runnable run = () -> simulation.run(SPARSE_STEPS);
        return new Learning(simulation, "own.weight", run, weights -> pairs(edges, weights));
    }

    /** Returns source, delay and target of each synapse, in the order of weights. */
    private static int[] edges(Sparse synapses) {
        SynapseRows rows = synapses.synapses(Shape.of(NEURONS));
        int[] edges = new int[3 * NEURONS * TARGETS];
        for (int source = 0; source < NEURONS; source++) {
            long[] keys = new long[rows.read(source)];
            for (int i = 0; i < keys.length; i++) {
                keys[i] = (long) rows.delay(i) << Integer.SIZE | rows.target(i);
            }
            Arrays.sort(keys);
            for (int i = 0; i < keys.length; i++) {
                int at = 3 * (source * TARGETS + i);
                edges[at] = source;
                edges[at + 1] = (int) (keys[i] >>> Integer.SIZE);
                edges[at + 2] = (int) keys[i];
            }
        }
        return edges;
    }

    /** Visits all synapses in each step. */
    private static void pairs(int[] edges, float[] weights) {
        float[][] x = new float[SPARSE_STEPS][NEURONS];
        boolean[][] fires = new boolean[SPARSE_STEPS + LONGEST][NEURONS]; // rows of steps before the first, then of all
        for (int step = 0; step < SPARSE_STEPS; step++) {
            for (int i = 0; i < NEURONS; i++) {
                fires[LONGEST + step][i] = (step + 2 + i * 37 % PERIOD) % PERIOD == 0;
            }
        }
        float[] kept = new float[NEURONS];
        float[] y = new float[NEURONS];
        for (int step = 0; step < SPARSE_STEPS; step++) {
            for (int i = 0; i < NEURONS; i++) {
                kept[i] = kept[i] < 1e-30f ? 0 : kept[i] * KEEP;
                y[i] = y[i] < 1e-30f ? 0 : y[i] * KEEP;
                x[step][i] = kept[i];
            }
            for (int i = 0; i < weights.length; i++) {
                int source = edges[3 * i];
                int delay = edges[3 * i + 1];
                int target = edges[3 * i + 2];
                boolean arrives = fires[LONGEST + step - delay][source];
                boolean leaves = fires[LONGEST + step][target];
                if (arrives || leaves) {
                    float change = 0;
                    change += arrives ? -0.0105f * y[target] : 0;
                    change += leaves && step >= delay - 1 ? 0.01f * x[step - delay + 1][source] : 0;
                    weights[i] = Math.clamp(weights[i] + change, 0, 1);
                }
            }
            for (int i = 0; i < NEURONS; i++) {
                kept[i] += fires[LONGEST + step - 1][i] ? 1 : 0;
                y[i] += fires[LONGEST + step][i] ? 1 : 0;
            }
        }
    }

    private static Case dense(SpikeMatrix spikes, float tau) {
        NetworkBuilder builder = Network.builder();
        Input x = builder.input("x", Shape.of(784));
        Leaky neuron = new Leaky(1 - 2 / tau); // at 0, membranes do not become subnormal
        Population out = builder.population("out", Shape.of(100), neuron);
        builder.project("x-out", x, out, Dense.linear(784, 100, new TorchRandom(1)))
                .plastic(Plasticity.stdp()
                        .with("scale", 1e-3)
                        .with("tauPre", tau)
                        .with("tauPost", tau));
        Simulation simulation = builder.build().simulate(1, 1);
        int steps = spikes.rows();
        SpikeMatrix fired = SpikeMatrix.zeros(steps, 100);
        SpikeMatrix[] rows = new SpikeMatrix[steps];
        Arrays.setAll(rows, step -> spikes.rows(step, 1));
        Runnable run = () -> {
            for (int step = 0; step < steps; step++) {
                MemorySegment.copy(
                        simulation.step(rows[step]).segment(),
                        0,
                        fired.segment(),
                        fired.rowOffset(step),
                        rowBytes(fired));
            }
        };
        return new Learning(simulation, "x-out.weight", run, weights -> learn(spikes, fired, tau, weights));
    }

    private static long rowBytes(SpikeMatrix rows) {
        return rows.rowOffset(1);
    }

    private static void learn(SpikeMatrix inputs, SpikeMatrix outputs, float tau, float[] weights) {
        float[] x = new float[784];
        float[] y = new float[100];
        for (int step = 0; step < inputs.rows(); step++) {
            for (int i = 0; i < x.length; i++) {
                float pre = inputs.get(step, i) ? 1 : 0;
                x[i] = x[i] < 1e-30f ? pre : x[i] - x[i] / tau + pre;
            }
            for (int i = 0; i < y.length; i++) {
                float post = outputs.get(step, i) ? 1 : 0;
                y[i] = y[i] < 1e-30f ? post : y[i] - y[i] / tau + post;
            }
            for (int output = 0; output < y.length; output++) {
                for (int input = 0; input < x.length; input++) {
                    float w = weights[output * 784 + input];
                    float change = 0;
                    change += inputs.get(step, input) ? -1e-3f * w * y[output] : 0;
                    change += outputs.get(step, output) ? 1e-3f * w * x[input] : 0;
                    weights[output * 784 + input] = w + change;
                }
            }
        }
    }
}
