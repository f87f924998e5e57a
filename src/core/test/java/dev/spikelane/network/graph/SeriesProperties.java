package dev.spikelane.network.graph;

import static dev.spikelane.Failures.assertPart;
import static dev.spikelane.Matrices.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.FewerTries;
import dev.spikelane.Matrices;
import dev.spikelane.Tries;
import dev.spikelane.connection.BatchNorm;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.kernel.Awkward.ZeroTo;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.Projection;
import dev.spikelane.network.Simulation;
import dev.spikelane.network.Simulations;
import dev.spikelane.train.Sgd;
import dev.spikelane.train.ShardGradients;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainerBuilder;
import dev.spikelane.train.TrainingBatch;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Each sample of a batch of different lengths runs and learns as if alone, in random graphs. */
@EveryWidth
@FewerTries(fullWidth = 3)
final class SeriesProperties extends KernelCase {

    /** Steps after the ends. */
    private static final int MORE = 2;

    /** Results of each population. */
    private record Ran(
            Map<String, Population.SpikeRecorder> spikes, Map<String, Population.VariableRecorder> membranes) {

        static Ran of(Simulation simulation, boolean ofMembranes, int steps) {
            Map<String, Population.SpikeRecorder> spikes = new LinkedHashMap<>();
            Map<String, Population.VariableRecorder> membranes = new LinkedHashMap<>();
            for (Population population : simulation.network().populations()) {
                String name = population.name();
                spikes.put(name, simulation.recordSpikes(name, steps));
                if (ofMembranes) {
                    membranes.put(name, simulation.recordMembranes(name, steps));
                }
            }
            return new Ran(spikes, membranes);
        }
    }

    @Property(tries = 40, edgeCases = EdgeCasesMode.NONE)
    void samplesRunAsTheyRunAlone(@UpTo(13) int batch, @UpTo(value = 20, from = 4) int steps, @ForAll long seed) {
        Random random = new Random(seed);
        boolean shared = random.nextInt(4) > 0;
        RandomGraph graph =
                !shared ? new RandomGraph(arena, batch, steps, seed) : RandomGraph.shared(arena, batch, steps, seed);
        Network network = graph.network;
        int[] lengths = random.ints(batch, 1, steps - MORE + 1).toArray();
        int longest = Arrays.stream(lengths).max().orElseThrow();
        int threads = 1 + random.nextInt(2);
        int[] sizes = {1, 7, 64, Simulations.ROWS_IN_BLOCK};
        boolean membranes = random.nextBoolean();
        boolean stepwise = random.nextInt(4) == 0;
        try (Simulation alone = Simulations.of(network, batch, 1, Simulations.ROWS_IN_BLOCK);
                Simulation series = Simulations.of(network, batch, threads, sizes[random.nextInt(sizes.length)])) {
            if (network.projections().stream().anyMatch(Projection::plastic)) {
                assertPart("a plastic projection changes weights", () -> run(series, graph, lengths));
                return;
            }
            Ran expected = Ran.of(alone, true, steps);
            Ran actual = Ran.of(series, membranes, longest + MORE);
            String first = network.populations().getFirst().name();
            Population.VariableRecorder variable =
                    stepwise ? series.recordBeforeReset(first, "membrane", longest + MORE) : null;
            Tries.often("a run of fewer samples", !stepwise && !graph.constant && batch > 1, 30);
            run(series, graph, lengths);
            for (int done = 0; done < steps; done++) {
                if (graph.constant) {
                    alone.runConstant(rows(graph.inputs, 0, batch), 1);
                } else {
                    alone.run(rows(graph.inputs, done, batch));
                }
                requireStates(alone, series, lengths, done + 1);
            }
            for (Population population : network.populations()) {
                String name = population.name();
                assertSameBits(
                        ended(expected.spikes.get(name).spikes(), lengths, longest),
                        actual.spikes.get(name).spikes().rows(0, longest * batch),
                        name + " of lengths " + Arrays.toString(lengths));
                if (membranes) {
                    assertSameBits(
                            ended(expected.membranes.get(name).values(), lengths, longest),
                            actual.membranes.get(name).values().rows(0, longest * batch),
                            name + " of lengths " + Arrays.toString(lengths));
                }
            }
            assertEquals(longest, series.steps());
            assertEquals(stepwise, variable != null);
            if (shared
                    && !graph.constant
                    && IntStream.range(0, network.populations().size())
                            .allMatch(i -> network.laidOut().neurons(i).byStep().isEmpty())) {
                goOn(series, graph, lengths);
                requireMore(expected, actual, lengths, longest);
            }
        }
    }

