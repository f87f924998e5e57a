package dev.spikelane.model;

import static dev.spikelane.Failures.assertStart;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.OwnJvm;
import dev.spikelane.Users;
import dev.spikelane.io.Tensor;
import dev.spikelane.memory.limit.NativeMemory;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Model files of more than 2 GB have sizes in longs, and do not fit an array. */
final class LargeModelFileTest {

    /** A tensor whose bytes must not be touched. */
    @SuppressWarnings("restricted") // must not be touched
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
        assertStart(
                IOException.class, "x: needs ", () -> ModelTensors.requireMatrices("x", List.of(tensor(1 << 24, 1))));
        assertThrows(
                IOException.class,
                () -> ModelTensors.requireMatrices("x", List.of(tensor(1 << 28), tensor(1 << 28, 1))));
    }

    /** It needs about 12 GB, half of it for the written and the read network. */
    @Test
    @Users
    @EnabledIfSystemProperty(named = "spikelane.tries", matches = "all")
    void weightsOfMoreThanTwoGigabytesComeBack(@TempDir Path folder) throws IOException, InterruptedException {
        Assumptions.assumeTrue(NativeMemory.room(12L << 30) > 12L << 30);
        String file = folder.resolve("large.safetensors").toString();
        String printed = OwnJvm.run(List.of("-Xmx2g", "-XX:MaxDirectMemorySize=12g"), LargeModelMain.class, file);
        assertTrue(printed.strip().endsWith("all came back"), printed);
    }
}
