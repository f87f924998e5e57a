package dev.spikelane.cli.network;

import dev.spikelane.connection.Connectivity;
import dev.spikelane.connection.Distribution;
import dev.spikelane.connection.Sparse;
import dev.spikelane.connection.SynapseRows;
import dev.spikelane.equation.Zoo;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.neuron.EquationNeuron;
import dev.spikelane.simd.Checks;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.DoubleConsumer;

/**
 * Networks from the literature that serve to compare simulators. They have no input and run in steps of 0.1 ms. A seed
 * determines connections, initial states and drive.
 */
public final class Classics {

    /** In milliseconds. */
    private static final double STEP = 0.1;

    /** Average targets of a neuron: 2 % of 4,000. */
    private static final double CUBA_TARGETS = 80;

    private static final int LAYERS = 8;
    private static final List<String> NAMES = List.of("L23E", "L23I", "L4E", "L4I", "L5E", "L5I", "L6E", "L6I");
    private static final int[] SIZES = {20_683, 5_834, 21_915, 5_479, 4_850, 1_065, 14_395, 2_948};
    /** External sources of each neuron. */
    private static final int[] OUTER = {1_600, 1_500, 2_100, 1_900, 2_000, 1_900, 2_900, 2_100};
    /** Rates of the full network, in Hz. */
    private static final double[] RATES = {0.903, 2.965, 4.414, 5.876, 7.569, 8.633, 1.105, 7.829};
    /** The chance that a pair has at least one connection, in 1/10,000; rows are targets. */
    private static final int[][] CHANCES = {
        {1009, 1689, 437, 818, 323, 0, 76, 0},
        {1346, 1371, 316, 515, 755, 0, 42, 0},
        {77, 59, 497, 1350, 67, 3, 453, 0},
        {691, 29, 794, 1597, 33, 0, 1057, 0},
        {1004, 622, 505, 57, 831, 3726, 204, 0},
        {548, 269, 257, 22, 600, 3158, 86, 0},
        {156, 66, 211, 166, 572, 197, 396, 2252},
        {364, 10, 34, 5, 277, 80, 658, 1443}
    };

    /** Mean and standard deviation of initial potentials, close to the running network's. */
    private static final double[][] STARTS = {
        {-68.28, 5.36},
        {-63.16, 4.57},
        {-63.33, 4.74},
        {-63.45, 4.94},
        {-63.11, 4.94},
        {-61.66, 4.55},
        {-66.72, 5.46},
        {-61.43, 4.48}
    };

    private static final double WEIGHT = 87.8; // pA, for a potential of 0.15 mV
    private static final double INHIBITION = -4;
    private static final double OUTER_RATE = 8; // Hz
    private static final double SYNAPSE = 0.5; // ms
    /** In pA: a weight has 15 bits. */
    private static final double QUANTUM = 1 / 32.0;

    private static final String MICROCIRCUIT = """
            # Potjans and Diesmann, 2014: exact for currents that decay exponentially; events from outside are drawn.
            neuron Microcircuit
            param tau [ms] = 10, capacity [pF] = 250, rest [mV] = -65, threshold [mV] = -50, low [mV] = -65
            param synapse [ms] = 0.5, pause [ms] = 2, bias [pA] = 0, start [mV] = -65, dt [ms] = 0.1
            state v [mV] = start, i [pA]
            input current [pA]
            refractory pause / dt holds v
            dv/dt = (rest - v) / tau + (i + bias) / capacity : exact
            di/dt = -i / synapse : exact
            i = i + current
            spike v >= threshold
            reset v = low
            """;

    private Classics() {}

    /**
     * Creates CUBA (Vogels and Abbott, 2005), benchmark 2 of Brette and others, 2007: leaky neurons with exponential
     * currents, 80 % of them excitatory. Spikes arrive one step later. Populations are {@code e} and {@code i}.
     *
     * @param neurons their number, 4,000 in the paper; each reaches 80 on average
     * @throws IllegalArgumentException if there are fewer than 100 neurons
     */
    public static Network cuba(int neurons, long seed) {
        requireNeurons(neurons);
        NetworkBuilder builder = Network.builder();
        EquationNeuron model = EquationNeuron.of(Zoo.text("cuba-lif"));
        int inhibitory = neurons / 5;
        Population[] both = {
            started(builder, "e", neurons - inhibitory, model, Distribution.uniform(-60, -50), seed),
            started(builder, "i", inhibitory, model, Distribution.uniform(-60, -50), seed)
        };
        Sparse excites = Sparse.of(Connectivity.probability(Math.min(1, CUBA_TARGETS / neurons)))
                .weights(1.62);
        for (Population target : both) {
            project(builder, both[0], target, excites, seed).delay(1).port("excitatory");
            project(builder, both[1], target, excites.weights(-9), seed)
                    .delay(1)
                    .port("inhibitory");
        }
        return builder.build();
    }

