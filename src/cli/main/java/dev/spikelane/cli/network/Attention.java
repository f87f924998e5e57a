package dev.spikelane.cli.network;

import dev.spikelane.connection.BatchNorm;
import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Convolution;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Flatten;
import dev.spikelane.connection.Kernel;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.connection.Pool;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.network.Projection;
import dev.spikelane.neuron.EquationNeuron;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.simd.Checks;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The Spike-driven Transformer of Yao and others, 2023, with masks and sums of bits in place of softmax. Tokens are the
 * positions of maps. Q, K and V are spikes of three linear maps of tokens, each with a batch norm:
 *
 * <pre>{@code
 * mask[channel]      = fires(sum of Q[channel, token] and K[channel, token] over tokens)
 * out[channel,token] = mask[channel] and V[channel, token]
 * }</pre>
 *
 * <p>so the work is linear in the number of tokens. A membrane shortcut adds the input currents of the attention to its
 * output; the two layers after it have one too. A neuron computes {@code v = beta * v + current}, fires if {@code v >
 * threshold}, and is then reset to 0. {@link Network#folded} removes the batch norms.
 */
public final class Attention {

    private static final EquationNeuron PLAIN = neuron("Plain", "", "", "");

    /** Neurons whose variable {@code sum} is their input current. */
    private static final EquationNeuron CARRYING = neuron("Carrying", ", sum", "", "sum = current");

    /** Neurons whose variable {@code out} has their spikes, masked by spikes at the port {@code identity}. */
    private static final EquationNeuron MASKED = neuron("AND", ", out to 1", ", identity", "out = spike * identity");

    private static final String IDENTITY = "identity";
    private static final String OUT = "out";
    private static final String SUM = "sum";

    private static final Connection SAME = OneToOne.scale(1);

    private static final double HALF = 0.5;

    /** Ratio of hidden neurons to outputs in the two layers after attention. */
    private static final int EXPANSION = 4;

    private final NetworkBuilder builder;
    private final TorchRandom random;

    private Attention(NetworkBuilder builder, TorchRandom random) {
        this.builder = Objects.requireNonNull(builder, "builder");
        this.random = Objects.requireNonNull(random, "random");
    }

    /**
     * Creates a classifier of images. Three convolutions of 3 x 3 make the tokens, at a quarter of the height and
     * width, a fourth encodes positions. Blocks follow, and a dense layer on the average of all tokens.
     *
     * @param image channels, height and width of the input {@code image}; height and width are at least 4
     * @param channels channels of the tokens, even
     * @param blocks blocks, named by numbers from 1
     * @param classes neurons of the population {@code classes}
     * @throws IllegalArgumentException if a number does not fit
     */
    public static Network network(Shape image, int channels, int blocks, int classes, TorchRandom random) {
        Checks.atLeast(1, "blocks", blocks);
        Checks.require(channels % 2 == 0, "channels", channels, "an even number");
        NetworkBuilder builder = Network.builder();
        Attention made = new Attention(builder, random);
        Pool half = Pool.max(2);
        Population first = made.layer("stem1", builder.input("image", image), channels / 2, 3, PLAIN);
        Population second = made.layer("stem2", first, channels, 3, PLAIN, half);
        Population tokens = made.layer("tokens", second, channels, 3, CARRYING, half);
        Population last = made.layer("places", tokens, channels, 3, CARRYING);
        made.project(tokens.variable(SUM), last, SAME);
        for (int i = 1; i <= blocks; i++) {
            last = block(builder, "block" + i, last, random);
        }
        Population out = builder.population("classes", Shape.of(classes), new Leaky(HALF));
        made.project(last, out, Pool.averageOfAll(), new Flatten(), Dense.linear(channels, classes, random));
        return builder.build();
    }

    /**
     * Adds attention and two layers for each token, both with a shortcut. Populations are named {@code name}, a dot and
     * their role.
     *
     * @param tokens neurons of another block, or of {@link #attention}
     * @return neurons in maps of an equal shape
     * @throws IllegalArgumentException if a name is used already, or the neurons have another model
     */
    public static Population block(NetworkBuilder builder, String name, Population tokens, TorchRandom random) {
        Attention made = new Attention(builder, random);
        int channels = tokens.shape().channels();
        Population attended = made.attend(name, tokens, tokens.variable(SUM));
        Population inner = made.layer(name + ".inner", attended, EXPANSION * channels, 1, PLAIN);
        Population out = made.layer(name + ".out", inner, channels, 1, CARRYING);
        made.project(attended.variable(SUM), out, SAME);
        return out;
    }

    /**
     * Adds attention without the two layers.
     *
     * @param tokens spikes in maps
     * @param carried currents in the shape of {@code tokens}, which are added
     * @return neurons in maps of an equal shape, with the sum in the variable {@code sum}
     * @throws IllegalArgumentException if a name is used already
     */
    public static Population attention(
            NetworkBuilder builder,
            String name,
            Projection.Source tokens,
            Projection.Source carried,
            TorchRandom random) {
        return new Attention(builder, random).attend(name, tokens, carried);
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

    private Population attend(String name, Projection.Source tokens, Projection.Source carried) {
        Shape maps = tokens.shape();
        int channels = maps.channels();
        Population query = layer(name + ".query", tokens, channels, 1, PLAIN);
        Population key = layer(name + ".key", tokens, channels, 1, MASKED);
        project(query, key, SAME).port(IDENTITY);
        Population mask = builder.population(name + ".mask", Shape.of(channels, 1, 1), PLAIN.with("threshold", HALF));
        project(key.variable(OUT), mask, Pool.sumOfAll());
        Population value = layer(name + ".value", tokens, channels, 1, MASKED);
        project(mask, value, Pool.spread(maps.height(), maps.width())).port(IDENTITY);
        Population attended = layer(name + ".attended", value.variable(OUT), channels, 1, CARRYING);
        project(carried, attended, SAME);
        return attended;
    }

    /** Adds neurons after optional pools, a convolution that keeps height and width, and a batch norm. */
    private Population layer(
            String name, Projection.Source from, int channels, int size, Neuron neuron, Connection... before) {
        List<Connection> path = new ArrayList<>(List.of(before));
        Shape shape = from.shape();
        for (Connection each : before) {
            shape = each.outputShape(shape);
        }
        Kernel kernel = Kernel.of(size).withPadding(size / 2).withoutBias();
        path.add(Convolution.of(shape.channels(), channels, kernel, random));
        path.add(BatchNorm.of(channels));
        Population made = builder.population(name, shape.withChannels(channels), neuron);
        project(from, made, path.toArray(Connection[]::new));
        return made;
    }

    private NetworkBuilder project(Projection.Source from, Population to, Connection... path) {
        return builder.project(from.name() + "-" + to.name(), from, to, path);
    }
}
