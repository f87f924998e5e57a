package dev.spikelane.model;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.Users;
import dev.spikelane.connection.Draw;
import dev.spikelane.connection.Edges;
import dev.spikelane.connection.Sparse;
import dev.spikelane.io.Tensor;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.limit.NativeMemory;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.neuron.Leaky;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Model files of more than 2 GB: how large they are is counted in longs, and no array holds all of them. */
final class LargeModelFileTest {

    private static final int SOURCES = 1_000_000;
    private static final int PROJECTIONS = 4;
    private static final int DEGREE = 140;

    /** A tensor whose bytes nobody may touch. */
    private static Tensor tensor(int... shape) {
        long bytes = Float.BYTES;
        for (int size : shape) {
            bytes *= size;
        }
        List<Integer> sizes = Arrays.stream(shape).boxed().toList();
        return Tensor.of("w", Tensor.Type.F32, sizes, MemorySegment.NULL.reinterpret(bytes));
    }

    @Test
    void filesMayBeLargeButSmallOnesNeedLittle() {
        assertDoesNotThrow(() -> ModelTensors.requireMatrices("x", List.of(tensor(1 << 30))));
        assertDoesNotThrow(
                () -> ModelTensors.requireMatrices("x", List.of(tensor(1_500_000_000), tensor(60_000, 64_000))));
        assertDoesNotThrow(() -> ModelTensors.requireMatrices("x", List.of(tensor(1 << 20, 1))));
        String message = assertThrows(
                        IOException.class, () -> ModelTensors.requireMatrices("x", List.of(tensor(1 << 24, 1))))
                .getMessage();
        assertTrue(message.startsWith("x: needs "), message);
        assertThrows(
                IOException.class,
                () -> ModelTensors.requireMatrices("x", List.of(tensor(1 << 28), tensor(1 << 28, 1))));
    }

    private static Network network(float last) {
        NetworkBuilder builder = Network.builder();
        Input input = builder.input("x", Shape.of(SOURCES));
        Population neurons = builder.population("neurons", Shape.of(1_000), new Leaky(0.9));
        for (int i = 0; i < PROJECTIONS; i++) {
            builder.project(
                    "p" + i,
                    input,
                    neurons,
                    Sparse.of(Edges.outDegree(DEGREE))
                            .weights(Draw.uniform(0, 1))
                            .to(1_000)
                            .seed(i));
        }
        Network network = builder.build();
        FloatMatrix weights = network.weights().get("p3.weight");
        weights.set(0, weights.columns() - 1, last);
        network.weights().replace("p3.weight", weights);
        return network;
    }

    /** It needs some 12 GB, half of which is the network that is written and the one that is read. */
    @Test
    @Users
    @EnabledIfSystemProperty(named = "spikelane.tries", matches = "all")
    void weightsOfMoreThanTwoGigabytesComeBack(@TempDir Path folder) throws IOException {
        Assumptions.assumeTrue(NativeMemory.room(12L << 30) > 12L << 30);
        Path file = folder.resolve("large.safetensors");
        ModelFile.write(file, network(7));
        assertTrue(Files.size(file) > 1L << 31);
        Network read = ModelFile.read(file);
        FloatMatrix weights = read.weights().get("p3.weight");
        assertEquals(SOURCES * DEGREE, weights.columns());
        assertEquals(7, weights.get(0, weights.columns() - 1));
        FloatMatrix first = read.weights().get("p0.weight");
        FloatMatrix drawn = network(0).weights().get("p0.weight");
        assertEquals(-1, first.segment().mismatch(drawn.segment()));
    }
}