    /**
     * Creates model A of Brunel, 2000: leaky neurons whose potentials jump at spikes, 80 % of them excitatory. Each
     * receives spikes of a tenth of both kinds 1.5 ms later, and events of a Poisson process. Populations are {@code e}
     * and {@code i}.
     *
     * @param scale 1 for the 12,500 neurons of the paper; fewer neurons have fewer but stronger synapses
     * @param g strength of inhibition relative to excitation
     * @param eta rate of the events; 1 alone brings neurons to the threshold
     * @throws IllegalArgumentException if there are fewer than 100 neurons, a number is negative or not finite, or
     *     there are more than 6.7 events a step
     */
    public static Network brunel(double scale, double g, double eta, long seed) {
        int excitatory = (int) Math.round(10_000 * scale);
        int inhibitory = (int) Math.round(2_500 * scale);
        requireNeurons(excitatory + inhibitory);
        requirePositive("g", g);
        requirePositive("eta", eta);
        double jump = 0.1 / scale;
        double rate = eta * 20 / (jump * 0.02);
        EquationNeuron model = driven(Zoo.text("delta-lif"), "v = v + current", 24, rate, jump);
        NetworkBuilder builder = Network.builder();
        Population[] both = {
            builder.population("e", Shape.of(excitatory), model.withSeed(seed)),
            builder.population("i", Shape.of(inhibitory), model.withSeed(seed))
        };
        Sparse excites = Sparse.of(Connectivity.inDegree(excitatory / 10)).weights(jump);
        Sparse inhibits = Sparse.of(Connectivity.inDegree(inhibitory / 10)).weights(-g * jump);
        for (Population target : both) {
            project(builder, both[0], target, excites, seed).delay(15);
            project(builder, both[1], target, inhibits, seed).delay(15);
        }
        return builder.build();
    }

    /**
     * Creates the microcircuit of Potjans and Diesmann, 2014: excitatory and inhibitory neurons in four layers of
     * cortex, below a square millimeter. Delays below half a step are drawn again. Populations are {@code L23E},
     * {@code L23I} to {@code L6I}.
     *
     * @param scale 0.05 to 1. 1 is the full network of 77,169 neurons with 0.3 billion synapses. A smaller scale
     *     multiplies the numbers of neurons and of synapses per neuron, weights are divided by its root, and a constant
     *     current replaces the mean of the missing input. Rates are then lower than in the full network; below 0.05 no
     *     neuron would fire
     * @param constant true for a drive by a constant current, false for a Poisson process
     * @throws IllegalArgumentException if the scale is not from 0.05 to 1
     */
    public static Network microcircuit(double scale, boolean constant, long seed) {
        return microcircuit(scale, constant, seed, _ -> {});
    }

