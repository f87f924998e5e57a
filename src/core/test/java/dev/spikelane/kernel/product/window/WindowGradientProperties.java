package dev.spikelane.kernel.product.window;

import static dev.spikelane.Failures.assertInvalid;

import dev.spikelane.EveryWidth;
import dev.spikelane.FewerTries;
import dev.spikelane.Matrices;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.kernel.ComparesVectors;
import dev.spikelane.kernel.pool.MapPool;
import dev.spikelane.kernel.pool.PoolWinners;
import dev.spikelane.kernel.pool.PooledGradients;
import dev.spikelane.kernel.product.dense.DenseCase;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.simd.SimdWidth;
import dev.spikelane.simd.Tile;
import dev.spikelane.simd.Window;
import java.lang.foreign.Arena;
import java.util.Objects;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Assumptions;

/** Gradients of convolutions of any geometry equal the specification bit for bit. */
@EveryWidth
@FewerTries(fullWidth = 2)
class WindowGradientProperties extends KernelCase {

    private static final double[] DENSITIES = {0, 0.03, 0.15, 0.4, 1};

    @ComparesVectors
    @Property(tries = 150)
    void inputs(@ForAll long seed) {
        Random random = new Random(seed);
        WindowGradientShape shape = shape(random);
        int rows = random.nextInt(1, 4);
        FloatMatrix weights = weights(arena, shape, random);
        FloatMatrix gradient = thinned(values(arena, rows, shape.columns(), random), random);
        FloatMatrix found = Matrices.uniform(arena, rows, shape.window().inputs(), random);
        FloatMatrix expected = FloatMatrix.zeros(arena, rows, shape.window().inputs());
        WindowGradientInput kernel = new WindowGradientInput(arena, shape, weights);
        kernel.pull(gradient, rows, found, new WindowGradientScratch(arena, shape));
        for (int row = 0; row < rows; row++) {
            new WindowGradientScalar(shape).pull(gradient, row, weights, expected, row);
        }
        Matrices.assertSameBits(expected, found, shape.toString());
    }

    @ComparesVectors
    @Property(tries = 150)
    void weightsOfSpikes(@ForAll long seed) {
        Random random = new Random(seed);
        WindowGradientShape shape = shape(random);
        double density = DENSITIES[random.nextInt(DENSITIES.length)];
        int rows = random.nextInt(1, 14);
        weights(arena, shape, Matrices.spikes(arena, rows, shape.window().inputs(), density, random), random);
    }

    @ComparesVectors
    @Property(tries = 100)
    void weightsOfValues(@ForAll long seed) {
        Random random = new Random(seed);
        WindowGradientShape shape = shape(random);
        int rows = random.nextInt(1, 5);
        FloatMatrix values = thinned(values(arena, rows, shape.window().inputs(), random), random);
        weights(arena, shape, values, random);
    }

    /** Gradients computed past a pool on demand have the bits of stored ones. */
    @ComparesVectors
    @Property(tries = 100)
    void pastPool(@ForAll long seed) {
        Random random = new Random(seed);
        WindowGradientShape shape = shape(random);
        for (int i = 0; i < 20 && seed % 4 != 0 && !isHalved(shape); i++) {
            shape = shape(random); // three of four, if no gradient is read past the pool
        }
        int rows = random.nextInt(1, 14);
        PoolWinners winners = Objects.requireNonNull(pool(shape).winners(arena, rows + 1));
        FloatMatrix pooled = values(arena, rows, winners.outputs(), random);
        FloatMatrix made = FloatMatrix.zeros(arena, rows, winners.outputs());
        FloatMatrix ahead = values(arena, rows, shape.columns(), random);
        winners.run(ahead, rows, Tile.whole(made), 1);
        winners.back(pooled, 0, rows, ahead, 1);
        FloatMatrix weights = weights(arena, shape, random);
        FloatMatrix found = Matrices.uniform(arena, rows, shape.window().inputs(), random);
        FloatMatrix expected = FloatMatrix.zeros(arena, rows, shape.window().inputs());
        WindowGradientInput inputs = new WindowGradientInput(arena, shape, weights);
        WindowGradientWeights kernel = new WindowGradientWeights(arena, shape);
        PooledGradients gradient = new PooledGradients(arena, winners, kernel.rowsAtATime());
        gradient.of(pooled, 1);
        inputs.pull(ahead, rows, expected, new WindowGradientScratch(arena, shape));
        inputs.pull(gradient, rows, found, new WindowGradientScratch(arena, shape));
        Matrices.assertSameBits(expected, found, shape.toString());

        Signal source = random.nextBoolean()
                ? Matrices.spikes(arena, rows, shape.window().inputs(), 0.3, random)
                : values(arena, rows, shape.window().inputs(), random);
        WindowGradientSum plain = new WindowGradientSum(arena, shape);
        WindowGradientSum sum = new WindowGradientSum(arena, shape);
        kernel.add(source, ahead, 0, rows, plain);
        kernel.add(source, gradient, 0, rows, sum);
        same(arena, shape, plain, sum);
    }

