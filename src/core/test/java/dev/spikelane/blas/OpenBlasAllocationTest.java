package dev.spikelane.blas;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.spikelane.Allocations;
import dev.spikelane.Alone;
import dev.spikelane.blas.call.BlasSpikeMatmul;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.kernel.Matmul;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Tile;
import org.junit.jupiter.api.Test;

/** Calls of OpenBLAS allocate neither segments nor slices. */
@Alone
final class OpenBlasAllocationTest extends KernelCase {

    @Test
    void productsAllocateNothing() {
        assumeTrue(OpenBlas.isAvailable(), () -> "OpenBLAS is not available: " + OpenBlas.describe());
        FloatMatrix values = FloatMatrix.zeros(arena, 4, 64);
        FloatMatrix weights = FloatMatrix.zeros(arena, 128, 64);
        FloatMatrix bias = FloatMatrix.zeros(arena, 1, 128);
        FloatMatrix current = FloatMatrix.zeros(arena, 4, 128);
        FloatMatrix value = FloatMatrix.zeros(arena, 1, 64);
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, 4, 64);
        Tile tile = Tile.whole(current);
        FloatMatrix workspace = BlasSpikeMatmul.workspace(arena, 64);
        Allocations.assertNone(10_000, () -> OpenBlas.sgemm(Matmul.Transpose.SECOND, 1, values, weights, 0, current));
        Allocations.assertNone(10_000, () -> OpenBlas.sgemv(Matmul.Transpose.NEITHER, 1, weights, value, 0, bias));
        Allocations.assertNone(
                10_000, () -> BlasSpikeMatmul.multiply(spikes, 4, weights, bias, tile.at(0, 2), workspace));
        Allocations.assertNone(
                10_000, () -> BlasSpikeMatmul.multiply(spikes, 1, weights, bias, tile.at(1, 2), workspace));
    }
}
