package dev.spikelane.train;

import static dev.spikelane.Filled.floats;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.FewerTries;
import dev.spikelane.Matrices;
import dev.spikelane.connection.Dense;
import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.Synaptic;
import dev.spikelane.random.TorchRandom;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Gradients do not depend on the number of rows in a block. */
@EveryWidth
@FewerTries
class BlockSizeProperties {

    private static final int STEPS = 11;
    private static final int INPUTS = 37;

    @Property(tries = 25)
    void blocksOfAnySizeGiveTheSameGradients(
            @UpTo(20) int batch, @UpTo(200) int hidden, @UpTo(3) int threads, @UpTo(120) int rows, @ForAll long seed) {
        Random random = new Random(seed);
        Network network = network(random, hidden);
        Signal input = random.nextBoolean()
                ? Matrices.spikes(Arena.ofAuto(), STEPS * batch, INPUTS, 0.3, random)
                : Matrices.uniform(Arena.ofAuto(), STEPS * batch, INPUTS, random);
        float[] given = floats(STEPS * batch * 5, i -> random.nextFloat() - 0.5f);
        GradientsBuilder whole = Gradients.of(network, STEPS, batch).rowsInTurn(Integer.MAX_VALUE);
        GradientsBuilder blocks = Gradients.of(network, STEPS, batch)
                .rowsInTurn(rows)
                .threads(threads)
                .recomputeEvery(1 + random.nextInt(STEPS));
        List<float[]> expected = gradients(network, whole, input, given);
        List<float[]> found = gradients(network, blocks, input, given);
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(expected.get(i), found.get(i), network.weights().names() + " " + i);
        }
        boolean none = true;
        for (float value : expected.getLast()) {
            none &= value == 0;
        }
        assertTrue(!none, "there are no gradients");
    }

    /** A chain, whose threads share neurons, or a loop, whose threads share samples. */
    private static Network network(Random random, int hidden) {
        TorchRandom draws = new TorchRandom(random.nextInt());
        NetworkBuilder builder = Network.builder();
        Neuron neuron = random.nextBoolean()
                ? new Leaky(0.9).withThreshold(0.2)
                : new Synaptic(0.8, 0.9)
                        .withFiring(new Leaky(0.9).withThreshold(0.2).firing());
        var x = builder.input("x", Shape.of(INPUTS));
        var p = builder.population("p", Shape.of(hidden), neuron);
        var q = builder.population("q", Shape.of(5), new Leaky(0.8).withThreshold(0.3));
        builder.project("xp", x, p, Dense.linear(INPUTS, hidden, draws));
        builder.project("pq", p, q, Dense.linear(hidden, 5, draws));
        if (random.nextBoolean()) {
            builder.project("qp", q, p, Dense.linear(5, hidden, draws)).delay(1 + random.nextInt(3));
        }
        return builder.build();
    }

    private static List<float[]> gradients(Network network, GradientsBuilder builder, Signal input, float[] given) {
        try (Gradients gradients = builder.startAtSpikes("q").build()) {
            gradients.given("q").copyFrom(given);
            gradients.forward(input);
            gradients.backward();
            List<float[]> found = new ArrayList<>();
            for (String name : network.weights().names()) {
                if (name.endsWith("weight") || name.endsWith("bias")) {
                    FloatMatrix gradient = gradients.gradient(name);
                    found.add(gradient.toArray());
                }
            }
            return found;
        }
    }
}
