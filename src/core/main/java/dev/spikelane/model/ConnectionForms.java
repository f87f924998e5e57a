package dev.spikelane.model;

import dev.spikelane.connection.BatchNorm;
import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Convolution;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Flatten;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.connection.Pool;
import dev.spikelane.connection.Psn;
import dev.spikelane.connection.Recurrent;
import dev.spikelane.connection.Sparse;
import dev.spikelane.io.NirFile;
import dev.spikelane.model.c.COperator;
import dev.spikelane.network.Network;
import dev.spikelane.network.Projection;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The NIR node and the C statement of each connection; both throw if there is none. No other class of this package
 * distinguishes all connections.
 */
record ConnectionForms(Function<NirConnection, NirFile.Graph.Node> nir, Consumer<COperator> c) {

    static ConnectionForms of(Connection connection) {
        return switch (connection) {
            case BatchNorm _ -> row(nir -> nir.none("; Network.folded() puts it into weights"), COperator::norm);
            case Dense.ByOpenBlas _ -> row(nir -> nir.none(""), c -> c.none("its sums have a library's order"));
            case Convolution declared -> row(nir -> nir.convolution(declared), c -> c.convolution(declared));
            case Dense declared -> row(NirConnection::dense, c -> c.dense(declared));
            case Flatten declared -> row(nir -> nir.flatten(declared), c -> c.flatten(declared));
            case Dense.Integers _ -> row(NirConnection::dense, COperator::integers);
            case OneToOne _ -> row(NirConnection::scale, COperator::scale);
            case Pool declared -> row(nir -> nir.pool(declared), COperator::pool);
            case Psn _ -> row(nir -> nir.none(""), c -> c.none("it takes all steps together"));
            case Recurrent declared -> row(NirConnection::dense, c -> c.recurrent(declared));
            case OneToOne.Scale declared -> row(nir -> nir.scale(declared.factor()), c -> c.scale(declared.factor()));
            case Sparse _ ->
                row(nir -> nir.none("; NIR has no lists of synapses"), c -> c.none("its synapses are lists"));
        };
    }

    /** Throws if a plasticity rule changes weights, because the format has constant weights. */
    static void requireNoRule(Network network, String format) {
        for (Projection each : network.projections()) {
            if (each.plasticity().isRule()) {
                throw new IllegalArgumentException("projection '" + each.name() + "' changes by the rule "
                        + each.plasticity() + ", which " + format
                        + " cannot say, expected what fixed() makes of the network, with weights that stay");
            }
        }
    }

    private static ConnectionForms row(Function<NirConnection, NirFile.Graph.Node> nir, Consumer<COperator> c) {
        return new ConnectionForms(nir, c);
    }
}
