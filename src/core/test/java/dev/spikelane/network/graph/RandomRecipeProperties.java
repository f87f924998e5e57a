package dev.spikelane.network.graph;

import static dev.spikelane.Filled.ints;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.spikelane.FewerTries;
import dev.spikelane.Tries;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Population;
import dev.spikelane.network.Projection;
import dev.spikelane.network.naive.NaiveArithmetic;
import dev.spikelane.network.naive.NaiveGradients;
import dev.spikelane.network.naive.NaiveNetwork;
import dev.spikelane.network.naive.NaiveSparse;
import dev.spikelane.random.CounterRandom;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.Loss;
import dev.spikelane.train.SquaredErrorLoss;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainerBuilder;
import dev.spikelane.train.TrainingBatch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.statistics.StatisticsReport;

/**
 * Trainers of random graphs by random recipes have the losses and gradients of the plain interpreter bit for bit:
 * weighted sums of losses, dropouts, truncated windows, any recomputation and threads, within the estimated memory.
 */
@FewerTries(fullWidth = 3)
final class RandomRecipeProperties extends KernelCase {

    private static final Loss[] OF_SPIKES = {
        CrossEntropyLoss.rate(), CrossEntropyLoss.count(), Loss.spikeRatePenalty(0.25), SquaredErrorLoss.count(0.8, 0.2)
    };
    private static final Loss[] OF_MEMBRANES = {
        CrossEntropyLoss.membrane(), CrossEntropyLoss.maxMembrane(), SquaredErrorLoss.membrane()
    };

    private record Term(Population population, Loss loss, double weight) {}

    private static final class Recipe {

        private final RandomGraph graph;
        private final NaiveNetwork forward;
        private final List<Term> terms = new ArrayList<>();
        private final Map<Projection, Double> dropouts = new HashMap<>();
        private final Set<Projection> ofChannels = new HashSet<>();
        private final int window;
        private final int[] labels;
        private final long seed;

        Recipe(RandomGraph graph, long seed) {
            this.graph = graph;
            this.seed = seed;
            Random random = new Random(seed);
            int least = Integer.MAX_VALUE;
            for (int i = 1 + random.nextInt(3); i > 0; i--) {
                List<Population> all = graph.network.populations();
                boolean again = !terms.isEmpty() && random.nextInt(3) == 0;
                Population population = again ? terms.getLast().population : all.get(random.nextInt(all.size()));
                boolean ofSpikes =
                        random.nextBoolean() && population.neuron().spikeValue().isAlways(1);
                Loss[] losses = ofSpikes ? OF_SPIKES : OF_MEMBRANES;
                double weight = random.nextBoolean() ? 1 : random.nextFloat() - 0.5;
                terms.add(new Term(population, losses[random.nextInt(losses.length)], weight));
                least = Math.min(least, population.size());
            }
            this.labels = random.ints(graph.batch, 0, least).toArray();
            this.window = random.nextBoolean() ? graph.steps : 1 + random.nextInt(graph.steps);
            this.forward = new NaiveNetwork(graph.network, graph.inputs, graph.batch).training();
            for (int number = 0; number < graph.network.projections().size(); number++) {
                Projection projection = graph.network.projections().get(number);
                boolean graded = projection.source() instanceof Population population
                        && !population.neuron().spikeValue().isAlways(1);
                int[] delays = NaiveSparse.delays(projection);
                graded |= projection.source().name().endsWith(".out"); // whole numbers
                if (!graded && delays[delays.length - 1] == projection.delay() && random.nextInt(4) == 0) {
                    double probability = random.nextInt(10) / 10.0;
                    boolean channels = projection.source().shape().rank() == 3 && random.nextBoolean();
                    dropouts.put(projection, probability);
                    if (channels) {
                        ofChannels.add(projection);
                    }
                    if (probability > 0) {
                        forward.drop(projection, noise(projection, number, (float) probability));
                    }
                }
            }
            forward.run(graph.steps);
        }

        /** As documented, by the element's inner place, or its channel. */
        private NaiveNetwork.Noise noise(Projection projection, int number, float probability) {
            CounterRandom.Draws draws = CounterRandom.Draws.dropout(seed, number, graph.batch);
            int[] samples = ints(graph.batch, i -> i);
            draws.setEpoch(0);
            draws.setSamples(samples, 0, samples.length);
            return (step, sample, element) -> {
                Shape shape = projection.source().shape();
                int inside = ofChannels.contains(projection)
                        ? element / (shape.size() / shape.channels())
                        : shape.inside(element);
                boolean kept = CounterRandom.uniform(draws.rowKey(step, sample), inside) < 1 - probability;
                return kept ? 1 / (1 - probability) : 0;
            };
        }

        TrainerBuilder trainer() {
            TrainerBuilder builder = Trainer.of(graph.network, graph.steps, graph.batch)
                    .surrogate(RandomGradientsProperties.SURROGATE)
                    .truncateEvery(window)
                    .seed(seed);
            for (Term term : terms) {
                builder.loss(term.population.name(), term.loss, term.weight);
            }
            dropouts.forEach((projection, probability) -> {
                if (ofChannels.contains(projection)) {
                    builder.dropoutChannels(projection.name(), probability);
                } else {
                    builder.dropout(projection.name(), probability);
                }
            });
            return builder;
        }