    private static boolean isHalved(WindowGradientShape shape) {
        return shape.window().y().outputs() % 2 == 0 && shape.window().x().outputs() % 2 == 0;
    }

    private static MapPool pool(WindowGradientShape shape) {
        return MapPool.max(new Window(
                shape.outputs(), pool(shape.window().y()), pool(shape.window().x())));
    }

    private static Window.Axis pool(Window.Axis axis) {
        return axis.outputs() == 1 ? Window.Axis.ONE : new Window.Axis(axis.outputs(), 2, 2, 0, 1, axis.outputs() / 2);
    }

    /** If strides leave inputs out, no lists of their rows are needed. */
    @Example
    void stridesLeadBehindTheInput() {
        Window.Axis x = new Window.Axis(7, 3, 1, 1, 1, 7);
        for (Window.Axis y : new Window.Axis[] {
            new Window.Axis(9, 3, 1 << 30, 1, 2, 1),
            new Window.Axis(2, 2, 9, 5, 1, 2),
            new Window.Axis(3, 2, 7, 3, 1, 2)
        }) {
            try (Arena arena = Arena.ofShared()) {
                Random random = new Random(1);
                WindowGradientShape shape = new WindowGradientShape(new Window(5, y, x), 3);
                weights(arena, shape, Matrices.spikes(arena, 9, shape.window().inputs(), 0.4, random), random);
            }
        }
    }

    /** Lists of half a billion places would not fit the heap, nor their number an int. */
    @Example
    void tooManyPlacesAreRefused() {
        Assumptions.assumeTrue(SimdWidth.VECTOR, "the specification has no lists");
        Window.Axis y = new Window.Axis(64, 64, 1, 0, 1, 1);
        Window.Axis x = new Window.Axis(4096, 1, 1, 0, 1, 4096);
        WindowGradientShape shape = new WindowGradientShape(new Window(8192, y, x), 1);
        assertInvalid(
                "gradients of the weights take lists of 2147483648 places on each thread, for 8192 channels, "
                        + "64 rows of the kernel and 4096 columns, expected at most 134217728",
                () -> new WindowGradientWeights(arena, shape));
    }

    private static void weights(Arena arena, WindowGradientShape shape, Signal source, Random random) {
        int rows = source.rows();
        FloatMatrix gradient = thinned(values(arena, rows, shape.columns(), random), random);
        WindowGradientSum plain = new WindowGradientSum(arena, shape);
        for (int row = 0; row < rows; row++) {
            new WindowGradientScalar(shape).add(source, row, gradient, row, plain.weights, 0, shape.channels());
            new WindowGradientScalar(shape).addBias(gradient, row, plain.bias);
        }
        WindowGradientSum sum = new WindowGradientSum(arena, shape);
        WindowGradientWeights kernel = new WindowGradientWeights(arena, shape);
        if (random.nextBoolean()) { // sums of other rows must not remain
            int inputs = shape.window().inputs();
            Signal other = source instanceof FloatMatrix
                    ? Matrices.spikes(arena, rows, inputs, 0.5, random)
                    : Matrices.uniform(arena, rows, inputs, random);
            kernel.add(other, gradient, 0, rows, sum);
            sum.begin(true);
        }
        int shares = random.nextInt(1, 4);
        for (int share = shares - 1; share >= 0; share--) {
            int cut = random.nextInt(rows);
            kernel.share(share, shares);
            if (cut > 0) {
                kernel.add(source, gradient, 0, cut, sum);
            }
            kernel.add(source, gradient, cut, rows - cut, sum);
        }
        same(arena, shape, plain, sum);
    }

