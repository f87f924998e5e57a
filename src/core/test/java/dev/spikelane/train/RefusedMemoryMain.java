package dev.spikelane.train;

import static dev.spikelane.fixture.Layer.by;

import dev.spikelane.connection.Dense;
import dev.spikelane.fixture.Networks;
import dev.spikelane.fixture.Trainers;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import java.lang.foreign.Arena;

/** Builds a trainer whose optimizer needs more memory than the JVM allows without an arena. */
final class RefusedMemoryMain {

    private RefusedMemoryMain() {}

    public static void main(String[] arguments) {
        Arena arena = Arena.global(); // without the limit
        Network network = Networks.of(
                arena,
                800,
                by(
                        Dense.of(arena, FloatMatrix.zeros(arena, 1000, 800), FloatMatrix.zeros(arena, 1, 1000)),
                        new Leaky(0.9f)));
        try (Trainer trainer = Trainers.of(network, 2, 3, CrossEntropyLoss.membrane(), new Adam(0.001))) {
            System.out.println("built " + trainer);
        } catch (OutOfMemoryError refused) {
            System.out.println("refused: " + refused.getMessage());
        }
    }
}
