package dev.spikelane.network;

import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Convolution;
import dev.spikelane.connection.WeightQuantization;
import dev.spikelane.connection.kind.ConnectionKinds;
import dev.spikelane.connection.operator.IntegerOperator;
import dev.spikelane.connection.operator.Operator;
import dev.spikelane.connection.operator.PackedOperator;
import dev.spikelane.description.OperatorDescription;
import dev.spikelane.engine.LaidOutNetwork;
import dev.spikelane.engine.OperatorChain;
import dev.spikelane.kernel.product.integer.ScaleRule;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.limit.NativeMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Lays out a network with integers, which are rounded again from its weights when training has changed them. */
record Rounding(Network network, Map<String, WeightQuantization> declared, Set<String> learned) {

    static LaidOutNetwork of(Network network, Map<String, WeightQuantization> declared, Set<String> learned) {
        return network.laidOut().withChains(new Rounding(network, declared, learned)::chain);
    }

    private OperatorChain chain(int number) {
        LaidOutNetwork layout = network.laidOut();
        OperatorChain floats = layout.chain(number);
        Projection projection = network.projections().get(number);
        boolean named = declared.containsKey(projection.name());
        WeightQuantization how = declared.getOrDefault(projection.name(), declared.get(Network.OTHERS));
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
                .filter(source ->
                        projection.source().ofVariable().isEmpty() && !layout.carriesOnes(source.name(), learned))
                .ifPresent(source -> {
                    throw new IllegalArgumentException("population '" + source.name()
                            + "' has graded spikes, expected ones where weights of " + how.type() + " are trained");
                });
        return new OperatorChain(operators, floats.owners());
    }

    private Operator operator(
            Projection projection, OperatorDescription declared, Operator floats, WeightQuantization how) {
        if (!(floats instanceof PackedOperator packed)) {
            return floats;
        }
        Connection made = ConnectionKinds.of(declared.connection())
                .quantized(
                        declared.connection(),
                        how.type(),
                        name -> network.weights().get(declared.owner() + "." + name));
        if (made.equals(declared.connection())) {
            return floats;
        }
        if (declared.connection() instanceof Convolution convolution
                && convolution.kernel().transposed()) {
            throw new IllegalArgumentException("projection '" + projection.name() + "' is " + floats
                    + ", which is transposed and has one scale, expected floats for it where weights are trained");
        }
        Operator integers =
                ConnectionKinds.of(made).bind(NativeMemory.ofAuto(), made, declared.rows(), Parameter.of(1));
        ScaleRule rule = how.isByMean() ? ScaleRule.MEAN : ScaleRule.LARGEST;
        ((IntegerOperator) integers).follow(packed, how.isLearned() ? ScaleRule.LEARNED : rule);
        return integers;
    }
}
