package dev.spikelane.network;

import dev.spikelane.connection.BatchNorm;
import dev.spikelane.connection.Convolution;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Flatten;
import dev.spikelane.connection.Kernel;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.connection.Pool;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.Shape;
import dev.spikelane.neuron.EquationNeuron;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Residual networks for maps: a stem, four stages of blocks of two convolutions of 3 x 3, and dense classes behind the
 * average of the last maps. Each stage has twice the channels of the one before it, on maps of half its size. Behind
 * each convolution there is a batch norm.
 *
 * <p>A neuron is {@code v = beta * v + current}; it fires where {@code v > threshold}, and is 0 then. Populations are
 * {@code stem}, {@code block1.inner}, {@code block1} and so on, and {@code classes}, whose membranes are sums over
 * steps.
 */
public final class Networks {

    /** Blocks of each stage. */
    private static final Map<Integer, List<Integer>> STAGES = new TreeMap<>(Map.of(
            10, List.of(1, 1, 1, 1),
            18, List.of(2, 2, 2, 2),
            34, List.of(3, 4, 6, 3)));

    /** The last stage has eight times as many. */
    private static final int MOST_CHANNELS = Integer.MAX_VALUE / 8;

    static final EquationNeuron PLAIN = neuron("Plain", "", "", "");

    /** These pass on what enters them too. */
    static final EquationNeuron CARRYING = neuron("Carrying", ", sum", "", "sum = current");

    private final NetworkBuilder builder = Network.builder();
    private final TorchRandom random;
    private final int channels;
    /** What the next block gets, and the spikes of its neurons. */
    private Projection.Source sum;

    private Projection.Source spikes;

    private Networks(Shape image, int channels, EquationNeuron stem, TorchRandom random) {
        if (image.rank() != 3) {
            throw new IllegalArgumentException("image is " + image + ", expected maps such as [3 x 32 x 32]");
        }
        if (channels < 1 || channels > MOST_CHANNELS) {
            throw new IllegalArgumentException("channels are " + channels + ", expected 1 to " + MOST_CHANNELS);
        }
        this.random = Objects.requireNonNull(random, "random");
        this.channels = channels;
        Input input = builder.input("image", image);
        Population first = convolve("stem", input, "stem", channels, 1, stem);
        this.sum = first;
        this.spikes = first;
    }

    /**
     * Makes a spike-element-wise residual network (Fang and others, 2021), whose blocks join the spikes of their last
     * neurons with what enters the block.
     *
     * @param depth 10, 18 or 34
     * @param channels of the first stage, 64 in the paper
     * @param image the shape of the input
     * @param classes how many
     * @param join how spikes are joined
     * @param random the stream that weights are drawn from
     * @return the network
     * @throws IllegalArgumentException if there is no network of this depth, or a number does not fit
     */
    public static Network sewResNet(int depth, int channels, Shape image, int classes, Join join, TorchRandom random) {
        Objects.requireNonNull(join, "join");
        List<Integer> stages = stages(depth);
        Networks made = new Networks(image, channels, PLAIN, random);
        int block = 0;
        for (int stage = 0; stage < stages.size(); stage++) {
            for (int i = 0; i < stages.get(stage); i++) {
                String name = "block" + ++block;
                EquationNeuron joining = join.neuron(join == Join.ADD ? i + 2 : 1);
                Population last = made.branch(name, made.sum, stage, i, joining);
                Projection.Source identity = made.sum.shape().equals(last.shape())
                        ? made.sum
                        : made.convolve(
                                name + ".shortcut",
                                made.sum,
                                name + ".shortcut",
                                last.shape().channels(),
                                2,
                                PLAIN);
                made.builder
                        .project(name + ".identity", identity, last, OneToOne.scale(1))
                        .port("identity");
                made.sum = last.variable("out");
            }
        }
        return made.classify(made.sum, classes);
    }

