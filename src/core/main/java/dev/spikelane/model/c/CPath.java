package dev.spikelane.model.c;

import dev.spikelane.connection.Connection;
import dev.spikelane.connection.operator.Operator;
import dev.spikelane.description.OperatorDescription;
import dev.spikelane.description.ProjectionDescription;
import dev.spikelane.description.SourceDescription;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Network;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** Writes the step of a projection, operator by operator. */
final class CPath {

    private final CFile file;
    private final Network network;
    private final ProjectionDescription declared;
    private final List<OperatorDescription> described;
    private final List<Operator> operators;
    /** Spike values of the row that enters the next operator. */
    private Parameter carried;

    CPath(CFile file, Network network, int projection) {
        this.file = file;
        this.network = network;
        this.declared = network.laidOut().description().projections().get(projection);
        this.described = network.laidOut().description().operators(projection);
        this.operators = network.laidOut().chain(projection).operators();
        this.carried = declared.source() instanceof SourceDescription.OfSpikes spikes
                ? network.laidOut().population(spikes.population()).inside().spikeValue()
                : Parameter.of(1);
    }

    void write(CRow from, String into, Function<Connection, Consumer<COperator>> forms) {
        file.comment(declared.name() + ": " + declared.describePath());
        CRow row = from;
        for (int i = 0; i < operators.size(); i++) {
            boolean last = i == operators.size() - 1;
            OperatorDescription operator = described.get(i);
            Operator bound = operators.get(i);
            String to = last ? into : file.room("scratch" + i % 2, bound.outputs());
            CProduct product = new CProduct(file, network, operator, carried);
            try {
                if (bound.multipliesBits()) {
                    throw new UnsupportedOperationException("it multiplies bits of whole numbers");
                }
                forms.apply(operator.connection()).accept(new COperator(file, product, operator, bound, row, to));
            } catch (UnsupportedOperationException refused) {
                throw new IllegalArgumentException(
                        "projection '" + declared.name() + "' has " + operator.connection()
                                + ", which cannot be written in C: " + refused.getMessage(),
                        refused);
            }
            row = new CRow(to, false);
            carried = Parameter.of(1);
        }
    }

    /** Reorders a row from torch's order to the inner order, or back. */
    static void reorder(CFile file, Shape shape, String from, String to, boolean inside) {
        int positions = shape.size() / shape.channels();
        String[] at = {CText.of("p * %d + c", shape.channels()), CText.of("c * %d + p", positions)};
        String row = from.contains(" ") ? "(" + from + ")" : from;
        file.step.append(
                CText.of("""
                    for (int c = 0; c < %d; c++) {
                        for (int p = 0; p < %d; p++) {
                            %s[%s] = %s[%s];
                        }
                    }
                """.indent(4), shape.channels(), positions, to, at[inside ? 0 : 1], row, at[inside ? 1 : 0]));
    }
}
