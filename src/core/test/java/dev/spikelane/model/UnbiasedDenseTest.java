package dev.spikelane.model;

import static dev.spikelane.fixture.Layer.by;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.connection.BatchNorm;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Recurrent;
import dev.spikelane.description.NetworkFingerprint;
import dev.spikelane.fixture.Networks;
import dev.spikelane.fixture.Trainers;
import dev.spikelane.io.Tensors;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.RLeaky;
import dev.spikelane.neuron.Recurrence;
import dev.spikelane.neuron.SLstm;
import dev.spikelane.neuron.ThresholdAndReset;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.Adam;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainingBatch;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A dense connection or recurrence without a bias has none in a network, in training and in files. */
final class UnbiasedDenseTest {

    private static final FloatMatrix WEIGHTS = new TorchRandom(3).rand(3, 4);
    private static final FloatMatrix FEEDBACK = new TorchRandom(5).rand(3, 3);

    private static Network network(Dense dense) {
        return Network.builder(4).connect(dense).neuron(new Leaky(0.9f)).build();
    }

    private static Network network(Recurrence recurrence) {
        return Network.builder(4)
                .connect(Dense.of(WEIGHTS))
                .neuron(new RLeaky(recurrence, 0.9f).withThreshold(0.1f))
                .build();
    }

    private static long fingerprint(Network network) {
        return NetworkFingerprint.of(network.laidOut().description());
    }

    private static Network trained(Network network) {
        try (Trainer trainer = Trainers.of(network, 2, 5, CrossEntropyLoss.membrane(), new Adam(0.01))) {
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

    /** A bias of zeros that learns does not change the first step of the weights. */
    @Test
    void trainingAddsNone() {
        Network trained = trained(network(Dense.of(WEIGHTS)));
        assertFalse(trained.weights().names().contains("fc1.bias"));
        float[] weights = trained.weights().get("fc1.weight").toArray();
        Network biased = trained(network(Dense.of(WEIGHTS, FloatMatrix.zeros(1, 3))));
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
    void recurrencesHaveNone() throws IOException {
        Network network = network(Recurrence.allToAll(FEEDBACK));
        Network zeros = network(Recurrence.allToAll(FEEDBACK, FloatMatrix.zeros(1, 3)));
        assertTrue(network.weights().names().contains("lif1.recurrent.weight"));
        assertFalse(network.weights().names().contains("lif1.recurrent.bias"));
        assertTrue(zeros.weights().names().contains("lif1.recurrent.bias"));
        assertNotEquals(fingerprint(zeros), fingerprint(network));
        assertEquals(CExport.of(zeros).text(), CExport.of(network).text());
        for (Network each : List.of(network, zeros)) {
            Network read = ModelFile.of(ModelFile.toBytes(each));
            assertEquals(fingerprint(each), fingerprint(read));
            assertEquals(each.weights().names(), read.weights().names());
            assertEquals(each.weights().hash(), read.weights().hash());
        }
        Network biased = trained(zeros);
        assertArrayEquals(
                biased.weights().get("lif1.recurrent.weight").toArray(),
                trained(network).weights().get("lif1.recurrent.weight").toArray());
        assertTrue(biased.weights().get("lif1.recurrent.bias").get(0, 0) != 0);
    }

    @Test
    void gatesOfRecurrencesHaveNone() throws IOException {
        SLstm neuron = new SLstm(Recurrence.allToAll(new TorchRandom(6).rand(8, 2)), ThresholdAndReset.DEFAULT);
        Network network = Network.builder(4)
                .dense(8, new TorchRandom(1))
                .neuron("cell", neuron.withThreshold(0.1f))
                .build();
        Network read = ModelFile.of(ModelFile.toBytes(network));
        assertFalse(read.weights().names().contains("cell.recurrent.bias"));
        assertEquals(fingerprint(network), fingerprint(read));
    }

    @Test
    void noBiasIsZeros() {
        FloatMatrix ones = FloatMatrix.zeros(1, 3);
        ones.fill(1);
        assertThrows(IllegalArgumentException.class, () -> new Recurrent(FEEDBACK, ones, false));
    }

    @Test
    void aNormGivesItABias() {
        Network network = Networks.of(4, by(Dense.of(WEIGHTS), new Leaky(0.9f), BatchNorm.of(3)));
        assertTrue(network.folded().network().weights().names().contains("fc1.bias"));
    }

    @Test
    void roundedWeightsAreThoseOfABiasOfZeros() {
        Network rounded = network(Dense.of(WEIGHTS)).quantized(ElementType.INT8);
        Network zeros = network(Dense.of(WEIGHTS, FloatMatrix.zeros(1, 3))).quantized(ElementType.INT8);
        assertEquals(zeros.weights().hash(), rounded.weights().hash());
    }
}
