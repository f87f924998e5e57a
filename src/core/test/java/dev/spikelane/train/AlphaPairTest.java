package dev.spikelane.train;

import static dev.spikelane.Failures.assertPart;
import static dev.spikelane.Filled.fill;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.fixture.Networks;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Alpha;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.update.RefusedParameter;
import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A learned alpha must stay above the beta that learns with it, whatever both were before. */
@EveryWidth
class AlphaPairTest {

    private static final String ALPHA = "lif1.alpha";
    private static final String BETA = "lif1.beta";

    private static Network network() {
        return Networks.dense(
                new TorchRandom(1),
                new Alpha(Parameter.of(0.6f, 0.6f), Parameter.of(0.5f, 0.5f), new Alpha(0.9, 0.8).firing()),
                5,
                2);
    }

    private static FloatMatrix row(double... values) {
        return fill(FloatMatrix.zeros(1, values.length), i -> (float) values[i]);
    }

    private static Map<String, FloatMatrix> pair(FloatMatrix alpha, FloatMatrix beta, boolean alphaFirst) {
        Map<String, FloatMatrix> pair = new LinkedHashMap<>();
        pair.put(alphaFirst ? ALPHA : BETA, alphaFirst ? alpha : beta);
        pair.put(alphaFirst ? BETA : ALPHA, alphaFirst ? beta : alpha);
        return pair;
    }

    /** One neuron's new pair is below the old one, the other's is above. */
    @ParameterizedTest
    @CsvSource({"true", "false"})
    void weightsTakeAPair(boolean alphaFirst) {
        Network network = network();
        network.weights().replaceAll(pair(row(0.4, 0.9), row(0.3, 0.7), alphaFirst));
        assertArrayEquals(new float[] {0.4f, 0.9f}, network.weights().get(ALPHA).toArray());
        assertArrayEquals(new float[] {0.3f, 0.7f}, network.weights().get(BETA).toArray());
    }

    @Test
    void nothingChangesIfOneIsRefused() {
        Network network = network();
        Map<String, FloatMatrix> values = new LinkedHashMap<>();
        float[] weights = network.weights().get("fc1.weight").toArray();
        values.put("fc1.weight", FloatMatrix.zeros(2, 5));
        values.putAll(pair(row(0.4, 0.9), row(0.3, 0.95), true));
        assertPart("neuron 1", () -> network.weights().replaceAll(values));
        assertArrayEquals(weights, network.weights().get("fc1.weight").toArray());
        assertArrayEquals(new float[] {0.6f, 0.6f}, network.weights().get(ALPHA).toArray());
        assertThrows(
                IllegalArgumentException.class,
                () -> network.weights().replaceAll(Map.of("no", row(1), ALPHA, row(1))));
    }

    @Test
    void nothingChangesIfOneIsClosed() {
        Network network = network();
        long before = network.weights().hash();
        Map<String, FloatMatrix> values = new LinkedHashMap<>();
        values.put("fc1.weight", FloatMatrix.zeros(2, 5));
        try (Arena arena = Arena.ofShared()) {
            values.put("fc1.bias", FloatMatrix.zeros(arena, 1, 2));
        }
        assertThrows(IllegalStateException.class, () -> network.weights().replaceAll(values));
        assertEquals(before, network.weights().hash());
    }

    /** An optimizer moves both in one step. */
    @Test
    void trainersTakeAPair() {
        Network network = network();
        try (Trainer trainer = Trainer.of(network, 2, 3)
                .loss(CrossEntropyLoss.membrane())
                .learn(ALPHA, BETA)
                .optimizer(new Sgd(1e-30))
                .build()) {
            move(trainer, ALPHA, row(0.4, 0.9));
            move(trainer, BETA, row(0.3, 0.7));
            trainer.step(batch());
            assertArrayEquals(
                    new float[] {0.4f, 0.9f}, network.weights().get(ALPHA).toArray());
            assertArrayEquals(
                    new float[] {0.3f, 0.7f}, network.weights().get(BETA).toArray());
            move(trainer, BETA, row(0.3, 0.95));
            RefusedParameter refused = assertThrows(RefusedParameter.class, () -> trainer.step(batch()));
            assertTrue(refused.getMessage().contains("'lif1' does not take its alpha and beta"), refused.getMessage());
        }
    }

    private static TrainingBatch batch() {
        return TrainingBatch.of(Matrices.spikes(Arena.ofAuto(), 6, 5, 0.5, new Random(1)), new int[] {0, 1, 0});
    }

    private static void move(Trainer trainer, String name, FloatMatrix values) {
        trainer.parameters().stream()
                .filter(parameter -> parameter.name().equals(name))
                .forEach(parameter -> parameter.values().copyFrom(values));
    }
}
