package dev.spikelane.network.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.FewerTries;
import dev.spikelane.connection.operator.ValueDescription;
import dev.spikelane.description.NamedValues;
import dev.spikelane.description.OperatorDescription;
import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.kernel.Decay;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.Projection;
import dev.spikelane.network.naive.NaiveArithmetic;
import dev.spikelane.network.naive.NaiveGradients;
import dev.spikelane.network.naive.NaiveLif;
import dev.spikelane.network.naive.NaiveLifBack;
import dev.spikelane.network.naive.NaiveNetwork;
import dev.spikelane.neuron.Alpha;
import dev.spikelane.neuron.DeltaLeaky;
import dev.spikelane.neuron.EquationNeuron;
import dev.spikelane.neuron.HandLif;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.LeakyParallel;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.StateLeaky;
import dev.spikelane.neuron.gradient.NeuronGradient;
import dev.spikelane.train.Gradients;
import dev.spikelane.train.GradientsBuilder;
import dev.spikelane.train.Surrogate;
import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;

/** Random graphs have the gradients of a plain interpreter bit for bit, for any threads and recomputation. */
@EveryWidth
@FewerTries(fullWidth = 3)
public class RandomGradientsProperties {

    static final Surrogate SURROGATE = Surrogate.custom("plain", NaiveLifBack::surrogate);

    @Property(tries = 60)
    void graphsHaveTheGradientsThatTheInterpreterSays(
            @UpTo(6) int batch, @UpTo(value = 12, from = 3) int steps, @ForAll long seed) {
        try (Arena arena = Arena.ofShared()) {
            RandomGraph graph = new RandomGraph(arena, batch, steps, seed, true);
            Random random = new Random(seed);
            NaiveNetwork forward = new NaiveNetwork(graph.network, graph.inputs, batch).training();
            forward.run(steps);
            Map<String, float[][]> given = given(graph, random);
            NaiveGradients expected =
                    new NaiveGradients(NaiveArithmetic.SINGLE, graph.network, forward, batch, steps, given);
            expected.run();
            GradientsBuilder builder = Gradients.of(graph.network, steps, batch)
                    .surrogate(SURROGATE)
                    .threads(1 + random.nextInt(3))
                    .recomputeEvery(1 + random.nextInt(steps + 2));
            boolean plain = random.nextBoolean(); // neurons that learn nothing may go back by vectors
            for (Population population : graph.network.populations()) {
                if (!plain) {
                    builder.observeSpikes(population.name());
                    learned(graph, population)
                            .keySet()
                            .forEach(parameter -> builder.learn(population.name() + "." + parameter));
                }
            }
            for (String source : given.keySet()) {
                int dot = source.indexOf('.');
                if (dot < 0) {
                    builder.startAtSpikes(source);
                } else {
                    builder.startAt(source.substring(0, dot), source.substring(dot + 1));
                }
            }
            try (Gradients gradients = builder.build()) {
                given.forEach((source, values) -> write(graph, gradients, source, values));
                gradients.forward(graph.inputs);
                gradients.backward();
                compare(graph, expected, gradients, !plain, 0);
            }
        }
    }

    /** Returns the interpreter's sum for a parameter of one neuron and sample; null if it would need the currents. */
    private static @Nullable ToDoubleFunction<NaiveLifBack> sum(Population population, String parameter) {
        Neuron neuron = population.neuron();
        boolean multiplies = NaiveLif.of(neuron, population.shape()).decay == Decay.MULTIPLY;
        boolean chained = neuron instanceof Alpha || neuron instanceof StateLeaky;
        boolean divides = neuron instanceof Leaky leaky && leaky.firing().inhibition(); // an inhibited spike
        return switch (parameter) {
            case "threshold", "deltaThreshold" -> back -> back.ofThreshold;
            case "V" -> neuron instanceof LeakyParallel ? back -> back.ofLeak : back -> back.ofOwn;
            case "beta" -> chained ? null : back -> back.ofLeak;
            case "leak" -> multiplies ? back -> back.ofLeak : null;
            case "alpha", "synapse" -> chained ? null : back -> back.ofShare;
            case "gradedSpikesFactor" -> chained || divides ? null : back -> back.ofFactor;
            default -> null;
        };
    }

    /** Returns initial gradients at some sources of a graph. */
    public static Map<String, float[][]> given(RandomGraph graph, Random random) {
        Map<String, float[][]> given = new HashMap<>();
        for (Population population : graph.network.populations()) {
            if (random.nextBoolean()) {
                given.put(population.name(), numbers(graph, population, random));
            }
            for (String variable : population.neuron().variables()) {
                if (random.nextInt(3) == 0) {
                    given.put(population.name() + "." + variable, numbers(graph, population, random));
                }
            }
        }
        return given;
    }

