package dev.spikelane.kernel.product.window;

import dev.spikelane.Matrices;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.spike.Product;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Window;
import java.lang.foreign.Arena;
import java.util.Random;

/** A random convolution of spikes, and its result by definition. */
public final class WindowCase {

    final Window window;
    final SpikeMatrix spikes;
    final PackedWeights packed;
    private final Arena arena;
    private final FloatMatrix weights;
    private final FloatMatrix bias;

    public WindowCase(
            Arena arena, int rows, Window window, int outputs, double density, Product.Weights kind, Random random) {
        this.arena = arena;
        this.window = window;
        spikes = Matrices.spikes(arena, rows, window.inputs(), density, random);
        weights = kind.matrix(arena, outputs, window.size(), random);
        bias = kind.matrix(arena, 1, outputs, random);
        packed = Product.packed(arena, weights, bias);
    }

    public static Window.Axis axis(int inputs, int kernel, int padding) {
        return new Window.Axis(inputs, kernel, 1, padding, 1, inputs + 2 * padding - kernel + 1);
    }

    public static Window draw(Random random) {
        int channels = 4 * (1 + random.nextInt(random.nextInt(4) == 0 ? 20 : 5));
        if (random.nextInt(5) == 0) {
            return new Window(channels, Window.Axis.ONE, draw(random, 2 + random.nextInt(4)));
        }
        Window.Axis y = draw(random, 2 + random.nextInt(4));
        Window.Axis x = draw(random, 1 + random.nextInt(5));
        int stride = 1 + random.nextInt(random.nextInt(4) == 0 ? 3 : 1);
        int outputs = Math.ceilDiv(x.outputs(), stride);
        return new Window(
                channels, y, new Window.Axis(x.inputs(), x.kernel(), stride, x.padding(), x.dilation(), outputs));
    }

    /** Padding may be wider than the kernel, and wider on one side. */
    private static Window.Axis draw(Random random, int kernel) {
        int padding = random.nextInt(kernel + 3);
        Window.Axis even = axis(Math.max(1, kernel - 2 * padding) + random.nextInt(10), kernel, padding);
        int outputs = Math.max(1, even.outputs() + (random.nextBoolean() ? 0 : random.nextInt(5) - 2));
        return new Window.Axis(even.inputs(), kernel, 1, padding, 1, outputs);
    }

    FloatMatrix current() {
        return FloatMatrix.zeros(arena, spikes.rows(), window.positions() * packed.outputs());
    }

    /** Loops over outputs, then over the places of the window. */
    float[][] direct() {
        float[] values = weights.toArray();
        float[][] current = new float[spikes.rows()][window.positions() * packed.outputs()];
        for (int row = 0; row < current.length; row++) {
            boolean[] fires = new boolean[window.inputs()];
            for (int i = 0; i < fires.length; i++) {
                fires[i] = spikes.get(row, i);
            }
            for (int position = 0; position < window.positions(); position++) {
                for (int output = 0; output < packed.outputs(); output++) {
                    current[row][position * packed.outputs() + output] =
                            sum(fires, position, values, output * window.size(), bias.get(0, output));
                }
            }
        }
        return current;
    }

    private float sum(boolean[] fires, int position, float[] values, int from, float first) {
        float sum = first;
        for (int k = 0; k < window.size(); k += 4) {
            int x = window.x()
                    .at(
                            position % window.x().outputs(),
                            k / window.channels() % window.x().kernel());
            int y = window.y()
                    .at(
                            position / window.x().outputs(),
                            k / window.channels() / window.x().kernel());
            if (x < 0 || y < 0 || x >= window.x().inputs() || y >= window.y().inputs()) {
                continue;
            }
            int input = (y * window.x().inputs() + x) * window.channels() + k % window.channels();
            float group = -0.0f;
            for (int i = 0; i < 4; i++) {
                group += fires[input + i] ? values[from + k + i] : -0.0f;
            }
            sum += group;
        }
        return sum;
    }

    WindowTables tables() {
        WindowTables tables = new WindowTables(arena, window, packed.outputs());
        tables.fill(packed);
        return tables;
    }
}
