package dev.spikelane.train;

import static dev.spikelane.Failures.assertIllegalState;
import static dev.spikelane.Failures.assertInvalid;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.connection.Dense;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import org.junit.jupiter.api.Test;

/** Allowed orders of windows, backward passes, and changes of values. */
@EveryWidth
class WindowOrderTest {

    private static final int INPUTS = 5;

    private static Network network(int delay) {
        NetworkBuilder builder = Network.builder();
        var x = builder.input("x", Shape.of(INPUTS));
        var p = builder.population("p", Shape.of(3), new Leaky(0.9).withThreshold(0.3));
        builder.project("x-p", x, p, Dense.linear(INPUTS, 3, new TorchRandom(5)))
                .delay(delay);
        return builder.build();
    }

    private static Gradients gradients(Network network) {
        return Gradients.of(network, 4, 1).startAt("p", "membrane").build();
    }

    /** Gradients overwrite currents, so a second backward pass would read gradients. */
    @Test
    void windowsAreTakenBackOnce() {
        String none = "there is no window to take back, expected forward before each backward";
        try (Gradients gradients = gradients(network(0))) {
            assertIllegalState(none, gradients::backward);
            gradients.forward(SpikeMatrix.zeros(4, INPUTS));
            gradients.backward();
            assertIllegalState(none, gradients::backward);
            gradients.forward(SpikeMatrix.zeros(4, INPUTS));
            gradients.reset();
            assertIllegalState(none, gradients::backward);
        }
    }

    @Test
    void windowsGoBackWithTheValuesThatTheyHad() {
        Network network = network(0);
        try (Gradients gradients = gradients(network)) {
            gradients.forward(SpikeMatrix.zeros(4, INPUTS));
            network.weights().replace("p.beta", FloatMatrix.of(new float[] {0.5f}));
            assertIllegalState(
                    "values of the network have changed since the window ran, expected forward with the present ones",
                    gradients::backward);
            gradients.forward(SpikeMatrix.zeros(4, INPUTS));
            gradients.backward();
        }
    }

    /** Delayed inputs of a window have the kind of the previous window, as in simulations. */
    @Test
    void delayedInputsKeepTheirKind() {
        try (Gradients gradients = gradients(network(2))) {
            gradients.forward(SpikeMatrix.zeros(4, INPUTS));
            String kind =
                    "input 'x' gets values and got spikes before, expected one kind between two resets, because a projection"
                            + " from it is delayed";
            assertInvalid(kind, () -> gradients.forward(FloatMatrix.zeros(4, INPUTS)));
            assertInvalid(kind, () -> gradients.forwardConstant(FloatMatrix.zeros(1, INPUTS)));
            gradients.forwardConstant(SpikeMatrix.zeros(1, INPUTS));
            gradients.reset();
            gradients.forward(FloatMatrix.zeros(4, INPUTS));
        }
        try (Gradients gradients = gradients(network(0))) {
            gradients.forward(SpikeMatrix.zeros(4, INPUTS));
            gradients.forward(FloatMatrix.zeros(4, INPUTS));
        }
    }

    /** A trainer continues from replaced parameters. */
    @Test
    void trainersTakeReplacedParameters() {
        Network network = network(0);
        TrainingBatch batch = TrainingBatch.of(SpikeMatrix.zeros(4, INPUTS), 1);
        try (Trainer trainer = Trainer.of(network, 4, 1)
                .loss(CrossEntropyLoss.membrane())
                .learn("p.beta", "p.threshold")
                .optimizer(new Sgd(1e-6))
                .build()) {
            trainer.step(batch);
            network.weights().replace("p.beta", FloatMatrix.of(new float[] {0.25f}));
            trainer.step(batch);
            assertEquals(0.25f, network.weights().get("p.beta").get(0, 0), 1e-3f);
            FloatMatrix three = FloatMatrix.of(new float[] {0.25f, 0.5f, 0.75f});
            network.weights().replace("p.beta", three);
            assertInvalid(
                    "'p.beta' has 3 values now, expected 1 as when the trainer was made", () -> trainer.step(batch));
        }
    }
}
