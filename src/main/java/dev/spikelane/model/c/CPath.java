package dev.spikelane.model.c;

import dev.spikelane.connection.BatchNorm;
import dev.spikelane.connection.BlasDense;
import dev.spikelane.connection.Convolution;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Flatten;
import dev.spikelane.connection.IntegerDense;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.connection.Pool;
import dev.spikelane.connection.Recurrent;
import dev.spikelane.connection.Scale;
import dev.spikelane.connection.operator.BatchNormOperator;
import dev.spikelane.connection.operator.Operator;
import dev.spikelane.connection.operator.PoolOperator;
import dev.spikelane.description.OperatorDescription;
import dev.spikelane.description.ProjectionDescription;
import dev.spikelane.description.SourceDescription;
import dev.spikelane.equation.Op;
import dev.spikelane.kernel.base.TorchLayout;
import dev.spikelane.kernel.map.MapPool;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Network;
import java.util.Arrays;
import java.util.List;

/** Writes what a projection makes of its source in a step: operator after operator. */
final class CPath {

    private final CFile file;
    private final Network network;
    private final ProjectionDescription said;
    private final List<OperatorDescription> described;
    private final List<Operator> operators;
    /** What a spike of the next operator's rows carries, in their order. */
    private Parameter carried;

    CPath(CFile file, Network network, int projection) {
        this.file = file;
        this.network = network;
        this.said = network.laidOut().description().projections().get(projection);
        this.described = network.laidOut().description().operators(projection);
        this.operators = network.laidOut().chain(projection).operators();
        this.carried = said.source() instanceof SourceDescription.OfSpikes spikes
                ? network.laidOut().population(spikes.population()).inside().spikeValue()
                : Parameter.of(1);
    }

    /** Throws where C has no such connection. */
    static void require(ProjectionDescription projection) {
        projection.path().forEach(connection -> {
            String why = switch (connection) {
                case BlasDense _ -> "its sums have the order of a shared library";
                case BatchNorm norm when norm.steps() > 0 -> "it has values for each step";
                default -> "";
            };
            if (!why.isEmpty()) {
                throw new IllegalArgumentException("projection '" + projection.name() + "' has " + connection
                        + ", which cannot be written in C: " + why);
            }
        });
    }

    /** Writes the statements that fill an array. */
    void write(CRow from, String into) {
        file.comment(said.name() + ": " + said.describePath());
        CRow row = from;
        for (int i = 0; i < operators.size(); i++) {
            boolean last = i == operators.size() - 1;
            String to =
                    last ? into : file.room("scratch" + i % 2, operators.get(i).outputs());
            write(described.get(i), operators.get(i), row, to);
            row = new CRow(to, false);
            carried = Parameter.of(1);
        }
    }

    private void write(OperatorDescription operator, Operator bound, CRow row, String to) {
        CProduct product = new CProduct(file, network, operator, carried);
        switch (operator.connection()) {
            case Dense said -> product.dense(said.outputs(), row, to);
            case IntegerDense _ -> product.integers(row, to);
            case Recurrent said -> product.recurrent(said, row, to);
            case Convolution said -> product.convolution(said, row, to);
            case OneToOne _ -> scaled(operator, TorchLayout.inside(operator.rows(), weights(operator)), row, to);
            case Scale scale -> scaled(operator, filled(bound.inputs(), scale.factor()), row, to);
            case BatchNorm _ -> normalized(operator, ((BatchNormOperator) bound), row, to);
            case Pool _ -> pool(operator, (PoolOperator) bound, expanded(operator, bound, row, to), to);
            case Flatten said -> flatten(operator.rows(), said, expanded(operator, bound, row, to), to);
            case BlasDense _ -> throw new AssertionError(operator);
        }
    }

    private float[] weights(OperatorDescription operator) {
        FloatMatrix weights = network.weights().get(operator.owner() + ".weight");
        float[] each = weights.toArray();
        return each.length == 1 ? filled(operator.rows().size(), each[0]) : each;
    }

