package dev.spikelane.network;

import static dev.spikelane.fixture.Layer.by;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.connection.Dense;
import dev.spikelane.fixture.Networks;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.Leaky;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

/**
 * Equal bits in every JVM: the checksums are here, and this test runs at every width, on every instruction set and
 * without vectors. They change only with the computations, such as the canonical order of a sum, which users would
 * notice.
 */
@EveryWidth
final class OneAnswerTest {

    private static final int STEPS = 40;
    private static final int BATCH = 3;
    private static final List<Reset> RESETS = List.of(Reset.SUBTRACT, Reset.ZERO, Reset.NONE);
    private static final int[][] SIZES = {
        {1, 1, 1}, {3, 65, 10}, {64, 64, 64}, {100, 130, 7}, {200, 33, 130}, {17, 256, 3}
    };

    @Test
    void spikes() {
        assertEquals(2645010137L, checksum(false));
    }

    @Test
    void analogInput() {
        assertEquals(3364526750L, checksum(true));
    }

    private static long checksum(boolean analog) {
        CRC32 checksum = new CRC32();
        for (int[] sizes : SIZES) {
            for (Reset reset : RESETS) {
                for (double density : new double[] {0.05, 0.3, 0.9}) {
                    try (Arena arena = Arena.ofShared()) {
                        add(checksum, arena, sizes, reset, density, analog);
                    }
                }
            }
        }
        return checksum.getValue();
    }

    private static void add(CRC32 checksum, Arena arena, int[] sizes, Reset reset, double density, boolean analog) {
        Random random = new Random(20261124);
        Leaky neuron = new Leaky(0.9f).withThreshold(0.5f).withReset(reset);
        Network network = Networks.of(
                arena,
                sizes[0],
                by(
                        dense(arena, sizes[0], sizes[1], random),
                        neuron.withDelayedReset(false).withGradedSpikesFactor(1.5f)),
                by(dense(arena, sizes[1], sizes[2], random), neuron.withInhibition(density > 0.5)));
        SpikeMatrix spikes = Matrices.spikes(arena, STEPS * BATCH, sizes[0], density, random);
        FloatMatrix values = Matrices.uniform(arena, STEPS * BATCH, sizes[0], random);
        try (Simulation simulation = network.simulate(BATCH)) {
            Population.SpikeRecorder fired = simulation.recordSpikes(1, STEPS);
            Population.VariableRecorder first = simulation.recordMembranes(0, STEPS);
            Population.VariableRecorder last = simulation.recordMembranes(1, STEPS);
            if (analog) {
                simulation.run(values);
            } else {
                simulation.run(spikes);
            }
            checksum.update(fired.spikes().toArray());
            checksum.update(bytes(first.values().toArray()));
            checksum.update(bytes(last.values().toArray()));
        }
    }

    private static Dense dense(Arena arena, int inputs, int outputs, Random random) {
        FloatMatrix weights = Matrices.uniform(arena, outputs, inputs, random);
        return Dense.of(arena, weights, Matrices.uniform(arena, 1, outputs, random));
    }

    private static ByteBuffer bytes(float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES);
        bytes.asFloatBuffer().put(values);
        return bytes;
    }
}
