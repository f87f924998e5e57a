package dev.spikelane.train.run;

import dev.spikelane.connection.Connection;
import dev.spikelane.connection.kind.ConnectionKind;
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

    /**
     * Neurons that one arrival at the start of a projection reaches at once; behind the first connection that sums
     * nothing is zero.
     *
     * @return one number for all neurons of the source, or one for each, in torch's order
     */
    public static int[] fanOut(Projection projection) {
        Shape shape = projection.source().shape();
        for (Connection connection : projection.path()) {
            ConnectionKind<Connection> kind = ConnectionKinds.of(connection);
            if (kind.sums()) {
                int[] reach = kind.reach(connection, shape);
                return reach.length == 1
                                || shape.size() == projection.source().shape().size()
                        ? reach
                        : mean(reach);
            }
            shape = connection.outputShape(shape);
        }
        return new int[] {1};
    }

    /** What one input reaches on average, where those of a source are not known one by one any more. */
    private static int[] mean(int... reach) {
        return new int[] {(int) Math.round(Arrays.stream(reach).average().orElse(0))};
    }

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
