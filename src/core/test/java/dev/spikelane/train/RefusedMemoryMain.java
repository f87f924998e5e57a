package dev.spikelane.train;

import dev.spikelane.connection.Dense;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import java.lang.foreign.Arena;

/** Builds a trainer whose optimizer needs more memory than the JVM gives without an arena. */
final class RefusedMemoryMain {

    private RefusedMemoryMain() {}

    public static void main(String[] arguments) {
        Arena arena = Arena.global(); // without the limit
        Network network = Network.builder(arena, 800)
                .connect(Dense.of(arena, FloatMatrix.zeros(arena, 1000, 800), FloatMatrix.zeros(arena, 1, 1000)))
                .neuron(new Leaky(0.9f))
                .build();
        try (Trainer trainer = Trainer.of(network, 2, 3)
                .loss(CrossEntropyLoss.membrane())
                .optimizer(new Adam(0.001))
                .build()) {
            System.out.println("built " + trainer);
        } catch (OutOfMemoryError refused) {
            System.out.println("refused: " + refused.getMessage());
        }
    }
}
