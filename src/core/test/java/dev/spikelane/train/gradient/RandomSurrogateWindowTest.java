package dev.spikelane.train.gradient;

import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Filled.fill;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.fixture.Networks;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.ThresholdAndReset;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.Gradients;
import dev.spikelane.train.Surrogate;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A random surrogate draws new numbers in each window of a run, equal to one long window. */
@EveryWidth
class RandomSurrogateWindowTest {

    private static final int STEPS = 4;
    private static final int BATCH = 3;
    private static final int NEURONS = 70;

    @Test
    void windowsDrawWhatOneLongWindowDraws() {
        FloatMatrix window = Matrices.uniform(Arena.ofAuto(), STEPS * BATCH, 5, new Random(1));
        FloatMatrix both =
                fill(FloatMatrix.zeros(2 * STEPS * BATCH, 5), (row, i) -> window.get(row % window.rows(), i));
        List<float[]> windows = gradients(STEPS, window, 2);
        float[] whole = gradients(2 * STEPS, both, 1).getFirst();
        int half = whole.length / 2;
        assertFalse(Arrays.equals(windows.get(0), windows.get(1)), "both windows have drawn the same numbers");
        assertArrayEquals(Arrays.copyOf(whole, half), windows.get(0));
        assertArrayEquals(Arrays.copyOfRange(whole, half, 2 * half), windows.get(1));
    }

    /** Numbers belong to samples of a data set, at any place of a batch, and to an epoch. */
    @Test
    void numbersBelongToSamplesAndEpochs() {
        FloatMatrix input = FloatMatrix.zeros(STEPS * BATCH, 5);
        input.fill(0.1f);
        float[] first = gradients(STEPS, input, 1).getFirst();
        float[] turned = gradients(STEPS, input, 1, 2, 1, 0).getFirst();
        for (int row = 0; row < STEPS * BATCH; row++) {
            int other = row / BATCH * BATCH + BATCH - 1 - row % BATCH;
            assertArrayEquals(
                    Arrays.copyOfRange(first, 5 * row, 5 * row + 5),
                    Arrays.copyOfRange(turned, 5 * other, 5 * other + 5));
        }
        assertFalse(Arrays.equals(first, gradients(STEPS, input, 1, 3, 4, 5).getFirst()));
    }

    @Test
    void eachSampleHasANumber() {
        Network network = Networks.dense(new TorchRandom(3), new Leaky(0), 5, 2);
        try (Gradients gradients =
                Gradients.of(network, STEPS, BATCH).startAtSpikes("lif1").build()) {
            assertInvalid("2 samples, expected 3, the batch", () -> gradients.setSamples(1, 2));
        }
    }

    /** Returns input gradients of several windows of a network without a memory. */
    private static List<float[]> gradients(int steps, FloatMatrix input, int windows, int... samples) {
        Network network = Networks.dense(
                new TorchRandom(3),
                new Leaky(0).withFiring(ThresholdAndReset.DEFAULT.withReset(Reset.NONE)),
                5,
                NEURONS);
        List<float[]> found = new ArrayList<>();
        try (Gradients gradients = Gradients.of(network, steps, BATCH)
                .surrogate(Surrogate.sso())
                .toInput("input")
                .startAtSpikes("lif1")
                .build()) {
            float[] given = new float[steps * BATCH * NEURONS];
            Arrays.fill(given, 1);
            gradients.given("lif1").copyFrom(given);
            if (samples.length > 0) {
                gradients.setSamples(samples);
            }
            for (int window = 0; window < windows; window++) {
                gradients.forward(input);
                gradients.backward();
                found.add(gradients.gradientOfInput("input").toArray());
            }
        }
        return found;
    }
}