    /** Continues each sample from its end. */
    private static void goOn(Simulation series, RandomGraph graph, int... lengths) {
        for (int more = 0; more < MORE; more++) {
            int next = more;
            int[] which = IntStream.range(0, lengths.length)
                    .map(sample -> (lengths[sample] + next) * lengths.length + sample)
                    .toArray();
            Map<String, Signal> rows = new LinkedHashMap<>();
            graph.inputs.forEach((name, each) -> rows.put(name, each.gather(which)));
            series.run(rows);
        }
    }

    private static void requireMore(Ran expected, Ran actual, int[] lengths, int longest) {
        for (String name : actual.spikes.keySet()) {
            for (int row = 0; row < MORE * lengths.length; row++) {
                int sample = row % lengths.length;
                int of = lengths[sample] + row / lengths.length;
                assertSameBits(
                        expected.spikes.get(name).spikes().rows(of * lengths.length + sample, 1),
                        actual.spikes.get(name).spikes().rows(longest * lengths.length + row, 1),
                        name + " behind the end of sample " + sample);
            }
        }
    }

    private static void run(Simulation series, RandomGraph graph, int... lengths) {
        if (graph.constant) {
            series.runConstant(rows(graph.inputs, 0, lengths.length), lengths);
        } else {
            series.run(graph.inputs, lengths);
        }
    }

    private static Map<String, Signal> rows(Map<String, Signal> inputs, int step, int batch) {
        Map<String, Signal> rows = new LinkedHashMap<>();
        inputs.forEach((name, each) -> rows.put(name, each.rows(step * batch, batch)));
        return rows;
    }

    /** Samples of this length have the state of this step. */
    private static void requireStates(Simulation alone, Simulation series, int[] lengths, int done) {
        for (Population population : alone.network().populations()) {
            for (String variable : population.neuron().variables()) {
                FloatMatrix expected = alone.state(population.name()).variable(variable);
                FloatMatrix actual = series.state(population.name()).variable(variable);
                for (int sample = 0; sample < lengths.length; sample++) {
                    if (lengths[sample] == done) {
                        assertSameBits(
                                expected.rows(sample, 1),
                                actual.rows(sample, 1),
                                population.name() + "." + variable + " of sample " + sample);
                    }
                }
            }
        }
    }

    private static SpikeMatrix ended(SpikeMatrix all, int[] lengths, int steps) {
        SpikeMatrix kept = SpikeMatrix.zeros(steps * lengths.length, all.columns());
        for (int row = 0; row < kept.rows(); row++) {
            if (row / lengths.length < lengths[row % lengths.length]) {
                kept.rows(row, 1).copyFrom(all.rows(row, 1));
            }
        }
        return kept;
    }

    private static FloatMatrix ended(FloatMatrix all, int[] lengths, int steps) {
        FloatMatrix kept = FloatMatrix.zeros(steps * lengths.length, all.columns());
        for (int row = 0; row < kept.rows(); row++) {
            if (row / lengths.length < lengths[row % lengths.length]) {
                kept.rows(row, 1).copyFrom(all.rows(row, 1));
            }
        }
        return kept;
    }