    static float[][] numbers(RandomGraph graph, Population population, Random random) {
        float[][] numbers = new float[graph.steps][graph.batch * population.size()];
        for (float[] step : numbers) {
            for (int i = 0; i < step.length; i++) {
                step[i] = random.nextFloat() - 0.5f;
            }
        }
        return numbers;
    }

    static void write(RandomGraph graph, Gradients gradients, String source, float[][] values) {
        int dot = source.indexOf('.');
        String name = dot < 0 ? source : source.substring(0, dot);
        Population population = graph.network.population(name);
        FloatMatrix to = dot < 0 ? gradients.given(name) : gradients.given(name, source.substring(dot + 1));
        for (int row = 0; row < to.rows(); row++) {
            for (int i = 0; i < population.size(); i++) {
                float value = values[row / graph.batch][row % graph.batch * population.size() + i];
                to.set(row, i, value);
            }
        }
    }

    /** Returns the compared parameters of a population, with their expected values. */
    static Map<String, ToDoubleFunction<NaiveLifBack>> learned(RandomGraph graph, Population population) {
        Map<String, ToDoubleFunction<NaiveLifBack>> learned = new HashMap<>();
        for (String parameter : NeuronGradient.learnable(population.neuron())) {
            String name = population.name() + "." + parameter;
            ToDoubleFunction<NaiveLifBack> sum = sum(population, parameter);
            if (sum != null && graph.network.weights().names().contains(name)) {
                learned.put(parameter, sum);
            }
        }
        return learned;
    }

    /** Compares all gradients of a window from a step on; those of neurons only if requested. */
    static void compare(RandomGraph graph, NaiveGradients expected, Gradients gradients, boolean neurons, int first) {
        Network network = graph.network;
        for (Population population : network.populations()) {
            if (neurons) {
                compareSpikes(graph, expected, gradients, population, first);
                compareParameters(graph, expected, gradients, population);
            }
        }
        for (Projection projection : network.projections()) {
            compareWeights(graph, expected, gradients::gradient, projection);
        }
    }

    private static void compareSpikes(
            RandomGraph graph, NaiveGradients expected, Gradients gradients, Population population, int first) {
        FloatMatrix observed = gradients.observed(population.name());
        for (int row = 0; row < observed.rows(); row++) {
            for (int i = 0; i < population.size(); i++) {
                double want = expected.ofSpikes(population, first + row / graph.batch)[
                        row % graph.batch * population.size() + i];
                same(want, observed.get(row, i), graph, population + " row " + row);
            }
        }
    }

    private static void compareParameters(
            RandomGraph graph, NaiveGradients expected, Gradients gradients, Population population) {
        learned(graph, population).forEach((parameter, sumOf) -> {
            String name = population.name() + "." + parameter;
            float[] got = gradients.gradient(name).toArray();
            float[] want = new float[got.length];
            Parameter now = Parameter.of(graph.network.weights().get(name).toArray());
            boolean clamps = List.of("alpha", "beta", "synapse").contains(parameter)
                    && !(population.neuron() instanceof DeltaLeaky
                            || population.neuron() instanceof HandLif
                            || population.neuron() instanceof EquationNeuron);
            for (int inside = 0; inside < population.size(); inside++) {
                int i = population.shape().torch(inside);
                float sum = 0;
                for (int sample = 0; sample < graph.batch; sample++) {
                    sum += (float) sumOf.applyAsDouble(expected.of(population, sample, i));
                }
                boolean outside = clamps && (now.value(i) < 0 || now.value(i) > 1);
                want[want.length == 1 ? 0 : i] += outside ? 0 * sum : sum;
            }
            for (int i = 0; i < got.length; i++) {
                same(want[i], got[i], graph, name + " " + i + " of " + population);
            }
        });
    }

    /** Compares the gradients of the weights of a projection by name. */
    static void compareWeights(
            RandomGraph graph,
            NaiveGradients expected,
            Function<String, FloatMatrix> gradients,
            Projection projection) {
        int number = graph.network.projections().indexOf(projection);
        for (OperatorDescription each : graph.network.laidOut().description().operators(number)) {
            if (each.values().isEmpty() || projection.path().isEmpty()) {
                continue;
            }
            double[] want = expected.ofValues(projection, each.place());
            int k = 0;
            for (NamedValues values : each.values()) {
                if (values.declared().role() == ValueDescription.Role.BUFFER) {
                    continue;
                }
                for (float got : gradients.apply(values.name()).toArray()) {
                    same(want[k], got, graph, values.name() + " " + k + " of " + projection);
                    k++;
                }
            }
            assertEquals(want.length, k, projection + " has other values");
        }
    }

    private static void same(double want, float got, RandomGraph graph, String what) {
        if (want != got && !(Double.isNaN(want) && Float.isNaN(got))) {
            assertEquals(want, got, what + " in " + graph.network);
        }
    }
}
