package dev.spikelane.network.graph;

import dev.spikelane.EveryWidth;
import dev.spikelane.FewerTries;
import dev.spikelane.Tries;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.kernel.Awkward.ZeroTo;
import dev.spikelane.network.naive.NaiveNetwork;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.GenerationMode;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.statistics.StatisticsReport;

/** After any sequence of calls, a simulation equals {@link NaiveNetwork} after these calls, bit for bit. */
@EveryWidth
@FewerTries(fullWidth = 4)
final class CallSequenceProperties extends KernelCase {

    private static final int CALLS = 24;

    @StatisticsReport(StatisticsReport.StatisticsReportMode.OFF)
    @Property(tries = 16, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
    void callsInAnyOrderDoWhatTheInterpreterSays(@UpTo(4) int batch, @ForAll long seed) {
        RandomGraph graph = new RandomGraph(arena, batch, 1, seed);
        try (GraphCalls calls = new GraphCalls(graph.network, batch, new Random(seed))) {
            calls.run(CALLS);
            for (GraphCalls.Call each : GraphCalls.Call.values()) {
                often(each.toString(), calls.counts.getOrDefault(each, 0) > 0);
            }
        }
    }

    @StatisticsReport(StatisticsReport.StatisticsReportMode.OFF)
    @Property(tries = 16, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
    void rulesLearnWhatTheInterpreterSaysThroughCallsInAnyOrder(@UpTo(3) int batch, @ForAll long seed) {
        RandomGraph graph = RandomGraph.ruled(arena, batch, 1, seed);
        try (GraphCalls calls = new GraphCalls(graph.network, batch, new Random(seed))) {
            calls.run(CALLS);
        }
        often(
                "a rule",
                graph.network.projections().stream()
                        .anyMatch(each -> each.plasticity().isRule()));
    }

    @StatisticsReport(StatisticsReport.StatisticsReportMode.OFF)
    @Property(tries = 16, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
    void windowsInAnyOrderHaveTheGradientsThatTheInterpreterSays(
            @UpTo(5) int batch, @UpTo(5) int steps, @ForAll long seed) {
        RandomGraph graph = new RandomGraph(arena, batch, steps, seed, true);
        try (GradientCalls calls = new GradientCalls(graph, new Random(seed))) {
            calls.run(CALLS);
            for (GradientCalls.Call each : GradientCalls.Call.values()) {
                often(each.toString(), calls.counts.getOrDefault(each, 0) > 0);
            }
        }
    }

    @StatisticsReport(StatisticsReport.StatisticsReportMode.OFF)
    @Property(tries = 16, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
    void trainersInUseDoWhatNewOnesDo(
            @ZeroTo(RandomNeuron.MODELS) int model, @UpTo(5) int steps, @UpTo(5) int batch, @ForAll long seed) {
        int kind = RandomTrainingProperties.trainable(model);
        try (TrainerCalls calls = new TrainerCalls(seed, kind, steps, batch, true)) {
            calls.run(CALLS);
            for (TrainerCalls.Call each : TrainerCalls.Call.values()) {
                often(each.toString(), calls.counts.getOrDefault(each, 0) > 0);
            }
        }
    }

    @Property(generation = GenerationMode.EXHAUSTIVE, edgeCases = EdgeCasesMode.NONE)
    void aValueForAllNeuronsBecomesOneForEachAndBack(@ZeroTo(RandomNeuron.MODELS) int model) {
        int kind = RandomTrainingProperties.trainable(model);
        try (TrainerCalls calls = new TrainerCalls(model, kind, 3, 2, false)) {
            calls.turnParameters();
        }
    }

    private static void often(String what, boolean happened) {
        Tries.often(what, happened, 20);
    }
}
