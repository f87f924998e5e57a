package dev.spikelane.random;

import static dev.spikelane.Matrices.assertZeroPads;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.kernel.Awkward.ZeroTo;
import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.FloatRange;

final class TorchRandomProperties {

    @Property
    void randpermIsAPermutation(@ForAll long seed, @ZeroTo(2000) int n) {
        int[] order = new TorchRandom(seed).randperm(n);
        Arrays.sort(order);
        assertArrayEquals(IntStream.range(0, n).toArray(), order);
    }

    @Property
    void uniformStaysInItsRange(
            @ForAll long seed,
            @ForAll @FloatRange(min = -1e30f, max = 1e30f) float one,
            @ForAll @FloatRange(min = -1e30f, max = 1e30f) float other) {
        float from = Math.min(one, other);
        float to = Math.max(one, other);
        try (Arena own = Arena.ofConfined()) {
            FloatMatrix matrix = FloatMatrix.zeros(own, 3, 67);
            new TorchRandom(seed).uniform(matrix, from, to);
            for (float value : matrix.toArray()) {
                assertTrue(value >= from && value <= to, () -> value + " is not from " + from + " to " + to);
            }
            assertZeroPads(matrix, "matrix");
        }
    }
}
