package dev.spikelane.train.run;

import dev.spikelane.connection.Connection;
import dev.spikelane.connection.kind.ConnectionKinds;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.network.Projection;
import dev.spikelane.network.Weights;
import dev.spikelane.simd.Rows;
import java.util.Arrays;

/** Counts the operations of a network's connections. */
public final class InferenceWork {

    private InferenceWork() {}

    /** Returns the multiply-adds of a projection if all its inputs are active. */
    public static long dense(Projection projection) {
        long operations = 0;
        Shape shape = projection.source().shape();
        for (Connection connection : projection.path()) {
            int[] reach = ConnectionKinds.of(connection).reach(connection, shape);
            operations += total(reach, shape);
            shape = connection.outputShape(shape);
        }
        return projection.path().isEmpty() ? shape.size() : operations;
    }

    /** Returns the bytes of all named values, each in the bits of its type. */
    public static long footprint(Network network) {
        Weights weights = network.weights();
        return weights.names().stream()
                .mapToLong(name -> Math.ceilDiv(
                        (long) weights.type(name).bits()
                                * weights.shape(name).stream().reduce(1, Math::multiplyExact),
                        Byte.SIZE))
                .sum();
    }

    static long total(int[] reach, Shape source) {
        return reach.length == 1
                ? (long) reach[0] * source.size()
                : Arrays.stream(reach).asLongStream().sum();
    }

    /** Returns the sum over all projections. */
    public static long dense(Network network) {
        return network.projections().stream().mapToLong(InferenceWork::dense).sum();
    }

    /**
     * Returns the number of synapses that active neurons reach.
     *
     * @param rows rows of neurons: spikes, or values, of which all but 0 are active
     * @param reach the synapses that a neuron reaches: one number, or one for each neuron
     */
    public static double reached(Signal rows, int... reach) {
        if (reach.length == 1) {
            return (double) Rows.active(rows, 0, rows.rows()) * reach[0];
        }
        return switch (rows) {
            case SpikeMatrix spikes -> bySpikes(spikes, reach);
            case FloatMatrix values -> byValues(values, reach);
        };
    }

    private static double bySpikes(SpikeMatrix spikes, int[] reach) {
        long sum = 0;
        for (int row = 0; row < spikes.rows(); row++) {
            for (int i = spikes.next(row, 0); i >= 0; i = spikes.next(row, i + 1)) {
                sum += reach[i];
            }
        }
        return sum;
    }

    private static double byValues(FloatMatrix values, int[] reach) {
        double sum = 0;
        for (int row = 0; row < values.rows(); row++) {
            for (int column = 0; column < values.columns(); column++) {
                sum += values.get(row, column) != 0 ? reach[column] : 0;
            }
        }
        return sum;
    }

    /** Returns the number of synapses that spikes reach, from spike counts. */
    public static double reachedByCounts(FloatMatrix counts, int... reach) {
        double sum = 0;
        for (int row = 0; row < counts.rows(); row++) {
            for (int column = 0; column < counts.columns(); column++) {
                sum += (double) counts.get(row, column) * reach[reach.length == 1 ? 0 : column];
            }
        }
        return sum;
    }
}
