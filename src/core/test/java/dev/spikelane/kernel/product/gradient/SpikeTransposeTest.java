package dev.spikelane.kernel.product.gradient;

import static dev.spikelane.Failures.assertInvalid;

import dev.spikelane.memory.SpikeMatrix;
import org.junit.jupiter.api.Test;

final class SpikeTransposeTest {

    @Test
    void refusesRowsThatOverlap() {
        SpikeMatrix both = SpikeMatrix.zeros(65, 64);
        assertInvalid(
                "transposed shares memory with spikes, expected memory of its own",
                () -> SpikeTranspose.transpose(both.rows(0, 64), both.rows(1, 64)));
    }
}
