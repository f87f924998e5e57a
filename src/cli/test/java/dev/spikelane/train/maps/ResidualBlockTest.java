package dev.spikelane.train.maps;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.Users;
import dev.spikelane.example.ResidualBlock;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.Evaluator;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** The residual block of the site learns, including its skip connection. */
@EveryWidth
@Users
final class ResidualBlockTest {

    @Test
    void aResidualBlockLearns() throws IOException {
        Network network = ResidualBlock.network(new TorchRandom(42));
        FloatMatrix skip = network.weights().get("skip.0.weight");
        ConvolutionalTrainingTest.train(network);
        try (Evaluator evaluator = ConvolutionalTrainingTest.evaluator(network)) {
            double accuracy =
                    evaluator.evaluate(ConvolutionalTrainingTest.lines(100, 2)).accuracy();
            assertTrue(accuracy > 0.8, "accuracy " + accuracy);
        }
        assertTrue(
                Math.abs(skip.get(0, 0) - network.weights().get("skip.0.weight").get(0, 0)) > 1e-3);
    }
}
