package dev.spikelane.network.graph;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.FewerTries;
import dev.spikelane.Tries;
import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Convolution;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.connection.Pool;
import dev.spikelane.connection.Recurrent;
import dev.spikelane.connection.Sparse;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.Projection;
import dev.spikelane.network.naive.NaiveNetwork;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.SpikeList;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.statistics.StatisticsReport;

/** Random graphs equal {@link NaiveNetwork} bit for bit. */
@EveryWidth
@FewerTries(fullWidth = 3)
final class RandomGraphProperties extends KernelCase {

    /** Graphs of fixed seeds, for rare cases. */
    private static final int RARE = Tries.beforeTheNight(150);

    @StatisticsReport(StatisticsReport.StatisticsReportMode.OFF)
    @Property(tries = 60, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
    void graphsDoWhatTheInterpreterSays(@UpTo(5) int batch, @UpTo(value = 30, from = 8) int steps, @ForAll long seed) {
        RandomGraph graph = new RandomGraph(arena, batch, steps, seed);
        NaiveNetwork expected = new NaiveNetwork(graph.network, graph.inputs, batch);
        expected.run(steps);
        int restored = 0;
        for (GraphRun.Recorders recorders : GraphRun.Recorders.values()) {
            if (Math.floorMod(seed + recorders.ordinal(), 2) == 0) {
                continue; // for the next try
            }
            GraphRun run = new GraphRun(graph, expected, recorders, seed + recorders.ordinal());
            run.run();
            restored += run.restored;
        }
        requireVariety(graph, expected, restored);
    }

    @StatisticsReport(StatisticsReport.StatisticsReportMode.OFF)
    @Property(tries = 48, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
    void graphsLearnWhatTheInterpreterSays(
            @UpTo(3) int batch, @UpTo(value = 20, from = 8) int steps, @ForAll long seed) {
        RandomGraph graph = RandomGraph.ruled(arena, batch, steps, seed);
        NaiveNetwork expected = new NaiveNetwork(graph.network, graph.inputs, batch);
        expected.run(steps);
        GraphRun run = new GraphRun(graph, expected, GraphRun.Recorders.SPIKES, seed);
        run.run();
        List<Projection> ruled = graph.network.projections().stream()
                .filter(each -> each.plasticity().isRule())
                .toList();
        often("a snapshot", run.restored > 0);
        often("rules", ruled.size() > 1);
        often("a rule of maps", ruled.stream().anyMatch(each -> each.path().getLast() instanceof Convolution));
        often(
                "a rule of dense weights",
                ruled.stream().anyMatch(each -> each.path().getLast() instanceof Dense));
        often(
                "a rule of delays of synapses",
                ruled.stream()
                        .anyMatch(
                                each -> each.path().getLast() instanceof Sparse sparse && sparse.delays().length > 1));
        often(
                "a rule in a loop",
                graph.network.laidOut().components().stream()
                        .filter(part -> part.steps() > 0)
                        .anyMatch(part -> ruled.stream()
                                .anyMatch(each -> part.populations()
                                        .contains(graph.network.populations().indexOf(each.target())))));
    }

    /** Requires that rare cases occurred. */
    private static void requireVariety(RandomGraph graph, NaiveNetwork expected, int restored) {
        Network network = graph.network;
        List<Projection> all = network.projections();
        often("a loop", network.laidOut().components().stream().anyMatch(part -> part.steps() > 0));
        often(
                "a loop of several populations",
                network.laidOut().components().stream()
                        .anyMatch(part -> part.populations().size() > 1));
        often("a loop of several steps", network.laidOut().components().stream().anyMatch(part -> part.steps() > 1));
        often(
                "a projection from a population to itself",
                all.stream().anyMatch(projection -> projection.source() == projection.target()));
        often("a delay outside loops", all.stream().anyMatch(RandomGraphProperties::isDelayedInput));
        often(
                "a variable as a source",
                all.stream()
                        .anyMatch(projection -> projection.source().ofVariable().isPresent()));
        often(
                "no connection",
                all.stream().anyMatch(projection -> projection.path().isEmpty()));
        often(
                "several connections",
                all.stream().anyMatch(projection -> projection.path().size() > 1));
        often("a plastic projection", all.stream().anyMatch(Projection::plastic));
        often("a snapshot", restored > 0);
        often("weights from all to all", all.stream().anyMatch(RandomGraphProperties::isAllToAll));
        often("other weights than those of the model", graph.replaced);
        often(
                "a projection of others into the port feedback",
                all.stream()
                        .anyMatch(projection ->
                                projection.port().equals(Neuron.FEEDBACK) && !RandomGraph.isRecurrence(projection)));
        often(
                "a recurrence and others at the port feedback",
                all.stream()
                        .anyMatch(projection -> RandomGraph.isRecurrence(projection)
                                && all.stream()
                                        .anyMatch(other -> other != projection
                                                && other.target() == projection.target()
                                                && other.port().equals(Neuron.FEEDBACK))));
        often(
                "maps",
                network.populations().stream()
                        .anyMatch(population -> population.shape().reordered()));
        for (Population population : network.populations()) {
            double density = expected.density(population.name());
            often("a population that fires, but not always", density > 0.02 && density < 0.8);
        }
    }

    private static boolean isPooled(List<Connection> path) {
        return IntStream.range(1, path.size())
                .anyMatch(i ->
                        path.get(i - 1) instanceof Convolution && path.get(i).equals(Pool.max(2)));
    }

    private static boolean isAllToAll(Projection projection) {
        return RandomGraph.isRecurrence(projection) && projection.path().getFirst() instanceof Recurrent;
    }

    private static boolean isDelayedInput(Projection projection) {
        return projection.source() instanceof Input && projection.delay() > 0;
    }

    private static void often(String what, boolean happened) {
        Tries.often(what, happened, 8);
    }

    /** Cases of one graph in ten, which sixty random graphs may lack. */
    @Example
    void rareThingsAreThereToo() {
        int convolutions = 0;
        int recurrences = 0;
        int gates = 0;
        int sources = 0;
        int drawn = 0;
        int lines = 0;
        int late = 0;
        int few = 0;
        for (int seed = 0; seed < RARE; seed++) {
            try (Arena arena = Arena.ofShared()) {
                Network network = new RandomGraph(arena, 1, 1, seed).network;
                List<Projection> all = network.projections();
                convolutions += all.stream().anyMatch(projection -> isPooled(projection.path())) ? 1 : 0;
                recurrences += all.stream().anyMatch(RandomGraphProperties::hasNoWeights) ? 1 : 0;
                List<Sparse> sparse = all.stream()
                        .flatMap(projection -> projection.path().stream())
                        .filter(Sparse.class::isInstance)
                        .map(Sparse.class::cast)
                        .toList();
                drawn += sparse.stream().anyMatch(Sparse::isProcedural) ? 1 : 0;
                lines += sparse.stream().anyMatch(each -> each.toString().contains("gaussian")) ? 1 : 0;
                late += sparse.stream()
                                .anyMatch(each -> Arrays.stream(each.delays()).anyMatch(delay -> delay > 15))
                        ? 1
                        : 0;
                few += network.weights().names().stream()
                                .anyMatch(name -> network.weights().type(name).bits() < Byte.SIZE)
                        ? 1
                        : 0;
                sources +=
                        network.populations().stream().anyMatch(population -> population.neuron() instanceof SpikeList)
                                ? 1
                                : 0;
                gates += network.populations().stream()
                                .anyMatch(population -> population.shape().reordered()
                                        && population.neuron().gates() > 1)
                        ? 1
                        : 0;
            }
        }
        assertTrue(convolutions > RARE / 20, convolutions + " with a convolution right before a pool of 2 x 2");
        assertTrue(recurrences > RARE / 20, recurrences + " with a recurrence by a connection without weights");
        assertTrue(gates > RARE / 20, gates + " with gates in maps");
        assertTrue(sources > RARE / 20, sources + " with lists of spikes");
        assertTrue(drawn > RARE / 20, drawn + " with procedural synapses");
        assertTrue(lines > RARE / 20, lines + " with synapses by distance");
        assertTrue(late > RARE / 20, late + " with long delays");
        assertTrue(few > RARE / 20, few + " with weights of 4 or 2 bits");
    }

    private static boolean hasNoWeights(Projection projection) {
        return RandomGraph.isRecurrence(projection) && projection.path().getFirst() instanceof OneToOne.Scale;
    }
}
