package dev.spikelane.cli.demo;

import static dev.spikelane.cli.output.Value.named;

import dev.spikelane.cli.input.ImageSet;
import dev.spikelane.cli.output.Section;
import dev.spikelane.cli.terminal.Progress;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Plasticity;
import dev.spikelane.data.BatchLoader;
import dev.spikelane.data.Batching;
import dev.spikelane.data.Dataset;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import dev.spikelane.model.Model;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.network.SpikeCounts;
import dev.spikelane.neuron.EquationNeuron;
import dev.spikelane.random.TorchRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A layer that learns without labels, like Diehl and Cook (2015): the first neuron to fire silences the layer, its
 * weights move toward its input, and its threshold rises. The trained layer becomes a new network, in which each neuron
 * votes for the class whose training images make it fire most.
 */
final class Winners {

    static final int NEURONS = 100;

    private static final String LAYER = "winners";
    private static final String RAISED = "raised";

    /** A smaller training set is repeated. */
    private static final int LEAST_IMAGES = 2_000;

    /** Sum of a neuron's weights, divided by its inputs. */
    private static final double WEIGHT = 0.1;

    /** Input of a step to a neuron with uniform weights, divided by its inputs. */
    private static final double DRIVE = EvenRate.DENSITY * WEIGHT;

    private static final String NEURON = """
            neuron Winner
            param tau = 100, threshold = 40, rise = 1, fall = 2e-6, start = 0
            state v, raised = start
            input current, inhibition
            let keep = exp(-1 / tau)
            let keepRaised = exp(-fall)
            v = inhibition > 0 ? 0 : keep * v + current
            raised = keepRaised * raised
            spike v > threshold + raised
            reset v = 0
            reset raised = raised + rise
            """;

    /**
     * STDP at output spikes: weights move toward traces of inputs. All images have an equal sum of traces, so a
     * neuron's sum of weights stays constant without normalization.
     */
    private static final String RULE = """
            rule Winner
            param eta = 0.02, tau = 50, mean = %s, density = %s
            let gain = mean / (density * tau)
            trace pre x tau = tau
            on post
            w += eta * (gain * x - w)
            bounds 0, 1
            """.formatted(WEIGHT, EvenRate.DENSITY);

    private static final String VOTE = "state v\ninput current\nv = v + current\nspike v >= 1\nv = v - spike";

    private final Dataset data;
    private final DemoSettings settings;
    private final int passes;
    private final FloatMatrix weights;
    /** The learned increase of each neuron's threshold. */
    private float[] raised;
    /** The class for which each neuron votes; -1 without spikes. */
    private final int[] classes;

    private final List<LearningPoint> curve = new ArrayList<>();
    private double seconds;

    /**
     * A point of the learning curve.
     *
     * @param spikes spikes of the layer for an image, since the previous point
     */
    private record LearningPoint(int images, double spikes) {}

    /** The labels are used only for votes. */
    Winners(Dataset data, int neurons, DemoSettings settings) {
        this.data = data;
        this.settings = settings;
        this.passes = Math.ceilDiv(LEAST_IMAGES, data.size());
        this.weights = FloatMatrix.zeros(neurons, data.shape().size());
        this.raised = new float[neurons];
        this.classes = new int[neurons];
        Arrays.fill(classes, -1);
        new TorchRandom(settings.seed()).rand(weights);
        for (int neuron = 0; neuron < neurons; neuron++) {
            EvenRate.scale(weights, neuron, WEIGHT * weights.columns());
        }
    }

    void learn(Progress progress) {
        int all = Math.multiplyExact(passes, data.size());
        List<Integer> times = List.of(Math.ceilDiv(all, 16), Math.ceilDiv(all, 4), all);
        curve.add(new LearningPoint(0, 0));
        progress.begin("Learning", all);
        long begin = System.nanoTime();
        try (Simulation simulation = network(1, Plasticity.of(RULE)).network().simulate(1, 1);
                BatchLoader loader = new BatchLoader(data, batching(1).withShuffle(settings.seed()))) {
            SpikeCounts counts = simulation.countSpikes(LAYER);
            loader.start(0);
            double fired = 0;
            for (int image = 1; image <= all; image++) {
                if (!loader.next()) {
                    loader.start(image / data.size());
                    loader.next();
                }
                simulation.run(loader.batch().input());
                fired += counts.density() * settings.steps() * raised.length;
                raised = simulation.state(LAYER).variable(RAISED).toArray();
                simulation.reset();
                simulation.state(LAYER).variable(RAISED).copyFrom(raised);
                progress.advance(1);
                if (times.contains(image)) {
                    weights.copyFrom(simulation.plasticWeights().get("x-winners.weight"));
                    curve.add(new LearningPoint(
                            image, fired / (image - curve.getLast().images())));
                    fired = 0;
                }
            }
        }
        seconds = (System.nanoTime() - begin) / 1e9;
        findVotes(progress);
        progress.end();
    }