        /** Returns the loss of a window, and stores its gradients where they start. */
        double loss(int first, int end, Map<String, float[][]> given) {
            double[] ofSamples = new double[graph.batch];
            for (Term term : terms) {
                int rows = (end - first) * graph.batch;
                FloatMatrix back = FloatMatrix.zeros(rows, term.population.size());
                Loss.Input input = new Loss.Input(end - first, graph.batch, term.population.size()).setLabels(labels);
                Loss.Gradient into =
                        term.loss.readsSpikes() ? Loss.Gradient.ofSpikes(back) : Loss.Gradient.ofMembranes(back);
                read(term, first, rows, input);
                double divisor = term.loss.divisor(input);
                input.setDivisor(term.weight == 1 ? divisor : divisor / term.weight);
                double[] added = new double[graph.batch];
                term.loss.bind(end - first, graph.batch, term.population.size()).evaluate(input, into, added);
                for (int sample = 0; sample < ofSamples.length; sample++) {
                    ofSamples[sample] += added[sample];
                }
                String source = term.population.name() + (term.loss.readsSpikes() ? "" : ".membrane");
                add(
                        given.computeIfAbsent(source, _ -> new float[end][graph.batch * term.population.size()]),
                        back,
                        first);
            }
            double sum = 0;
            for (double of : ofSamples) {
                sum += of;
            }
            return sum;
        }

        private void read(Term term, int first, int rows, Loss.Input input) {
            int size = term.population.size();
            String name = term.population.name();
            SpikeMatrix spikes = SpikeMatrix.zeros(rows, size);
            FloatMatrix membranes = FloatMatrix.zeros(rows, size);
            for (int row = 0; row < rows; row++) {
                int step = first + row / graph.batch;
                int sample = row % graph.batch;
                for (int i = 0; i < size; i++) {
                    spikes.set(row, i, forward.spike(name, step, sample, i));
                    membranes.set(row, i, forward.value(name, "membrane", step, sample, i));
                }
            }
            if (term.loss.readsSpikes()) {
                input.setSpikes(spikes);
            } else {
                input.setMembranes(membranes);
            }
        }

        private void add(float[][] to, FloatMatrix added, int first) {
            for (int row = 0; row < added.rows(); row++) {
                for (int i = 0; i < added.columns(); i++) {
                    to[first + row / graph.batch][row % graph.batch * added.columns() + i] += added.get(row, i);
                }
            }
        }
    }

    @StatisticsReport(StatisticsReport.StatisticsReportMode.OFF)
    @Property(tries = 30, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
    void trainersDoWhatTheInterpreterSays(
            @UpTo(6) int batch, @UpTo(value = 12, from = 3) int steps, @ForAll long seed) {
        RandomGraph graph = new RandomGraph(arena, batch, steps, seed, true);
        Recipe recipe = new Recipe(graph, seed);
        Random random = new Random(~seed);
        int threads = 1 + random.nextInt(3);
        int every = 1 + random.nextInt(recipe.window + 1);
        TrainerBuilder builder = recipe.trainer().threads(threads).recomputeEvery(every);
        int[] windows = new int[1];
        builder.onGradients((loss, gradients) -> {
            int first = windows[0]++ * recipe.window;
            int end = Math.min(first + recipe.window, steps);
            Map<String, float[][]> given = new HashMap<>();
            assertEquals(recipe.loss(first, end, given), loss, 1e-12 * Math.abs(loss), "loss from step " + first);
            NaiveGradients expected =
                    new NaiveGradients(NaiveArithmetic.SINGLE, graph.network, recipe.forward, batch, first, end, given);
            expected.run();
            for (Projection projection : graph.network.projections()) {
                RandomGradientsProperties.compareWeights(graph, expected, gradients, projection);
            }
            return false; // values stay, so that the next window's are known
        });
        if (random.nextInt(4) == 0) { // test runs find the required memory
            limit(builder, threads);
        }
        try (Trainer trainer = builder.build()) {
            trainer.step(TrainingBatch.of(graph.inputs, recipe.labels));
        }
        assertEquals(Math.ceilDiv(steps, recipe.window), windows[0]);
        requireVariety(recipe, every);
    }

    /** Sets the smallest sufficient limit. */
    private static void limit(TrainerBuilder builder, int threads) {
        long bytes = builder.bytes(); // several threads allocate on first use
        builder.mostBytes(threads == 1 ? bytes - 1 : bytes / 2);
        assertThrows(IllegalStateException.class, builder::build);
        builder.mostBytes(threads == 1 ? bytes : 2 * bytes);
    }

    /** Requires that rare cases occurred. */
    private static void requireVariety(Recipe recipe, int every) {
        boolean windows = recipe.window < recipe.graph.steps;
        boolean drops = recipe.dropouts.values().stream().anyMatch(probability -> probability > 0);
        boolean several = recipe.terms.size() > 1;
        often("several losses, dropouts and windows", several && drops && windows);
        often("dropouts and windows that are computed again", drops && windows && every < recipe.window);
        often(
                "several losses of a population",
                several
                        && recipe.terms.stream()
                                        .map(Term::population)
                                        .distinct()
                                        .count()
                                < recipe.terms.size());
        often(
                "losses of spikes and membranes",
                recipe.terms.stream()
                                .map(term -> term.loss.readsSpikes())
                                .distinct()
                                .count()
                        == 2);
    }

    private static void often(String what, boolean happened) {
        Tries.often(what, happened, 3);
    }
}
