package dev.spikelane.network;

import dev.spikelane.kernel.product.DenseMatmul;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.SpikeMatmul;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.Parameter;
import dev.spikelane.random.TorchRandom;
import java.lang.foreign.Arena;

/**
 * Connects every input to every output, as {@code torch.nn.Linear} does: {@code current = bias + weights * spikes}. The order of the sum
 * is that of {@link SpikeMatmul} for spikes and that of {@link DenseMatmul} for analog input.
 */
public final class Dense implements Connection {

    private final PackedWeights weights;

    private Dense(PackedWeights weights) {
        this.weights = weights;
    }

    /**
     * Makes a connection from weights and bias.
     *
     * @param arena the arena that owns the copy; shared if several threads are to use it
     * @param weights {@code [outputs x inputs]}; copied
     * @param bias {@code [1 x outputs]}; copied
     * @return the connection
     * @throws IllegalArgumentException if the shapes do not fit, or a value is NaN or infinite
     */
    public static Dense of(Arena arena, FloatMatrix weights, FloatMatrix bias) {
        return new Dense(PackedWeights.pack(arena, weights, bias));
    }

    /**
     * Makes a connection without a bias.
     *
     * @param arena the arena that owns the copy; shared if several threads are to use it
     * @param weights {@code [outputs x inputs]}; copied
     * @return the connection
     * @throws IllegalArgumentException if a value is NaN or infinite
     */
    public static Dense of(Arena arena, FloatMatrix weights) {
        return new Dense(PackedWeights.pack(arena, weights));
    }

    /**
     * Makes a connection with the random weights and bias that {@code torch.nn.Linear(inputs, outputs)} starts with: both uniform in
     * {@code [-1 / sqrt(inputs), 1 / sqrt(inputs))}, the weights drawn before the bias.
     *
     * @param arena the arena that owns the weights; shared if several threads are to use it
     * @param inputs number of inputs, at least 1
     * @param outputs number of outputs, at least 1
     * @param random the stream they are drawn from
     * @return the connection
     * @throws IllegalArgumentException if a size is below 1
     */
    public static Dense linear(Arena arena, int inputs, int outputs, TorchRandom random) {
        try (Arena temporary = temporaryArena()) {
            FloatMatrix weights = FloatMatrix.zeros(temporary, outputs, inputs);
            FloatMatrix bias = FloatMatrix.zeros(temporary, 1, outputs);
            random.linear(weights, bias);
            return of(arena, weights, bias);
        }
    }

    @Override
    public int inputs() {
        return weights.pre();
    }

    @Override
    public int outputs() {
        return weights.post();
    }

    /**
     * Returns the weights and the bias.
     *
     * @return them, as the kernel uses them
     */
    public PackedWeights weights() {
        return weights;
    }

    @Override
    public FloatMatrix workspace(Arena arena) {
        return SpikeMatmul.workspace(arena);
    }

    @Override
    public void multiply(
            SpikeMatrix spikes, int rows, FloatMatrix current, int firstBlock, int endBlock, FloatMatrix workspace) {
        SpikeMatmul.multiply(spikes, rows, weights, firstBlock, endBlock, current, workspace);
    }

    @Override
    public void multiply(
            FloatMatrix input, int rows, FloatMatrix current, int firstBlock, int endBlock, FloatMatrix workspace) {
        DenseMatmul.multiply(input, rows, weights, firstBlock, endBlock, current);
    }

    @Override
    public int rowsAtATime(int rows, long active) {
        return SpikeMatmul.rowsAtATime(rows, inputs(), active);
    }

    @Override
    public String kernel(int rows, long active) {
        return SpikeMatmul.variant(rows, inputs(), active);
    }

    @Override
    public String kernel(int rows) {
        return DenseMatmul.variant();
    }

    @Override
    public Dense withSpikeValue(Arena arena, Parameter spikeValue) {
        try (Arena temporary = temporaryArena()) {
            FloatMatrix scaled = FloatMatrix.zeros(temporary, outputs(), inputs());
            FloatMatrix bias = FloatMatrix.zeros(temporary, 1, outputs());
            for (int output = 0; output < outputs(); output++) {
                bias.set(0, output, weights.bias(output));
                for (int input = 0; input < inputs(); input++) {
                    scaled.set(output, input, weights.weight(output, input) * spikeValue.value(input));
                }
            }
            return of(arena, scaled, bias);
        }
    }

    /**
     * Shared, although one thread uses it: where confined and shared segments went through the same JDK code, C2 (25.0.3) hoists the check of
     * the owning thread out of kernel loops, where it fails for shared ones, and compiles them again and again. A run of the tutorial's
     * network was 10 times slower for its first 20 seconds (2026-11).
     */
    @SuppressWarnings("MustBeClosedChecker")
    static Arena temporaryArena() {
        return Arena.ofShared();
    }

    @Override
    public String toString() {
        return "dense " + inputs() + " -> " + outputs();
    }
}
