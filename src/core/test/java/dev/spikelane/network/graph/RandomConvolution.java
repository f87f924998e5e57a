package dev.spikelane.network.graph;

import dev.spikelane.Matrices;
import dev.spikelane.connection.Convolution;
import dev.spikelane.connection.Kernel;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import java.lang.foreign.Arena;
import java.util.Random;

/** Random convolutions that fit a source. */
public final class RandomConvolution {

    private final Arena arena;
    private final Random random;

    public RandomConvolution(Arena arena, Random random) {
        this.arena = arena;
        this.random = random;
    }

    public Convolution of(Shape source) {
        while (true) {
            boolean words = source.channels() % FloatMatrix.ROW_MULTIPLE == 0 && random.nextInt(4) > 0;
            Kernel kernel = words ? position(source) : kernel(source);
            boolean block = words || random.nextInt(6) == 0; // of all groups
            int outputs = block ? FloatMatrix.ROW_MULTIPLE / kernel.groups() : 1 + random.nextInt(6);
            Convolution drawn = with(kernel, source.channels(), Math.max(outputs, 1));
            if (fits(drawn, source)) {
                return drawn;
            }
        }
    }

    private static boolean fits(Convolution drawn, Shape source) {
        try {
            return drawn.outputShape(source).size() < 5_000;
        } catch (IllegalArgumentException tooLarge) {
            return false;
        }
    }

    /** One place in a window, usually inside. */
    private Kernel position(Shape source) {
        boolean transposed = source.rank() == 3 && random.nextInt(4) == 0;
        Kernel kernel = source.rank() == 2 ? Kernel.of1d(1) : transposed ? Kernel.transposed(1, 1) : Kernel.of(1, 1);
        return random.nextInt(3) > 0 ? kernel : kernel.withStride(1, 2).withPadding(random.nextInt(2), 1);
    }

    private Kernel kernel(Shape source) {
        int groups = random.nextInt(3) == 0 ? source.channels() : 1;
        boolean transposed = source.rank() == 3 && random.nextInt(4) == 0;
        int height = 1 + random.nextInt(4);
        int width = 1 + random.nextInt(5);
        Kernel kernel = source.rank() == 2
                ? Kernel.of1d(width)
                : transposed ? Kernel.transposed(height, width) : Kernel.of(height, width);
        kernel = kernel.withGroups(groups).withDilation(1 + random.nextInt(2), 1 + random.nextInt(3) / 2);
        if (!transposed && random.nextInt(4) == 0) {
            return kernel.withSamePadding();
        }
        kernel = kernel.withPadding(random.nextInt(3), random.nextInt(3))
                .withStride(1 + random.nextInt(3), 1 + random.nextInt(3));
        return transposed
                ? kernel.withOutputPadding(
                        random.nextInt(kernel.y().stride()),
                        random.nextInt(kernel.x().stride()))
                : kernel;
    }

    /** Returns a convolution that keeps height and width. */
    public Convolution keeping(Shape source, int outputs) {
        int height = 1 + random.nextInt(3);
        int width = 1 + random.nextInt(4);
        Kernel kernel = source.rank() == 2 ? Kernel.of1d(width) : Kernel.of(height, width);
        boolean parts = outputs % source.channels() == 0 && random.nextInt(3) == 0;
        return with(
                kernel.withSamePadding().withGroups(parts ? source.channels() : 1),
                source.channels(),
                parts ? outputs / source.channels() : outputs);
    }

    private Convolution with(Kernel kernel, int inputs, int outputsOfGroup) {
        int outputs = outputsOfGroup * kernel.groups();
        int rows = kernel.transposed() ? inputs : outputs;
        int channels = (kernel.transposed() ? outputs : inputs) / kernel.groups();
        FloatMatrix weights = Matrices.uniform(
                arena, rows, channels * kernel.y().size() * kernel.x().size(), random);
        return random.nextInt(3) == 0
                ? Convolution.of(kernel, weights)
                : Convolution.of(kernel, weights, Matrices.uniform(arena, 1, outputs, random));
    }

    public Convolution rounded(Convolution drawn) {
        return drawn.nearest(RandomGraph.INTEGERS.get(random.nextInt(RandomGraph.INTEGERS.size())));
    }
}
