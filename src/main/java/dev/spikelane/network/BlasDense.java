package dev.spikelane.network;

import dev.spikelane.kernel.BlasDenseMatmul;
import dev.spikelane.kernel.BlasSpikeMatmul;
import dev.spikelane.kernel.OpenBlas;
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

    /**
     * Name of the system property that chooses what {@link Network.Builder#dense} makes: {@code exact} (a {@link Dense}, the default) or
     * {@code openblas} (a {@code BlasDense}).
     */
    public static final String PROPERTY = "spikelane.dense";

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
     * Makes what {@link #PROPERTY} asks for, with the random weights and bias that {@code torch.nn.Linear} starts with.
     *
     * @throws IllegalArgumentException if a size is below 1, or the property has another value
     * @throws IllegalStateException if OpenBLAS is asked for and not available
     */
    static Connection linearAsAsked(Arena arena, int inputs, int outputs, TorchRandom random) {
        String asked = System.getProperty(PROPERTY, "exact");
        switch (asked) {
            case "exact" -> {
                return Dense.linear(arena, inputs, outputs, random);
            }
            case "openblas" -> {
                OpenBlas.requireAvailable();
                try (Arena temporary = Dense.temporaryArena()) {
                    return of(arena, Dense.linear(temporary, inputs, outputs, random));
                }
            }
            default -> throw new IllegalArgumentException(PROPERTY + " is '" + asked + "', expected exact or openblas");
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
