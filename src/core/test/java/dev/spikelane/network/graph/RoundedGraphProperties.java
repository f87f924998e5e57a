package dev.spikelane.network.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.FewerTries;
import dev.spikelane.Matrices;
import dev.spikelane.connection.WeightQuantization;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.Projection;
import dev.spikelane.network.naive.NaiveNetwork;
import dev.spikelane.train.Gradients;
import dev.spikelane.train.GradientsBuilder;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Random graphs with weights that are trained as integers run like the network of these integers. */
@EveryWidth
@FewerTries(fullWidth = 3)
class RoundedGraphProperties extends KernelCase {

    private static final List<WeightQuantization> WAYS = List.of(
            WeightQuantization.ternary(),
            WeightQuantization.ternary().learned(),
            WeightQuantization.int4(),
            WeightQuantization.int4().byMean(),
            WeightQuantization.int8(),
            WeightQuantization.int8().byMean());

    /** Returns a rounding for each projection that can have one. */
    private static Map<String, WeightQuantization> ways(RandomGraph graph, Random random) {
        Map<String, WeightQuantization> ways = new LinkedHashMap<>();
        for (Projection projection : graph.network.projections()) {
            WeightQuantization way = WAYS.get(random.nextInt(WAYS.size()));
            try (Gradients gradients = Gradients.of(graph.network, 1, 1)
                    .weights(way, projection.name())
                    .build()) {
                assertEquals(
                        0,
                        gradients
                                .spikes(graph.network.populations().getFirst().name())
                                .count());
                ways.put(projection.name(), way);
            } catch (IllegalArgumentException refused) {
                String why = refused.getMessage();
                assertTrue(
                        why.contains("graded spikes")
                                || why.contains("which is transposed")
                                || why.contains("expected a dense connection or a convolution of floats"),
                        why);
            }
        }
        return ways;
    }

    @Property(tries = 40)
    void eachStepHasTheNumbersOfTheIntegerNetwork(
            @UpTo(6) int batch, @UpTo(value = 9, from = 3) int steps, @ForAll long seed) {
        Random random = new Random(seed);
        RandomGraph graph = new RandomGraph(arena, batch, steps, seed, true);
        Map<String, WeightQuantization> ways = ways(graph, random);
        if (ways.isEmpty()) {
            return;
        }
        Population last = graph.network.populations().getLast();
        GradientsBuilder builder = Gradients.of(graph.network, steps, batch).threads(1 + random.nextInt(3));
        Network view = graph.network.rounded(ways, Set.of());
        ways.forEach((name, way) -> builder.weights(way, name));
        for (Population population : graph.network.populations()) {
            population.neuron().variables().forEach(variable -> builder.keep(population.name(), variable));
        }
        try (Gradients gradients = builder.startAtSpikes(last.name()).build()) {
            for (int turn = 0; turn < 2; turn++) {
                gradients.reset();
                gradients.forward(graph.inputs);
                gradients.backward();
                view.laidOut()
                        .roundings()
                        .forEach(each -> IntStream.range(0, each.parts()).forEach(each::run));
                Network integers = graph.network.quantized(view.laidOut().roundedIntegers());
                compare(graph, gradients, integers, "turn " + turn + " of " + ways + " in ");
                change(graph.network, ways, random);
            }
        }
    }

    private static void change(Network network, Map<String, WeightQuantization> ways, Random random) {
        for (String name : network.weights().names()) {
            if (name.endsWith(".weight") && ways.containsKey(name.substring(0, name.indexOf('.')))) {
                FloatMatrix old = network.weights().get(name);
                network.weights().replace(name, Matrices.uniform(Arena.ofAuto(), old.rows(), old.columns(), random));
            }
        }
    }

    private static void compare(RandomGraph graph, Gradients gradients, Network integers, String what) {
        Map<String, FloatMatrix> floats = new LinkedHashMap<>();
        integers.weights().names().stream()
                .filter(name -> integers.weights().type(name) == ElementType.FLOAT32 && !name.endsWith("_scale"))
                .forEach(name -> floats.put(name, integers.weights().get(name)));
        NaiveNetwork expected = new NaiveNetwork(integers, graph.inputs, graph.batch)
                .begin(floats)
                .training();
        expected.run(graph.steps);
        List<String> wrong = new ArrayList<>();
        for (Population population : graph.network.populations()) {
            SpikeMatrix spikes = gradients.spikes(population.name());
            for (int row = 0; row < graph.steps * graph.batch && wrong.isEmpty(); row++) {
                int step = row / graph.batch;
                int sample = row % graph.batch;
                for (int neuron = 0; neuron < population.size(); neuron++) {
                    if (expected.spike(population.name(), step, sample, neuron) != spikes.get(row, neuron)) {
                        wrong.add("spike of " + population.name() + " in step " + step);
                    }
                    for (String variable : population.neuron().variables()) {
                        float want = expected.value(population.name(), variable, step, sample, neuron);
                        float got =
                                gradients.values(population.name(), variable).get(row, neuron);
                        boolean same = want == got || Float.isNaN(want) && Float.isNaN(got);
                        if (!same && wrong.isEmpty()) {
                            wrong.add(variable + " of " + population.name() + " in step " + step + " is " + got
                                    + ", expected " + want);
                        }
                    }
                }
            }
        }
        assertEquals(List.of(), wrong, () -> what + graph.network);
    }
}
