package dev.spikelane.train.run;

import dev.spikelane.connection.Connection;
import dev.spikelane.connection.kind.ConnectionKinds;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Network;
import dev.spikelane.network.Projection;
import java.util.Arrays;

/**
 * What the connections of a network cost for one sample.
 *
 * @param synapticOperations weights that are added because something arrived: for each spike, or value other than 0,
 *     one for each neuron that it reaches; a frame that is the same at all steps counts once
 * @param denseOperations multiplications and additions of a dense network of the same shape that sees the sample once,
 *     without time
 * @param denseOperationsOfSteps the same for all steps: what this network costs where zeros are multiplied too
 */
public record InferenceWork(double synapticOperations, long denseOperations, long denseOperationsOfSteps) {

    /** Multiplications and additions of a projection where everything arrives. */
    public static long dense(Projection projection) {
        long operations = 0;
        Shape shape = projection.source().shape();
        for (Connection connection : projection.path()) {
            int[] reach = ConnectionKinds.of(connection).reach(connection, shape);
            operations += reach.length == 1
                    ? (long) reach[0] * shape.size()
                    : Arrays.stream(reach).asLongStream().sum();
            shape = connection.outputShape(shape);
        }
        return projection.path().isEmpty() ? shape.size() : operations;
    }

    /** Adds up all projections. */
    public static long dense(Network network) {
        return network.projections().stream().mapToLong(InferenceWork::dense).sum();
    }
}
