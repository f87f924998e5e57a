package dev.spikelane.network.plastic;

import static dev.spikelane.Filled.floats;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.Checkout;
import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.neuron.EquationNeuron;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Short-term plasticity (Tsodyks, Pawelzik and Markram 1998) by neurons whose variable drives others, in float64. */
@EveryWidth
final class ShortTermTest {

    private static final int STEPS = 150;
    private static final int INPUTS = 7;
    private static final int OUTPUTS = 3;

    private static final String SUM = """
            neuron Sum
            state v
            input current
            v = current
            spike v > 1000
            """;

    private final SpikeMatrix pre = Matrices.spikes(Arena.ofAuto(), STEPS, INPUTS, 0.1, new Random(1));
    private final FloatMatrix weights = Matrices.uniform(Arena.ofAuto(), OUTPUTS, INPUTS, new Random(2));

    /** Returns the text of the page on plasticity. */
    private static String release() throws IOException {
        String page = Files.readString(Checkout.file("src/site/markdown/plasticity.md"));
        int begin = page.indexOf("neuron TsodyksMarkram");
        return page.substring(begin, page.indexOf("```", begin));
    }

    @Test
    void dense() throws IOException {
        check(Dense.of(weights), new int[INPUTS * OUTPUTS]);
    }

    @Test
    void sparseWithDelays() throws IOException {
        int[] delays = new int[INPUTS * OUTPUTS];
        List<LearningNetwork.Edge> edges = new ArrayList<>();
        for (int i = 0; i < delays.length; i++) {
            delays[i] = i * 5 % 4;
            edges.add(new LearningNetwork.Edge(i / OUTPUTS, i % OUTPUTS, delays[i]));
        }
        float[] listed = floats(delays.length, i -> weights.get(i % OUTPUTS, i / OUTPUTS));
        check(LearningNetwork.sparse(INPUTS, Shape.of(OUTPUTS), edges, listed), delays);
    }

    private void check(Connection connection, int[] delays) throws IOException {
        NetworkBuilder builder = Network.builder();
        Input x = builder.input("x", Shape.of(INPUTS));
        Population release = builder.population("release", Shape.of(INPUTS), EquationNeuron.of(release()));
        Population sum = builder.population("sum", Shape.of(OUTPUTS), EquationNeuron.of(SUM));
        builder.project("x-release", x, release, new OneToOne(1));
        builder.project("release-sum", release.variable("release"), sum, connection);
        try (Simulation simulation = builder.build().simulate(1)) {
            Population.VariableRecorder currents = simulation.record("sum", "membrane", STEPS);
            simulation.run(pre);
            for (int step = 0; step < STEPS; step++) {
                for (int output = 0; output < OUTPUTS; output++) {
                    double expected = 0;
                    for (int input = 0; input < INPUTS; input++) {
                        int left = step - delays[input * OUTPUTS + output];
                        expected += weights.get(output, input) * released(input, left);
                    }
                    assertEquals(expected, currents.values().get(step, output), 1e-5, "step " + step);
                }
            }
        }
    }

    /** Returns the release of a spike from all earlier spikes; between them u and x decay exponentially. */
    private double released(int input, int step) {
        double u = 0;
        double x = 1;
        double released = 0;
        int last = 0;
        for (int at = 0; at <= step; at++) {
            released = 0;
            if (pre.get(at, input)) {
                u *= Math.exp((last - at) / 50.0);
                x = 1 - (1 - x) * Math.exp((last - at) / 100.0);
                u += 0.2 * (1 - u);
                released = u * x;
                x -= released;
                last = at;
            }
        }
        return released;
    }
}