    private Batching batching(int size) {
        return new Batching(Math.min(size, data.size()))
                .withSeed(settings.seed())
                .withCode(new EvenRate(settings.steps()));
    }

    /** Returns the current layer with its votes. */
    Model model() {
        return network(0, Plasticity.NONE);
    }

    private Model network(double learns, Plasticity rule) {
        int neurons = raised.length;
        double drive = DRIVE * weights.columns();
        FloatMatrix all = FloatMatrix.zeros(neurons, neurons);
        all.fill(1);
        FloatMatrix votes = FloatMatrix.zeros(data.classes(), neurons);
        for (int neuron = 0; neuron < neurons; neuron++) {
            if (classes[neuron] >= 0) {
                votes.set(classes[neuron], neuron, 1);
            }
        }
        EquationNeuron neuron = EquationNeuron.of(NEURON)
                .with("threshold", 20 * drive)
                .with("rise", 0.5 * drive * learns)
                .with("fall", learns / (20.0 * neurons * settings.steps()))
                .withParameter("start", Parameter.of(raised));
        NetworkBuilder builder = Network.builder();
        Input input = builder.input("x", Shape.of(weights.columns()));
        Population layer = builder.population(LAYER, Shape.of(neurons), neuron);
        Population output = builder.population("votes", Shape.of(data.classes()), EquationNeuron.of(VOTE));
        builder.project("x-winners", input, layer, Dense.of(weights)).plastic(rule);
        builder.project("winners-winners", layer, layer, Dense.of(all))
                .port("inhibition")
                .delay(1);
        return Model.of(
                builder.project("winners-votes", layer, output, Dense.of(votes)).build());
    }

    /** Finds the class to which each neuron responds most on average; the layer does not learn meanwhile. */
    private void findVotes(Progress progress) {
        double[][] answers = new double[classes.length][data.classes()];
        int[] images = new int[data.classes()];
        progress.begin("Votes", data.size());
        Model asked = model().with(Model.POPULATION, LAYER);
        DemoRun.count(asked, data, batching(settings.batch()), settings, (batch, counts) -> {
            for (int row = 0; row < batch.count(); row++) {
                int label = batch.labels()[row];
                images[label]++;
                for (int neuron = 0; neuron < classes.length; neuron++) {
                    answers[neuron][label] += counts.get(row, neuron);
                }
            }
            progress.advance(batch.count());
        });
        Arrays.setAll(classes, neuron -> classOf(answers[neuron], images));
    }

    /** Returns the class with the largest response per image, the lowest of equal ones; -1 if there is none. */
    static int classOf(double[] answers, int[] images) {
        return Verdicts.winnerOf(IntStream.range(0, images.length)
                .mapToObj(label -> answers[label] / Math.max(1, images[label]))
                .toList());
    }

    Section facts(ImageSet images) {
        List<Integer> votes = Arrays.stream(classes).boxed().toList();
        Map<String, Integer> voters = new LinkedHashMap<>();
        for (int label = 0; label < data.classes(); label++) {
            voters.put(images.nameOf(label), Collections.frequency(votes, label));
        }
        return Section.of(
                        "learning",
                        votes.size() + " neurons learn without labels, as in Diehl and Cook (2015), " + settings.steps()
                                + " steps, seed " + settings.seed())
                .value("neurons", votes.size())
                .value("rule", RULE)
                .say(
                        "Learned from",
                        "%,d images, %d times; none of them tests the network, and labels serve for votes alone",
                        named("images", data.size()),
                        named("passes", passes))
                .say(
                        "Per image",
                        "%.2f ms to learn",
                        named("learn_ms_per_image", 1e3 * seconds / curve.getLast().images))
                .say(
                        "Neurons",
                        voters.entrySet().stream()
                                .map(each -> each.getKey() + " " + each.getValue())
                                .collect(Collectors.joining(", ")),
                        named("voters", voters))
                .value("seen", curve.stream().map(LearningPoint::images).toList())
                .value("spikes", curve.stream().map(LearningPoint::spikes).toList())
                .say(
                        "Spikes",
                        curve.stream()
                                .skip(1)
                                .map(each -> String.format(
                                        Locale.ROOT, "%.1f for an image until %,d images", each.spikes, each.images))
                                .collect(Collectors.joining(", ")));
    }
}
