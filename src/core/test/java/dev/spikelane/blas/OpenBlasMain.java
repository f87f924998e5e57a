package dev.spikelane.blas;

import dev.spikelane.kernel.Matmul;
import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.Arena;

/** Prints whether OpenBLAS is available, its description, and a product or its error. */
final class OpenBlasMain {

    private OpenBlasMain() {}

    public static void main(String[] arguments) {
        System.out.println(OpenBlas.isAvailable());
        System.out.println(OpenBlas.describe());
        try (Arena arena = Arena.ofConfined()) {
            FloatMatrix two = FloatMatrix.vector(arena, 2);
            FloatMatrix three = FloatMatrix.vector(arena, 3);
            FloatMatrix product = FloatMatrix.zeros(arena, 1, 1);
            OpenBlas.sgemm(Matmul.Transpose.NEITHER, 1, two, three, 0, product);
            System.out.println(product.get(0, 0));
        } catch (IllegalStateException unavailable) {
            System.out.println(unavailable.getMessage());
        }
    }
}
