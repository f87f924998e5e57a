package dev.spikelane.kernel.product.window;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.Matrices;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.SimdWidth;
import dev.spikelane.simd.Window;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Gradients of convolutions without the module of the Vector API, whose classes must not be loaded. */
final class WindowGradientFallbackTest extends KernelCase {

    @Test
    void rowsOfSmallMapsGoBack() {
        assertEquals(0, SimdWidth.bits());
        Window.Axis axis = new Window.Axis(3, 2, 1, 0, 1, 2);
        WindowGradientShape shape = new WindowGradientShape(new Window(3, axis, axis), 16);
        Random random = new Random(1);
        FloatMatrix weights = Matrices.uniform(arena, shape.rows(), WindowGradientShape.BLOCK, random);
        FloatMatrix gradient = Matrices.uniform(arena, 3, shape.columns(), random);
        FloatMatrix found = FloatMatrix.zeros(arena, 3, shape.window().inputs());
        FloatMatrix expected = FloatMatrix.zeros(arena, 3, shape.window().inputs());
        new WindowGradientInput(arena, shape, weights)
                .pull(gradient, 3, found, new WindowGradientScratch(arena, shape));
        for (int row = 0; row < 3; row++) {
            new WindowGradientScalar(shape).pull(gradient, row, weights, expected, row);
        }
        Matrices.assertSameBits(expected, found, "gradients");
    }
}
