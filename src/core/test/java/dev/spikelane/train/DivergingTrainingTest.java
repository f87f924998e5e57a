package dev.spikelane.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.run.Divergence;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Training that diverges leaves equal values at every width and with any number of threads: the checksums are here, and
 * this test runs at every width and without vectors.
 */
@EveryWidth
final class DivergingTrainingTest {

    private static final int STEPS = 5;
    private static final int BATCH = 6;
    private static final int INPUTS = 70;
    private static final int CLASSES = 10;

    private enum Data {
        FRAME,
        VALUES,
        SPIKES
    }

    @ParameterizedTest
    @CsvSource({"FRAME, 3695397222", "VALUES, 2635629774", "SPIKES, 2963331377"})
    void valuesAreTheSameEverywhere(Data data, long expected) {
        long found = checksum(data, 1);
        assertEquals(found, checksum(data, 2), "2 threads");
        assertEquals(expected, found);
    }

    private static long checksum(Data data, int threads) {
        CRC32 checksum = new CRC32();
        int diverged = 0;
        for (Reset reset : new Reset[] {Reset.SUBTRACT, Reset.ZERO}) {
            for (Trainer.Optimizer optimizer :
                    new Trainer.Optimizer[] {new Sgd(1e38), Adam.decoupled(1).withWeightDecay(1e38)}) {
                for (Loss loss : new Loss[] {CrossEntropyLoss.membrane(), CrossEntropyLoss.count()}) {
                    for (int hidden : new int[] {30, 100}) {
                        Network network = network(hidden, reset);
                        train(
                                network,
                                data,
                                Trainer.of(network, STEPS, BATCH)
                                        .loss(loss)
                                        .optimizer(optimizer)
                                        .threads(threads));
                        long hash = network.weights().hash();
                        for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
                            checksum.update((int) (hash >>> shift));
                        }
                        diverged += Divergence.badValues(network).isEmpty() ? 0 : 1;
                    }
                }
            }
        }
        assertTrue(diverged > 2, diverged + " networks have values that are not finite");
        return checksum.getValue();
    }

    private static void train(Network network, Data data, TrainerBuilder builder) {
        Random random = new Random(data.ordinal());
        try (Arena arena = Arena.ofShared();
                Trainer trainer = builder.build()) {
            for (int i = 0; i < 4; i++) {
                trainer.step(batch(arena, data, random));
            }
        } catch (IllegalStateException stop) {
            assertTrue(stop.getMessage().startsWith("loss is "), stop.getMessage());
        }
    }

    private static TrainingBatch batch(Arena arena, Data data, Random random) {
        int[] labels = random.ints(BATCH, 0, CLASSES).toArray();
        int rows = data == Data.FRAME ? BATCH : STEPS * BATCH;
        Signal input = data == Data.SPIKES
                ? Matrices.spikes(arena, rows, INPUTS, 0.2, random)
                : sparse(Matrices.uniform(arena, rows, INPUTS, random), random);
        return data == Data.FRAME ? TrainingBatch.ofFrame(input, labels) : TrainingBatch.of(input, labels);
    }

    private static FloatMatrix sparse(FloatMatrix values, Random random) {
        for (int row = 0; row < values.rows(); row++) {
            for (int column = 0; column < values.columns(); column++) {
                if (random.nextInt(3) > 0) {
                    values.set(row, column, 0);
                }
            }
        }
        return values;
    }

    private static Network network(int hidden, Reset reset) {
        NetworkBuilder builder = Network.builder();
        Leaky leaky = new Leaky(0.9f).withThreshold(0.2f).withReset(reset);
        Input x = builder.input("x", Shape.of(INPUTS));
        Population p = builder.population("p", Shape.of(hidden), leaky);
        Population q = builder.population("q", Shape.of(CLASSES), leaky);
        TorchRandom random = new TorchRandom(hidden);
        Connection dense = Dense.linear(INPUTS, hidden, random);
        if (reset == Reset.ZERO && hidden == 30) {
            builder.project("x-p", x, p, new OneToOne(ones()), dense);
        } else {
            builder.project("x-p", x, p, dense);
        }
        builder.project("p-q", p, q, Dense.linear(hidden, CLASSES, random));
        return builder.build();
    }

    private static float[] ones() {
        float[] ones = new float[INPUTS];
        Arrays.fill(ones, 1);
        return ones;
    }
}
