package dev.spikelane.connection.operator.window;

import dev.spikelane.connection.operator.InputGradient;
import dev.spikelane.connection.operator.Scratch;
import dev.spikelane.kernel.pool.PooledGradients;
import dev.spikelane.kernel.product.window.WindowGradientInput;
import dev.spikelane.kernel.product.window.WindowGradientShape;
import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.Arena;
import java.util.List;

final class ConvInputGradient implements InputGradient.OfRows {

    private final WindowGradientShape shape;
    private final FloatMatrix weights;
    private final WindowGradientInput kernel;

    ConvInputGradient(Arena arena, WindowGradientShape shape, FloatMatrix weights) {
        this.shape = shape;
        this.weights = weights;
        this.kernel = new WindowGradientInput(arena, shape, weights);
    }

    @Override
    public void reserve(Scratch scratch) {
        scratch.gradients(shape);
    }

    @Override
    public void pull(FloatMatrix gradient, int rows, FloatMatrix into, Scratch scratch) {
        kernel.pull(gradient, rows, into, scratch.gradients(shape));
    }

    @Override
    public void pull(PooledGradients gradient, int rows, FloatMatrix into, Scratch scratch) {
        kernel.pull(gradient, rows, into, scratch.gradients(shape));
    }

    @Override
    public List<Runnable> updates() {
        return List.of(() -> kernel.update(weights));
    }
}