    private static float[] filled(int count, float value) {
        float[] values = new float[count];
        Arrays.fill(values, value);
        return values;
    }

    private void scaled(OperatorDescription operator, float[] weights, CRow row, String to) {
        float[] by = weights.clone();
        for (int i = 0; row.spikes() && i < by.length; i++) {
            by[i] *= carried.value(i);
        }
        CFunction called = row.spikes() ? CFunction.SCALE_SPIKES : CFunction.SCALE_VALUES;
        file.call(called);
        String name = file.floats(operator.owner() + "_weight", by);
        file.statement(
                "%s(%d, %s, %s, %s)", row.spikes() ? "spikes_scaled" : "values_scaled", by.length, row.c(), name, to);
    }

    /** What spikes carry, as values, in memory that is not the result's. */
    private CRow expanded(OperatorDescription operator, Operator bound, CRow row, String result) {
        if (!row.spikes()) {
            return row;
        }
        String to = file.room(result.equals("scratch1") ? "scratch0" : "scratch1", bound.inputs());
        scaled(operator, filled(bound.inputs(), 1), row, to);
        return new CRow(to, false);
    }

    private void normalized(OperatorDescription operator, BatchNormOperator bound, CRow row, String to) {
        int channels = ((BatchNorm) operator.connection()).channels();
        String factors =
                file.floats(operator.owner() + "_factor", first(bound.factors().factors(), channels));
        String terms =
                file.floats(operator.owner() + "_term", first(bound.factors().terms(), channels));
        file.call(CFunction.AFFINE);
        file.operations.add(Op.FMA);
        file.statement(
                "values_normalized(%d, %d, %s, %s, %s, %s)", bound.inputs(), channels, row.c(), factors, terms, to);
    }

    private static float[] first(FloatMatrix row, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = row.get(0, i);
        }
        return values;
    }

    private void pool(OperatorDescription operator, PoolOperator bound, CRow row, String to) {
        MapPool pool = bound.pool();
        String layer = CProduct.layer(
                file, operator.owner() + "_pool", pool.window(), pool.window().channels(), 1, 1);
        file.call(CFunction.PLACE, CFunction.WALK, bound.isMax() ? CFunction.POOL_MAX : CFunction.POOL_SUM);
        if (bound.isMax()) {
            file.statement("pool_max(&%s, %s, %s)", layer, row.c(), to);
            return;
        }
        float[] divisors = pool.divisors();
        String divided = divisors == null ? "0" : file.floats(operator.owner() + "_divisors", divisors);
        file.statement("pool_sum(&%s, %s, %s, %s)", layer, row.c(), divided, to);
    }

    private void flatten(Shape shape, Flatten said, CRow row, String to) {
        Shape made = said.outputShape(shape);
        if (made.rank() == 1) {
            reorder(file, shape, row.c(), to, false);
            return;
        }
        int positions = shape.size() / shape.channels();
        int width = made.size() / made.channels();
        file.step.append("""
                    for (int i = 0; i < %d; i++) {
                        %s[i %% %d * %d + i / %d] = (%s)[i %% %d * %d + i / %d];
                    }
                """.indent(4)
                .formatted(
                        made.size(), to, width, made.channels(), width, row.c(), positions, shape.channels(),
                        positions));
    }

    /** Copies a row from torch's order into the inner one, or back. */
    static void reorder(CFile file, Shape shape, String from, String to, boolean inside) {
        int positions = shape.size() / shape.channels();
        String[] at = {"p * %d + c".formatted(shape.channels()), "c * %d + p".formatted(positions)};
        String row = from.contains(" ") ? "(" + from + ")" : from;
        file.step.append(
                """
                    for (int c = 0; c < %d; c++) {
                        for (int p = 0; p < %d; p++) {
                            %s[%s] = %s[%s];
                        }
                    }
                """.indent(4).formatted(shape.channels(), positions, to, at[inside ? 0 : 1], row, at[inside ? 1 : 0]));
    }
}
