package dev.spikelane.train.gradient;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.HandLif;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.Quantization;
import dev.spikelane.neuron.RLeaky;
import dev.spikelane.neuron.Recurrence;
import dev.spikelane.neuron.StateLeaky;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.Gradients;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@EveryWidth
class BetaGradientTest {

    private static final int STEPS = 6;
    private static final int BATCH = 3;

    /** Rounding passes gradients, so beta learns from the sum before it. */
    @Test
    void roundedMembranesGiveBetaTheSameGradient() {
        float plain = ofBeta(new StateLeaky(0.8));
        float rounded = ofBeta(new StateLeaky(0.8).withQuantization(Quantization.uniform(3, 1, 0, 0)));
        assertNotEquals(0, plain);
        assertEquals(plain, rounded, 1e-5 * Math.abs(plain));
    }

    /** Like torch's clamp: at 0 and 1 there is a gradient. */
    @ParameterizedTest
    @ValueSource(floats = {-0.25f, 0, 0.5f, 1, 1.25f})
    void aShareHasAGradientWhereItIsNotClamped(float beta) {
        for (Neuron model : List.of(new Leaky(beta), new HandLif(beta), new RLeaky(Recurrence.oneToOne(0.5f), beta))) {
            assertEquals(beta >= 0 && beta <= 1, ofBeta(model) != 0, model.toString());
        }
    }

    private static float ofBeta(Neuron neuron) {
        Network network =
                Network.builder(5).dense(7, new TorchRandom(3)).neuron(neuron).build();
        try (Gradients gradients = Gradients.of(network, STEPS, BATCH)
                .learn("lif1.beta")
                .startAt("lif1", "membrane")
                .build()) {
            gradients.forward(Matrices.uniform(Arena.ofAuto(), STEPS * BATCH, 5, new Random(1)));
            FloatMatrix given = gradients.given("lif1", "membrane");
            given.copyFrom(Matrices.uniform(Arena.ofAuto(), STEPS * BATCH, 7, new Random(2)));
            gradients.backward();
            return gradients.gradient("lif1.beta").get(0, 0);
        }
    }
}
