package dev.spikelane.network.naive;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.FewerTries;
import dev.spikelane.connection.BatchNorm;
import dev.spikelane.connection.Connection;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.connection.kind.ConnectionKinds;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.kernel.Decay;
import dev.spikelane.network.Population;
import dev.spikelane.network.Projection;
import dev.spikelane.network.graph.RandomGradientsProperties;
import dev.spikelane.network.graph.RandomGraph;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.Recurrence;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Gradients of random graphs by the plain interpreter equal the slopes of the smoothed network. */
class SlopesProperties extends KernelCase {

    private static final double LARGEST_STEP = 1e-4;
    private static final double SMALLEST_STEP = 3e-10;

    @FewerTries(fullWidth = 4)
    @Property(tries = 15)
    void gradientsAreSlopes(@UpTo(6) int batch, @UpTo(value = 12, from = 3) int steps, @ForAll long seed) {
        RandomGraph graph = new RandomGraph(arena, batch, steps, seed, true);
        Random random = new Random(seed);
        NaiveNetwork forward = new NaiveNetwork(graph.network, graph.inputs, batch).training();
        forward.run(steps);
        Map<String, float[][]> given = RandomGradientsProperties.given(graph, random);
        List<Direction> declared = directions(graph, forward, given, NaiveArithmetic.SINGLE);
        List<Direction> magnitudes = directions(graph, forward, given, NaiveArithmetic.MAGNITUDE);
        SmoothNetwork smooth = new SmoothNetwork(graph.network, graph.inputs, forward, batch, steps);
        List<Integer> some =
                new ArrayList<>(IntStream.range(0, declared.size()).boxed().toList());
        Collections.shuffle(some, random);
        for (int one : some.subList(0, Math.min(4, some.size()))) {
            compareSlope(declared.get(one), magnitudes.get(one).gradient, smooth, given, random, graph);
        }
    }

    /** Values that may change, and their gradient; one number if all change alike. */
    private record Direction(String name, double[] gradient) {}

    /**
     * Compares changes of the smoothed network's loss, in double precision, with gradients. Rounding errors of terms
     * that cancel, as after a norm of a batch of two, are bounded by their magnitudes.
     */
    private static void compareSlope(
            Direction direction,
            double[] magnitudes,
            SmoothNetwork smooth,
            Map<String, float[][]> given,
            Random random,
            RandomGraph graph) {
        double[] values = smooth.values(direction.name);
        double[] start = values.clone();
        double[] change = random.doubles(values.length, -1, 1).toArray();
        double declared = 0;
        double magnitude = 0;
        double rounding = 0;
        boolean shared = direction.gradient.length == 1;
        for (int i = 0; i < values.length; i++) {
            change[i] = shared ? change[0] : change[i];
        }
        for (int i = 0; i < direction.gradient.length; i++) {
            declared += change[i] * direction.gradient[i];
            magnitude += Math.abs(change[i] * direction.gradient[i]);
            rounding += GradientRoundingProperties.ROUNDINGS * Math.abs(change[i] * magnitudes[i]);
        }
        double slope = slope(step -> {
            for (int i = 0; i < values.length; i++) {
                values[i] = start[i] + step * change[i];
            }
            return smooth.change(given);
        });
        System.arraycopy(start, 0, values, 0, start.length);
        assertEquals(slope, declared, 3e-5 * magnitude + rounding + 1e-7, direction.name + " in " + graph.network);
    }

    /**
     * Returns the slope at zero: central differences over decreasing steps, until two agree. A long step leaves the
     * linear range of a network with growing gradients, and a short one drowns in rounding.
     */
    private static double slope(DoubleUnaryOperator change) {
        double best = Double.NaN;
        double least = Double.POSITIVE_INFINITY;
        double before = Double.NaN;
        for (double step = LARGEST_STEP; step > SMALLEST_STEP; step /= 10) {
            double slope = (change.applyAsDouble(step) - change.applyAsDouble(-step)) / (2 * step);
            double difference = Math.abs(slope - before);
            if (difference < least) {
                least = difference;
                best = slope;
            }
            if (difference <= 1e-6 * Math.abs(slope)) {
                break;
            }
            before = slope;
        }
        return best;
    }

    private static List<Direction> directions(
            RandomGraph graph, NaiveNetwork forward, Map<String, float[][]> given, NaiveArithmetic arithmetic) {
        NaiveGradients expected =
                new NaiveGradients(arithmetic, graph.network, forward, graph.batch, graph.steps, given);
        expected.run();
        List<Direction> directions = new ArrayList<>();
        for (Projection projection : graph.network.projections()) {
            for (int place = 0; place < projection.path().size(); place++) {
                Connection connection = projection.path().get(place);
                boolean learns = !(connection instanceof BatchNorm norm) || norm.affine();
                if (learns && ConnectionKinds.of(connection).hasValues()) {
                    String name = SmoothNetwork.key(projection, place);
                    directions.add(new Direction(name, expected.weights(projection, place)));
                }
            }
        }
        for (Population population : graph.network.populations()) {
            NaiveLif lif = NaiveLif.of(population.neuron(), population.shape());
            directions.add(new Direction(
                    population.name() + ".threshold", sums(graph, expected, population, back -> back.ofThreshold)));
            if (lif.decay == Decay.MULTIPLY && lif.alpha == null) {
                directions.add(new Direction(
                        population.name() + ".leak", sums(graph, expected, population, back -> back.ofLeak)));
            }
            if (lif.recurrence instanceof Recurrence.By(OneToOne _) && !isFed(graph, population)) {
                directions.add(
                        new Direction(population.name() + ".V", sums(graph, expected, population, back -> back.ofOwn)));
            }
        }
        return directions;
    }

    private static boolean isFed(RandomGraph graph, Population population) {
        return graph.network.projections().stream()
                .anyMatch(projection ->
                        projection.target() == population && projection.port().equals(Neuron.FEEDBACK));
    }

    private static double[] sums(
            RandomGraph graph,
            NaiveGradients expected,
            Population population,
            ToDoubleFunction<NaiveLifBack> parameter) {
        double[] sums = new double[population.size()];
        for (int i = 0; i < sums.length; i++) {
            double sum = 0;
            for (int sample = 0; sample < graph.batch; sample++) {
                sum += parameter.applyAsDouble(expected.of(population, sample, i));
            }
            sums[i] = sum;
        }
        return sums;
    }
}
