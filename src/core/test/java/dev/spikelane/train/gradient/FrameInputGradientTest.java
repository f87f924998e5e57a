package dev.spikelane.train.gradient;

import static dev.spikelane.Filled.fill;
import static dev.spikelane.Filled.floats;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.connection.Dense;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.Gradients;
import java.lang.foreign.Arena;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The gradient of a frame is the sum over the steps of the gradients of equal rows. */
@EveryWidth
class FrameInputGradientTest {

    private static final int STEPS = 10;
    private static final int BATCH = 3;
    private static final int INPUTS = 7;

    @ParameterizedTest
    @CsvSource({"0, -1", "2, -1", "0, 3", "1, 2", "9, 0", "12, 0"})
    void isTheSumOverSteps(int delay, int secondDelay) {
        Network network = network(delay, secondDelay);
        FloatMatrix frame = Matrices.uniform(Arena.ofAuto(), BATCH, INPUTS, new Random(3));
        FloatMatrix rows = fill(FloatMatrix.zeros(STEPS * BATCH, INPUTS), (row, i) -> frame.get(row % BATCH, i));
        float[] ofRows = gradient(network, STEPS, gradients -> gradients.forward(rows));
        float[] summed = new float[BATCH * INPUTS];
        for (int i = 0; i < ofRows.length; i++) {
            summed[i % summed.length] += ofRows[i];
        }
        float[] whole = gradient(network, STEPS, gradients -> gradients.forwardConstant(frame));
        assertEquals(summed.length, whole.length);
        for (int i = 0; i < summed.length; i++) {
            assertEquals(summed[i], whole[i], 1e-5f * Math.abs(summed[i]) + 1e-6f, "value " + i);
        }
        assertArrayEquals(whole, gradient(network, 4, gradients -> gradients.forwardConstant(frame)));
    }

    private static Network network(int delay, int secondDelay) {
        TorchRandom random = new TorchRandom(5);
        NetworkBuilder builder = Network.builder();
        var x = builder.input("x", Shape.of(INPUTS));
        var p = builder.population("p", Shape.of(20), new Leaky(0.9).withThreshold(0.3));
        builder.project("first", x, p, Dense.linear(INPUTS, 20, random)).delay(delay);
        if (secondDelay >= 0) {
            builder.project("second", x, p, Dense.linear(INPUTS, 20, random)).delay(secondDelay);
        }
        return builder.build();
    }

    private interface Forward {
        void run(Gradients gradients);
    }

    /** The second of two windows, so that delays have a past. */
    private static float[] gradient(Network network, int every, Forward forward) {
        try (Gradients gradients = Gradients.of(network, STEPS, BATCH)
                .toInput("x")
                .startAtSpikes("p")
                .recomputeEvery(every)
                .build()) {
            float[] given = floats(STEPS * BATCH * 20, i -> (i * 37 % 101 - 50) / 50f);
            gradients.given("p").copyFrom(given);
            float[] found = {};
            for (int window = 0; window < 2; window++) {
                forward.run(gradients);
                gradients.backward();
                found = gradients.gradientOfInput("x").toArray();
            }
            return found;
        }
    }
}