    /**
     * Makes a membrane-shortcut residual network (Hu and others, 2021), whose blocks add currents to those that enter
     * the neurons before them.
     *
     * @param depth 10, 18 or 34
     * @param channels of the first stage, 64 in the paper
     * @param image the shape of the input
     * @param classes how many
     * @param random the stream that weights are drawn from
     * @return the network
     * @throws IllegalArgumentException if there is no network of this depth, or a number does not fit
     */
    public static Network msResNet(int depth, int channels, Shape image, int classes, TorchRandom random) {
        List<Integer> stages = stages(depth);
        Networks made = new Networks(image, channels, CARRYING, random);
        made.sum = ((Population) made.spikes).variable("sum");
        int block = 0;
        for (int stage = 0; stage < stages.size(); stage++) {
            for (int i = 0; i < stages.get(stage); i++) {
                String name = "block" + ++block;
                Population last = made.branch(name, made.spikes, stage, i, CARRYING);
                if (made.sum.shape().equals(last.shape())) {
                    made.builder.project(name + ".identity", made.sum, last, OneToOne.scale(1));
                } else {
                    made.project(name + ".shortcut", made.sum, last, 1, 2);
                }
                made.sum = last.variable("sum");
                made.spikes = last;
            }
        }
        return made.classify(made.spikes, classes);
    }

    private static List<Integer> stages(int depth) {
        List<Integer> stages = STAGES.get(depth);
        if (stages == null) {
            throw new IllegalArgumentException("depth is " + depth + ", expected one of " + STAGES.keySet());
        }
        return stages;
    }

    private static EquationNeuron neuron(String name, String states, String ports, String last) {
        return EquationNeuron.of("""
                neuron %s
                param beta = 0.5, threshold = 1
                state v%s
                input current%s
                v = beta * v + current
                spike v > threshold
                reset v = 0
                %s
                """.formatted(name, states, ports, last));
    }

    /** The two convolutions of a block, the first of which halves maps where a stage begins behind another. */
    private Population branch(String name, Projection.Source from, int stage, int place, EquationNeuron last) {
        int wider = channels << stage;
        int stride = place == 0 && stage > 0 ? 2 : 1;
        Population inner = convolve(name + ".conv1", from, name + ".inner", wider, stride, PLAIN);
        return convolve(name + ".conv2", inner, name, wider, 1, last);
    }

    /** Adds neurons behind a convolution; a shortcut's has one weight for each pair of channels. */
    private Population convolve(
            String name, Projection.Source from, String neurons, int channels, int stride, EquationNeuron model) {
        Shape shape = from.shape();
        Shape made = Shape.of(channels, Math.ceilDiv(shape.height(), stride), Math.ceilDiv(shape.width(), stride));
        Population target = builder.population(neurons, made, model);
        project(name, from, target, name.endsWith(".shortcut") ? 1 : 3, stride);
        return target;
    }

    private void project(String name, Projection.Source from, Population target, int size, int stride) {
        Kernel kernel = Kernel.of(size).withStride(stride).withPadding(size / 2).withoutBias();
        int made = target.shape().channels();
        builder.project(
                name, from, target, Convolution.of(from.shape().channels(), made, kernel, random), BatchNorm.of(made));
    }

    private Network classify(Projection.Source from, int classes) {
        Population target = builder.population("classes", Shape.of(classes), new Leaky(1).withReset(Reset.NONE));
        Dense dense = Dense.linear(from.shape().channels(), classes, random);
        builder.project("fc", from, target, Pool.averageOfAll(), new Flatten(), dense);
        return builder.build();
    }

    /** How a block joins the spikes S of its last neurons with what enters it, X. */
    public enum Join {
        /** {@code S + X}, whole numbers that grow by 1 from block to block of a stage. */
        ADD("spike + identity"),
        /** {@code S * X}. */
        AND("spike * identity"),
        /** {@code (1 - S) * X}. */
        IAND("(1 - spike) * identity");

        private final String text;

        Join(String text) {
            this.text = text;
        }

        /**
         * Returns the neurons, for graphs of your own: their port {@code identity} takes X, and their variable
         * {@code out} is the joined signal.
         *
         * @param greatest the greatest number of {@code out}, at most 15
         * @return a text of these neurons
         * @throws IllegalArgumentException if the number is below 1 or too large
         */
        public EquationNeuron neuron(int greatest) {
            return Networks.neuron(name(), ", out to " + greatest, ", identity", "out = " + text);
        }
    }

    @Override
    public String toString() {
        return "Networks of " + channels + " channels in " + builder;
    }
}
