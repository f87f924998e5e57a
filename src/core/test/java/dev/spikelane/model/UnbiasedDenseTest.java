package dev.spikelane.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.connection.BatchNorm;
import dev.spikelane.connection.Dense;
import dev.spikelane.io.Tensors;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.Adam;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainingBatch;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** A dense connection without a bias has none in a network, in training and in files. */
final class UnbiasedDenseTest {

    private static final FloatMatrix WEIGHTS = new TorchRandom(3).rand(3, 4);

    private static Network network(Dense dense) {
        return Network.builder(4).connect(dense).neuron(new Leaky(0.9f)).build();
    }

    private static Network trained(Dense dense) {
        try (Trainer trainer = Trainer.of(network(dense), 2, 5)
                .loss(CrossEntropyLoss.membrane())
                .optimizer(new Adam(0.01))
                .build()) {
            trainer.step(TrainingBatch.ofFrame(new TorchRandom(4).rand(5, 4), 0, 1, 2, 0, 1));
            return trainer.network();
        }
    }

    @Test
    void onlyWeightsAreValues() {
        Network network = network(Dense.of(WEIGHTS));
        assertFalse(network.weights().names().contains("fc1.bias"), network.weights()::toString);
        assertFalse(StateDict.of(network).names().contains("fc1.bias"));
        Network biased = network(Dense.of(WEIGHTS, FloatMatrix.zeros(1, 3)));
        assertTrue(biased.weights().names().contains("fc1.bias"));
    }

    /** A bias of zeros that changes in the first step leaves the step of the weights as it is. */
    @Test
    void trainingAddsNone() {
        Network trained = trained(Dense.of(WEIGHTS));
        assertFalse(trained.weights().names().contains("fc1.bias"));
        float[] weights = trained.weights().get("fc1.weight").toArray();
        Network biased = trained(Dense.of(WEIGHTS, FloatMatrix.zeros(1, 3)));
        assertArrayEquals(biased.weights().get("fc1.weight").toArray(), weights);
        assertTrue(biased.weights().get("fc1.bias").get(0, 0) != 0);
    }

    @Test
    void filesHaveNone() throws IOException {
        Network network = network(Dense.of(WEIGHTS));
        Network read = ModelFile.of(ModelFile.toBytes(network));
        assertEquals(network.weights().names(), read.weights().names());
        assertEquals(network.weights().hash(), read.weights().hash());
        Network zeros = network(Dense.of(WEIGHTS, FloatMatrix.zeros(1, 3)));
        assertEquals(CExport.of(zeros).text(), CExport.of(network).text());
        StateDict.of("x", Tensors.of(Tensors.Format.NUMPY, StateDict.of(network).tensors()))
                .loadInto(network);
    }

    @Test
    void aNormGivesItABias() {
        Network network = Network.builder(4)
                .connect(Dense.of(WEIGHTS))
                .connect(BatchNorm.of(3))
                .neuron(new Leaky(0.9f))
                .build();
        assertTrue(network.folded().network().weights().names().contains("fc1.bias"));
    }

    @Test
    void roundedWeightsAreThoseOfABiasOfZeros() {
        Network rounded = network(Dense.of(WEIGHTS)).quantized(ElementType.INT8);
        Network zeros = network(Dense.of(WEIGHTS, FloatMatrix.zeros(1, 3))).quantized(ElementType.INT8);
        assertEquals(zeros.weights().hash(), rounded.weights().hash());
    }
}