    /**
     * Creates the microcircuit with a listener for the layout of its synapses, which delays the first simulation.
     *
     * @param progress receives the progress from 0 to 1 for the synapses of each population in turn, on any thread
     */
    public static Network microcircuit(double scale, boolean constant, long seed, DoubleConsumer progress) {
        Objects.requireNonNull(progress, "progress");
        Checks.require(scale >= 0.05 && scale <= 1, "scale", scale, "0.05 to 1");
        NetworkBuilder builder = Network.builder();
        Population[] layers = new Population[LAYERS];
        for (int layer = 0; layer < LAYERS; layer++) {
            EquationNeuron model = constant
                    ? EquationNeuron.of(MICROCIRCUIT)
                    : driven(
                            MICROCIRCUIT,
                            "i = i + current",
                            16,
                            OUTER_RATE * OUTER[layer] * scale,
                            WEIGHT / Math.sqrt(scale));
            layers[layer] = started(
                    builder,
                    NAMES.get(layer),
                    size(layer, scale),
                    model.with("bias", bias(layer, scale, constant)),
                    Distribution.normal(STARTS[layer][0], STARTS[layer][1]),
                    seed);
        }
        // Shared, because each has a table.
        Distribution[] delays = {delays(1.5), delays(0.75)};
        Distribution[] weights = {weights(1, 0, scale), weights(1, 1, scale), weights(0, 2, scale)};
        for (int target = 0; target < LAYERS; target++) {
            for (int source = 0; source < LAYERS; source++) {
                if (CHANCES[target][source] > 0) {
                    double count = Math.max(1, Math.round(synapses(target, source) * scale * scale));
                    Sparse synapses = Sparse.of(Connectivity.total((long) count))
                            .weights(weights[target == 0 && source == 2 ? 2 : source % 2])
                            .delays(delays[source % 2])
                            .fixedPoint(QUANTUM);
                    Sparse told = target == source ? synapses.onProgress(progress) : synapses; // once a source
                    project(builder, layers[source], layers[target], told, seed);
                }
            }
        }
        return builder.build();
    }

    private static Distribution delays(double milliseconds) {
        double mean = milliseconds / STEP;
        return Distribution.normal(mean, mean / 2).redrawn(0.5, 10 * mean);
    }

    private static Distribution weights(int target, int source, double scale) {
        double weight = weight(target, source) / Math.sqrt(scale);
        return Distribution.normal(weight, 0.1 * Math.abs(weight));
    }

    /** Returns the synapses between two populations of the full network; a pair of neurons may have several. */
    private static long synapses(int target, int source) {
        double pairs = (double) SIZES[target] * SIZES[source];
        return Math.round(StrictMath.log1p(-CHANCES[target][source] / 1e4) / StrictMath.log1p(-1 / pairs));
    }

    private static double weight(int target, int source) {
        double strong = target == 0 && source == 2 ? 2 : 1;
        return WEIGHT * (source % 2 == 0 ? strong : INHIBITION);
    }

    /** Returns the current that replaces the mean of the missing synapses, and of a Poisson drive if it is constant. */
    private static double bias(int target, double scale, boolean constant) {
        double outer = WEIGHT * OUTER[target] * OUTER_RATE;
        double all = constant ? 0 : outer;
        for (int source = 0; source < LAYERS; source++) {
            all += weight(target, source) * RATES[source] * synapses(target, source) / SIZES[target];
        }
        return SYNAPSE / 1000 * ((1 - Math.sqrt(scale)) * all + (constant ? outer : 0));
    }

    private static int size(int layer, double scale) {
        return (int) Math.round(SIZES[layer] * scale);
    }

    /** Adds events of a Poisson process to the input line of a text. */
    private static EquationNeuron driven(String text, String line, int most, double rate, double weight) {
        return EquationNeuron.of(text.replace(
                        line,
                        "param rate [Hz] = 0, weight = 0\npoisson events = rate * dt / 1000 to " + most + "\n" + line
                                + " + weight * events"))
                .with("rate", rate)
                .with("weight", weight);
    }

    private static Population started(
            NetworkBuilder builder,
            String name,
            int neurons,
            EquationNeuron model,
            Distribution potentials,
            long seed) {
        SynapseRows drawn = Sparse.of(Connectivity.oneToOne())
                .weights(potentials)
                .seed(seed ^ name.hashCode())
                .synapses(Shape.of(neurons));
        double[] starts = new double[neurons];
        Arrays.setAll(starts, i -> drawn.read(i) * drawn.weight(0));
        return builder.population(
                name, Shape.of(neurons), model.with("start", starts).withSeed(seed));
    }

    private static NetworkBuilder project(
            NetworkBuilder builder, Population source, Population target, Sparse synapses, long seed) {
        String name = source.name() + "-" + target.name();
        return builder.project(
                name, source, target, synapses.to(target.shape()).seed(seed ^ (long) name.hashCode() << Integer.SIZE));
    }

    private static void requireNeurons(int neurons) {
        if (neurons < 100) {
            throw new IllegalArgumentException("there are " + neurons + " neurons, expected at least 100");
        }
    }

    private static void requirePositive(String name, double number) {
        Checks.require(number >= 0 && number <= Float.MAX_VALUE, name, number, "0 or more");
    }
}
