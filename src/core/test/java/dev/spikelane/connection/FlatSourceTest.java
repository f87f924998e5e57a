package dev.spikelane.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.spikelane.memory.Shape;
import dev.spikelane.random.TorchRandom;
import org.junit.jupiter.api.Test;

/** The error of a dense connection after maps names both sizes, and suggests a pool only if they differ. */
final class FlatSourceTest {

    private static String refused(Shape maps) {
        Dense dense = Dense.linear(576, 10, new TorchRandom(1));
        return assertThrows(IllegalArgumentException.class, () -> FlatSource.outputs(dense, maps, 576, 10))
                .getMessage();
    }

    @Test
    void otherSizeAsksForAPool() {
        assertEquals(
                "dense 576 -> 10 needs a flat source, found [16 x 13 x 13] of 2704 values, expected 576;"
                        + " is a pool missing before its Flatten?",
                refused(Shape.of(16, 13, 13)));
    }

    @Test
    void equalSizeAsksForAFlattenAlone() {
        assertEquals(
                "dense 576 -> 10 needs a flat source, found [16 x 6 x 6]; put a Flatten before it",
                refused(Shape.of(16, 6, 6)));
    }
}
