package dev.spikelane.train.run;

import dev.spikelane.connection.Connection;
import dev.spikelane.connection.kind.ConnectionKind;
import dev.spikelane.connection.kind.ConnectionKinds;
import dev.spikelane.connection.kind.Nonzeros;
import dev.spikelane.description.OperatorDescription;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Network;
import dev.spikelane.network.Projection;
import java.util.Arrays;

/**
 * The weights that an input of a step meets, counted as in NeuroBench: weights of connections that sum, without biases,
 * pools and norms.
 *
 * @param dense synaptic operations of a step with all inputs active and no weight 0
 * @param first nonzero weights that a neuron of the source meets first, for each neuron, or one number for all
 * @param behind nonzero weights of later connections of the path, whose inputs all count as active
 * @param weights the number of weights
 * @param zeros the number of weights that are 0
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record SynapseReach(long dense, int[] first, long behind, long weights, long zeros) {

    /** Counts the weights of a projection. */
    public static SynapseReach of(Network network, int number) {
        Projection declared = network.projections().get(number);
        SynapseReach all = new SynapseReach(0, new int[1], 0, 0, 0);
        boolean direct = true;
        Shape shape = declared.source().shape();
        int place = 0;
        for (OperatorDescription each : network.laidOut().description().operators(number)) {
            for (; place < each.place(); place++) {
                shape = declared.path().get(place).outputShape(shape);
            }
            ConnectionKind<Connection> kind = ConnectionKinds.of(each.connection());
            if (kind.sums()) {
                Nonzeros some = kind.nonzeros(
                        each.connection(), shape, name -> network.weights().get(each.owner() + "." + name));
                all = all.and(InferenceWork.total(kind.reach(each.connection(), shape), shape), some, direct);
            }
            direct &= kind.flattens();
        }
        return all;
    }

    private SynapseReach and(long operations, Nonzeros some, boolean direct) {
        int[] reach = some.reach();
        boolean alike = Arrays.stream(reach).allMatch(each -> each == reach[0]);
        return new SynapseReach(
                dense + operations,
                direct ? alike ? new int[] {reach[0]} : reach : first,
                direct ? behind : behind + Arrays.stream(reach).asLongStream().sum(),
                weights + some.weights(),
                zeros + some.weights() - some.count());
    }
}