    /** Gradients, losses, spikes and decoded classes equal a shard with only this sample. */
    @Property(tries = 30, edgeCases = EdgeCasesMode.NONE)
    void samplesLearnWhatTheyLearnAlone(
            @ForAll long seed,
            @ZeroTo(RandomNeuron.MODELS) int model,
            @UpTo(value = 24, from = 2) int steps,
            @UpTo(value = 5, from = 2) int batch) {
        Random random = new Random(seed);
        int kind = RandomTrainingProperties.trainable(model);
        RandomTrainingProperties.Task task = RandomTrainingProperties.Task.of(seed, kind, steps, batch);
        boolean normalizes = task.network().projections().stream()
                .anyMatch(each -> each.path().stream().anyMatch(BatchNorm.class::isInstance));
        int[] lengths = random.ints(batch, 1, steps + 1).toArray();
        Signal input = Matrices.spikes(
                Arena.ofAuto(),
                steps * batch,
                task.network().inputs().getFirst().shape().size(),
                0.4,
                random);
        int[] labels = random.ints(batch, 0, task.network().outputs()).toArray();
        TrainingBatch series = TrainingBatch.of(input, labels).withLengths(lengths);
        try (Trainer all = task.trainer(new Sgd(0.1))
                .threads(2)
                .shards(batch)
                .recomputeEvery(1 + random.nextInt(steps))
                .build()) {
            if (normalizes) {
                assertPart("a connection takes all rows together", () -> all.gradients(series, 0));
                return;
            }
            for (int sample = 0; sample < batch; sample++) {
                RandomTrainingProperties.Task short_ =
                        new RandomTrainingProperties.Task(task.network(), lengths[sample], batch, null, task.learned());
                Signal own = input.sample(sample, batch).rows(0, lengths[sample]);
                try (Trainer alone = short_.trainer(new Sgd(0.1)).shards(batch).build()) {
                    ShardGradients expected = alone.gradients(TrainingBatch.of(own, labels[sample]), sample, labels);
                    ShardGradients actual = all.gradients(series, sample);
                    assertArrayEquals(expected.terms(), actual.terms(), "terms of " + kind);
                    assertArrayEquals(expected.spikes(), actual.spikes(), "spikes of " + kind);
                    assertEquals(expected.right(), actual.right(), "classes of " + kind);
                    expected.gradients()
                            .forEach((name, gradient) ->
                                    assertSameBits(gradient, actual.gradients().get(name), name + " of " + kind));
                }
            }
        } catch (IllegalStateException stop) {
            assertTrue(String.valueOf(stop.getMessage()).contains("loss is"), stop.getMessage());
        }
    }

    /** Steps after the end of the last sample are skipped, unless gradients are observed there; results are equal. */
    @Property(tries = 15, edgeCases = EdgeCasesMode.NONE)
    void batchesLearnWhatPaddedOnesLearn(
            @ForAll long seed,
            @ZeroTo(RandomNeuron.MODELS) int model,
            @UpTo(value = 24, from = 2) int steps,
            @UpTo(9) int batch) {
        Random random = new Random(seed);
        int shards = 1 + random.nextInt(batch);
        int window = random.nextInt(3) > 0 ? steps : 1 + random.nextInt(steps);
        int[] lengths = random.ints(batch, 1, 1 + steps / 2 + 1).toArray();
        UnaryOperator<TrainerBuilder> cut = trainer -> trainer.shards(shards).truncateEvery(window);
        assertEquals(
                learned(
                        seed,
                        model,
                        steps,
                        lengths,
                        trainer -> cut.apply(trainer).observeSpikes("p").onGradients((_, _) -> true)),
                learned(seed, model, steps, lengths, cut),
                "lengths " + Arrays.toString(lengths) + " of " + steps + ", shards " + shards + ", window " + window);
    }

    private static String learned(
            long seed, int model, int steps, int[] lengths, UnaryOperator<TrainerBuilder> recipe) {
        int kind = RandomTrainingProperties.trainable(model);
        RandomTrainingProperties.Task task = RandomTrainingProperties.Task.of(seed, kind, steps, lengths.length);
        Random random = new Random(seed);
        double loss = 0;
        try (Trainer trainer =
                recipe.apply(task.trainer(new Sgd(0.05)).threads(2)).build()) {
            for (int i = 0; i < 3; i++) {
                int inputs = task.network().inputs().getFirst().shape().size();
                Signal input = Matrices.uniform(Arena.ofAuto(), steps * lengths.length, inputs, random);
                int[] labels =
                        random.ints(lengths.length, 0, task.network().outputs()).toArray();
                loss += trainer.step(TrainingBatch.of(input, labels).withLengths(lengths));
            }
        } catch (IllegalStateException | IllegalArgumentException stop) {
            return String.valueOf(stop.getMessage());
        }
        return loss + " " + task.network().weights().hash();
    }
}
