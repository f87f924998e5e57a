package dev.spikelane.cli.input;

import dev.spikelane.io.Npy;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Input;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Rows for the only input of a network, from an array of NumPy: {@code [steps, batch, ...]}.
 *
 * @param rows those of one step one behind the other
 * @param steps how many steps
 * @param batch how many samples side by side
 */
public record ArrayInput(Signal rows, int steps, int batch) {

    /** Reads a {@code .npy} file: zeros and ones of any type are spikes, else they are floats, rounded to float32. */
    public static ArrayInput read(Path data, List<Input> inputs) throws IOException {
        Npy<? extends Signal> given = values(data);
        List<Integer> shape = given.shape();
        int columns = inputs.getFirst().shape().size();
        long count = (long) given.matrix().rows() * given.matrix().columns();
        if (inputs.size() != 1 || shape.size() < 2 || count != (long) shape.get(0) * shape.get(1) * columns) {
            throw new IOException(data + ": is of shape " + shape + ", expected [steps, batch, ...] for "
                    + (inputs.size() == 1
                            ? "an input of " + inputs.getFirst().shape()
                            : "one input, but there are " + inputs.size()));
        }
        int rows = shape.get(0) * shape.get(1);
        return new ArrayInput(
                switch (given.matrix()) {
                    case FloatMatrix values -> reshaped(values, rows, columns);
                    case SpikeMatrix fired -> SpikeMatrix.copyOf(rows, columns, fired.toArray());
                },
                shape.get(0),
                shape.get(1));
    }

    private static Npy<? extends Signal> values(Path data) throws IOException {
        try {
            return Npy.readSpikes(data);
        } catch (IOException noSpikes) {
            return Npy.readRounded(data);
        }
    }

    private static FloatMatrix reshaped(FloatMatrix values, int rows, int columns) {
        FloatMatrix reshaped = FloatMatrix.zeros(rows, columns);
        for (int i = 0; i < rows * columns; i++) {
            reshaped.set(i / columns, i % columns, values.get(i / values.columns(), i % values.columns()));
        }
        return reshaped;
    }
}
