package dev.spikelane.train.run;

import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Convolution;
import dev.spikelane.connection.WeightQuantization;
import dev.spikelane.connection.kind.ConnectionKinds;
import dev.spikelane.connection.operator.IntegerOperator;
import dev.spikelane.connection.operator.Operator;
import dev.spikelane.connection.operator.PackedOperator;
import dev.spikelane.connection.operator.ValueDescription;
import dev.spikelane.description.OperatorDescription;
import dev.spikelane.engine.LaidOutNetwork;
import dev.spikelane.engine.OperatorChain;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.IntegerMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.limit.NativeMemory;
import dev.spikelane.network.Network;
import dev.spikelane.network.Projection;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A network that runs by integers, which are rounded from the weights of another whenever training has changed them. */
public final class RoundedNetwork {

    /** Says how projections are rounded that nobody names. */
    public static final String OTHERS = "";

    private final Network network;
    private final Map<String, WeightQuantization> said;
    private final Set<String> learned;

    private RoundedNetwork(Network network, Map<String, WeightQuantization> said, Set<String> learned) {
        this.network = network;
        this.said = said;
        this.learned = learned;
    }

    /**
     * Lays a network out by integers, with the same values.
     *
     * @param said for names of projections how their weights are rounded
     * @param learned names of values
     * @throws IllegalArgumentException if a projection is named that cannot have such weights
     */
    public static Network of(Network network, Map<String, WeightQuantization> said, Set<String> learned) {
        RoundedNetwork rounded = new RoundedNetwork(network, said, learned);
        return network.laidOutAs(network.laidOut().withChains(rounded::chain));
    }

    private OperatorChain chain(int number) {
        LaidOutNetwork layout = network.laidOut();
        OperatorChain floats = layout.chain(number);
        Projection projection = network.projections().get(number);
        boolean named = said.containsKey(projection.name());
        WeightQuantization how = said.getOrDefault(projection.name(), said.get(OTHERS));
        if (how == null || how.type() == ElementType.FLOAT32) {
            return floats;
        }
        List<Operator> operators = new ArrayList<>(floats.operators());
        List<OperatorDescription> path = layout.description().operators(number);
        for (int i = 0; i < operators.size() && !projection.plastic(); i++) {
            operators.set(i, operator(projection, path.get(i), operators.get(i), how));
        }
        if (operators.equals(floats.operators())) {
            if (named) {
                throw new IllegalArgumentException("projection '" + projection.name() + "' is "
                        + layout.description().projections().get(number).describePath()
                        + (projection.plastic() ? ", which is plastic" : "")
                        + ", expected a dense connection or a convolution of floats, for weights of " + how.type());
            }
            return floats;
        }
        projection
                .source()
                .ofPopulation()
                .filter(source -> projection.source().ofVariable().isEmpty()
                        && !layout.carriesOnes(source.name(), learned))
                .ifPresent(source -> {
                    throw new IllegalArgumentException("population '" + source.name()
                            + "' has graded spikes, expected ones where weights of " + how.type() + " are trained");
                });
        return new OperatorChain(operators, floats.owners());
    }

    private Operator operator(Projection projection, OperatorDescription said, Operator floats, WeightQuantization how) {
        if (!(floats instanceof PackedOperator packed)) {
            return floats;
        }
        Connection made = ConnectionKinds.of(said.connection())
                .quantized(
                        said.connection(), how.type(), name -> network.weights().get(said.owner() + "." + name));
        if (made.equals(said.connection())) {
            return floats;
        }
        if (said.connection() instanceof Convolution convolution
                && convolution.kernel().transposed()) {
            throw new IllegalArgumentException("projection '" + projection.name() + "' is " + floats
                    + ", which is transposed and has one scale, expected floats for it where weights are trained");
        }
        Operator integers = ConnectionKinds.of(made).bind(NativeMemory.ofAuto(), made, said.rows(), Parameter.of(1));
        ((IntegerOperator) integers).follow(packed, how.rule());
        return integers;
    }

    /** Returns the integers that a network runs by now, by the names of the weights that they are rounded from. */
    public static Map<String, IntegerMatrix> integers(Network rounded) {
        Map<String, IntegerMatrix> integers = new LinkedHashMap<>();
        for (int i = 0; i < rounded.projections().size(); i++) {
            OperatorChain chain = rounded.laidOut().chain(i);
            for (int place = 0; place < chain.operators().size(); place++) {
                if (chain.operators().get(place) instanceof IntegerOperator each && each.floats() != null) {
                    integers.put(
                            chain.owners().get(place) + "." + ValueDescription.WEIGHT,
                            each.floats().integers(each.type()));
                }
            }
        }
        return integers;
    }

    /** Returns the memory that a network takes beside that of the floats. */
    public static long bytes(Network rounded) {
        return rounded.laidOut().roundings().mapToLong(each -> each.bytes()).sum();
    }
}
