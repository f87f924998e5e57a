package dev.spikelane.network;

import dev.spikelane.blas.BlasDenseMatmul;
import dev.spikelane.blas.BlasSpikeMatmul;
import dev.spikelane.blas.OpenBlas;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.Parameter;
import dev.spikelane.random.TorchRandom;
import java.lang.foreign.Arena;

/**
 * A {@link Dense} connection whose product {@link OpenBlas} computes: {@code current = bias + weights * spikes}.
 *
 * <p>Currents are close to those of {@link Dense}, not identical, and may change with the number of threads and with the steps in a call,
 * so a spike can differ where a membrane is near its threshold. It exists to compare with and for machines with a well tuned OpenBLAS;
 * {@link Dense} is faster for spikes. For analog input the two are about as fast.
 */
public final class BlasDense implements Connection {

    private final FloatMatrix weights;
    private final FloatMatrix bias;

    private BlasDense(FloatMatrix weights, FloatMatrix bias) {
        this.weights = weights;
        this.bias = bias;
    }

    /**
     * Makes a connection with the weights and the bias of another one.
     *
     * @param arena the arena that owns the copy; shared if several threads are to use it
     * @param dense has the weights and the bias; copied
     * @return the connection
     * @throws IllegalStateException if OpenBLAS is not available
     */
    public static BlasDense of(Arena arena, Dense dense) {
        OpenBlas.requireAvailable();
        FloatMatrix weights = FloatMatrix.zeros(arena, dense.outputs(), dense.inputs());
        FloatMatrix bias = FloatMatrix.zeros(arena, 1, dense.outputs());
        for (int output = 0; output < dense.outputs(); output++) {
            bias.set(0, output, dense.weights().bias(output));
            for (int input = 0; input < dense.inputs(); input++) {
                weights.set(output, input, dense.weights().weight(output, input));
            }
        }
        return new BlasDense(weights, bias);
    }

    /**
     * Makes a connection with the random weights and bias that {@code torch.nn.Linear(inputs, outputs)} starts with, the same numbers as
     * {@link Dense#linear}.
     *
     * @param arena the arena that owns the weights; shared if several threads are to use it
     * @param inputs number of inputs, at least 1
     * @param outputs number of outputs, at least 1
     * @param random the stream they are drawn from
     * @return the connection
     * @throws IllegalArgumentException if a size is below 1
     * @throws IllegalStateException if OpenBLAS is not available
     */
    public static BlasDense linear(Arena arena, int inputs, int outputs, TorchRandom random) {
        OpenBlas.requireAvailable();
        try (Arena temporary = Dense.temporaryArena()) {
            return of(arena, Dense.linear(temporary, inputs, outputs, random));
        }
    }

    @Override
    public int inputs() {
        return weights.columns();
    }

    @Override
    public int outputs() {
        return weights.rows();
    }

    @Override
    public FloatMatrix workspace(Arena arena) {
        return BlasSpikeMatmul.workspace(arena, inputs());
    }

    @Override
    public void multiply(
            SpikeMatrix spikes, int rows, FloatMatrix current, int firstBlock, int endBlock, FloatMatrix workspace) {
        BlasSpikeMatmul.multiply(spikes, rows, weights, bias, firstBlock, endBlock, current, workspace);
    }

    @Override
    public void multiply(
            FloatMatrix input, int rows, FloatMatrix current, int firstBlock, int endBlock, FloatMatrix workspace) {
        BlasDenseMatmul.multiply(input, rows, weights, bias, firstBlock, endBlock, current);
    }

    @Override
    public String kernel(int rows, long active) {
        return kernel(rows);
    }

    @Override
    public String kernel(int rows) {
        return rows == 1 ? "openblas sgemv" : "openblas sgemm";
    }

    @Override
    public Connection withSpikeValue(Arena arena, Parameter spikeValue) {
        try (Arena temporary = Dense.temporaryArena()) {
            return of(arena, Dense.of(temporary, weights, bias).withSpikeValue(temporary, spikeValue));
        }
    }

    @Override
    public String toString() {
        return "dense by OpenBLAS " + inputs() + " -> " + outputs();
    }
}
