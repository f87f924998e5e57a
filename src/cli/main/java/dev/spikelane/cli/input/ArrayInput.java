package dev.spikelane.cli.input;

import dev.spikelane.io.Tensor;
import dev.spikelane.io.Tensors;
import dev.spikelane.io.file.FileText;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Input;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Rows for the only input of a network, from a NumPy array {@code [steps, batch, ...]}.
 *
 * @param rows time-major
 */
public record ArrayInput(Signal rows, int steps, int batch) {

    /** Reads a {@code .npy} file of any type. Only zeros and ones are spikes; float64 is rounded to float32. */
    public static ArrayInput read(Path data, List<Input> inputs) throws IOException {
        List<Tensor> arrays = Tensors.read(data, Tensors.Format.NUMPY).tensors();
        if (arrays.size() != 1) {
            throw new IOException(
                    data + ": has " + (arrays.isEmpty() ? "no array" : arrays.size() + " arrays") + ", expected one");
        }
        Tensor given = arrays.getFirst();
        List<Integer> shape = given.shape();
        int columns = inputs.size() == 1 ? inputs.getFirst().shape().size() : 0;
        if (columns == 0
                || shape.size() < 2
                || given.count() == 0
                || given.count() != (long) shape.get(0) * shape.get(1) * columns) {
            throw new IOException(data + ": is of shape " + shape + ", expected [steps, batch, ...] for "
                    + (columns > 0
                            ? "an input of " + inputs.getFirst().shape()
                            : "one input, but there are " + inputs.size()));
        }
        int rows = shape.get(0) * shape.get(1);
        return FileText.made(
                data + ": ",
                () -> new ArrayInput(signal(given.rounded().floats(), rows, columns), shape.get(0), shape.get(1)));
    }

    private static Signal signal(float[] values, int rows, int columns) {
        byte[] spikes = new byte[values.length];
        boolean floats = false;
        for (int i = 0; i < values.length; i++) {
            spikes[i] = (byte) values[i];
            floats |= values[i] != 0 && values[i] != 1;
        }
        if (!floats) {
            return SpikeMatrix.copyOf(rows, columns, spikes);
        }
        FloatMatrix matrix = FloatMatrix.zeros(rows, columns);
        for (int i = 0; i < values.length; i++) {
            matrix.set(i / columns, i % columns, values[i]);
        }
        matrix.requireFinite("input");
        return matrix;
    }
}