    private static void same(Arena arena, WindowGradientShape shape, WindowGradientSum plain, WindowGradientSum sum) {
        FloatMatrix[] weights = new FloatMatrix[2];
        FloatMatrix[] biases = new FloatMatrix[2];
        for (int i = 0; i < 2; i++) {
            weights[i] = FloatMatrix.zeros(arena, shape.rows(), WindowGradientShape.BLOCK);
            biases[i] = FloatMatrix.zeros(arena, shape.groups(), shape.outputsOfGroup());
            WindowGradientSum from = i == 0 ? plain : sum;
            int places = shape.places();
            from.moveTo(weights[i], 0, places / 2);
            from.moveTo(weights[i], places / 2, places);
            from.moveBiasTo(biases[i]);
        }
        Matrices.assertSameBits(weights[0], weights[1], shape.toString());
        Matrices.assertSameBits(biases[0], biases[1], "bias of " + shape);
        FloatMatrix zeros = FloatMatrix.zeros(arena, shape.rows(), WindowGradientShape.BLOCK);
        Matrices.assertSameBits(zeros, sum.weights, "what is left of " + shape);
    }

    private static WindowGradientShape shape(Random random) {
        int groups = random.nextInt(3) == 0 ? random.nextInt(1, 5) : 1;
        boolean wide = random.nextInt(4) == 0;
        if (random.nextInt(12) == 0) { // more than a band of gradients
            Window.Axis large = new Window.Axis(20 + random.nextInt(8), 3, 1, 1, 1, 20 + random.nextInt(6));
            return new WindowGradientShape(new Window(2, 0, 2 * groups, large, large), 1 + random.nextInt(5));
        }
        int channels = random.nextInt(1, wide ? 30 : 7);
        int outputs = random.nextInt(5) == 0 ? 16 * random.nextInt(1, 9) : random.nextInt(1, wide ? 140 : 20);
        Window.Axis x = axis(random);
        Window.Axis y = random.nextInt(5) == 0 ? Window.Axis.ONE : axis(random);
        return new WindowGradientShape(new Window(channels, 0, groups * channels, y, x), outputs);
    }

    private static Window.Axis axis(Random random) {
        boolean plain = random.nextInt(3) > 0;
        int kernel = random.nextInt(1, plain ? 6 : 9);
        int stride = plain ? 1 : random.nextInt(1, 4);
        int dilation = plain ? 1 : random.nextInt(1, 3);
        int padding = random.nextInt(8) == 0 ? -1 : random.nextInt(3);
        int spread = random.nextInt(5) == 0 ? random.nextInt(2, 4) : 1;
        int reach = (kernel - 1) * dilation;
        int inputs = Math.max(1, (reach - 2 * padding) / spread + 1) + random.nextInt(spread == 1 ? 8 : 4);
        int outputs = ((inputs - 1) * spread + 2 * padding - reach) / stride + 1;
        return new Window.Axis(inputs, kernel, stride, padding, dilation, Math.max(1, outputs), spread);
    }

    private static FloatMatrix weights(Arena arena, WindowGradientShape shape, Random random) {
        FloatMatrix weights = values(arena, shape.rows(), WindowGradientShape.BLOCK, random);
        int padded = shape.row(0, 1);
        for (int row = 0; row < weights.rows(); row++) {
            int outputs = row % padded >= shape.size() ? 0 : shape.outputsOfBlock(row / padded % shape.blocks());
            for (int i = outputs; i < WindowGradientShape.BLOCK; i++) {
                weights.set(row, i, 0);
            }
        }
        return weights;
    }

    /** Most are zero, as after a pool. */
    private static FloatMatrix thinned(FloatMatrix values, Random random) {
        double density = random.nextDouble();
        for (int row = 0; row < values.rows(); row++) {
            for (int i = 0; i < values.columns(); i++) {
                if (random.nextDouble() >= density) {
                    values.set(row, i, random.nextBoolean() ? 0f : -0f);
                }
            }
        }
        return values;
    }

    /** Some are NaN, infinite, or so small that products are signed zeros. */
    private static FloatMatrix values(Arena arena, int rows, int columns, Random random) {
        DenseCase.Kind[] kinds = DenseCase.Kind.values();
        DenseCase.Kind kind = kinds[random.nextInt(kinds.length)];
        return DenseCase.matrix(arena, DenseCase.values(rows, columns, kind, random), false);
    }
}
