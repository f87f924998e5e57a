package dev.spikelane.network.graph;

import static dev.spikelane.Filled.fill;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.FewerTries;
import dev.spikelane.Matrices;
import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.network.Projection;
import dev.spikelane.network.naive.NaiveArithmetic;
import dev.spikelane.network.naive.NaiveGradients;
import dev.spikelane.network.naive.NaiveNetwork;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.Gradients;
import dev.spikelane.train.GradientsBuilder;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * Gradients that overflow, with silent or zero inputs, equal the plain interpreter: NaN and infinities at the same
 * places.
 */
@EveryWidth
class OverflowingGradientsProperties extends KernelCase {

    private static final float[] LARGE = {
        3e38f, -3e38f, 3e38f, -3e38f, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN
    };

    @FewerTries(fullWidth = 3)
    @Property(tries = 80)
    void silentInputsAddNothing(
            @UpTo(6) int batch,
            @UpTo(8) int steps,
            @UpTo(140) int inputs,
            @UpTo(140) int neurons,
            @UpTo(40) int outputs,
            @ForAll long seed) {
        Random random = new Random(seed);
        Network network = network(inputs, neurons, outputs, random);
        Signal given = input(arena, steps * batch, inputs, random);
        NaiveNetwork forward = new NaiveNetwork(network, Map.of("x", given), batch);
        forward.run(steps);
        Map<String, float[][]> starts = Map.of(
                "q", numbers(steps, batch * outputs, random), "q.membrane", numbers(steps, batch * outputs, random));
        NaiveGradients expected = new NaiveGradients(NaiveArithmetic.SINGLE, network, forward, batch, steps, starts);
        expected.run();
        GradientsBuilder builder = Gradients.of(network, steps, batch)
                .surrogate(RandomGradientsProperties.SURROGATE)
                .startAtSpikes("q")
                .startAt("q", "membrane")
                .threads(1 + random.nextInt(3))
                .recomputeEvery(1 + random.nextInt(steps));
        if (random.nextBoolean()) {
            builder.observeSpikes("p");
        }
        try (Gradients gradients = builder.build()) {
            write(starts.get("q"), gradients.given("q"));
            write(starts.get("q.membrane"), gradients.given("q", "membrane"));
            gradients.forward(given);
            gradients.backward();
            for (Projection projection : network.projections()) {
                compare(expected, gradients, projection);
            }
        }
    }

    private static Network network(int inputs, int neurons, int outputs, Random random) {
        NetworkBuilder builder = Network.builder();
        Input x = builder.input("x", Shape.of(inputs));
        Reset[] resets = {Reset.SUBTRACT, Reset.ZERO, Reset.NONE};
        Leaky leaky = new Leaky(0.9f).withThreshold(0.3f).withReset(resets[random.nextInt(resets.length)]);
        Population p = builder.population("p", Shape.of(neurons), leaky);
        Population q = builder.population("q", Shape.of(outputs), new Leaky(0.8f).withThreshold(0.3f));
        TorchRandom weights = new TorchRandom(random.nextLong());
        List<Connection> path = new ArrayList<>();
        if (random.nextInt(3) == 0) {
            path.add(new OneToOne(
                    Matrices.uniform(Arena.ofAuto(), 1, inputs, random).toArray()));
        }
        path.add(Dense.linear(inputs, neurons, weights));
        if (random.nextInt(3) == 0) {
            path.add(new OneToOne(
                    Matrices.uniform(Arena.ofAuto(), 1, neurons, random).toArray()));
        }
        builder.project("x-p", x, p, path.toArray(Connection[]::new));
        builder.project("p-q", p, q, Dense.linear(neurons, outputs, weights)).delay(random.nextInt(3));
        if (random.nextBoolean()) {
            builder.project("p-q values", p.variable("membrane"), q, Dense.linear(neurons, outputs, weights));
        }
        return builder.build();
    }

    /** Spikes, or mostly zero values. */
    private static Signal input(Arena arena, int rows, int columns, Random random) {
        if (random.nextInt(3) == 0) {
            return Matrices.spikes(arena, rows, columns, 0.3, random);
        }
        FloatMatrix values = Matrices.uniform(arena, rows, columns, random);
        double zeros = random.nextDouble();
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                if (random.nextDouble() < zeros) {
                    values.set(row, column, random.nextBoolean() ? 0.0f : -0.0f);
                }
            }
        }
        return values;
    }

    private static float[][] numbers(int steps, int count, Random random) {
        float[][] numbers = new float[steps][count];
        for (float[] step : numbers) {
            for (int i = 0; i < count; i++) {
                step[i] = random.nextInt(40) == 0 ? LARGE[random.nextInt(LARGE.length)] : random.nextFloat() - 0.5f;
            }
        }
        return numbers;
    }

    private static void write(float[][] values, FloatMatrix to) {
        int batch = to.rows() / values.length;
        fill(to, (row, i) -> values[row / batch][row % batch * to.columns() + i]);
    }

    private static void compare(NaiveGradients expected, Gradients gradients, Projection projection) {
        int count = projection.path().size();
        for (int place = 0; place < count; place++) {
            String prefix = projection.name() + (count > 1 ? "." + place : "") + ".";
            Map<String, float[]> found = new HashMap<>();
            found.put("weight", gradients.gradient(prefix + "weight").toArray());
            if (projection.path().get(place) instanceof Dense dense && dense.biased()) {
                found.put("bias", gradients.gradient(prefix + "bias").toArray());
            }
            double[] want = expected.weights(projection, place);
            found.forEach((name, values) -> {
                int first = name.equals("bias") ? want.length - values.length : 0;
                for (int i = 0; i < values.length; i++) {
                    // A zero of the interpreter may have another sign.
                    float wanted = (float) want[first + i] + 0.0f;
                    if (Float.floatToIntBits(wanted) != Float.floatToIntBits(values[i] + 0.0f)) {
                        assertEquals(wanted, values[i], prefix + name + " " + i);
                    }
                }
            });
        }
    }
}
