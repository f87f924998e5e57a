package dev.spikelane.connection.operator;

import dev.spikelane.connection.BlasDense;
import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Flatten;
import dev.spikelane.connection.IntegerDense;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.connection.Recurrent;
import dev.spikelane.connection.Scale;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.neuron.Parameter;
import java.lang.foreign.Arena;

/** Lays connections out. */
public final class Operators {

    private Operators() {}

    /**
     * Lays a connection out behind a source.
     *
     * @param arena the arena that owns the operator's memory; shared if several threads are to use it
     * @param connection what is said
     * @param rows the shape whose inner order (y, x, channel) the source's rows have; of the right size. A flat connection behind a
     *     flattened source is given the shape from before
     * @param spikeValue what one spike of the source carries: one value, or one for each input, in the order of the rows
     * @return an operator with weights of its own
     * @throws IllegalArgumentException if a size does not fit, or a weight times a spike's value is not finite
     */
    public static Operator bind(Arena arena, Connection connection, Shape rows, Parameter spikeValue) {
        return switch (connection) {
            case Dense dense -> new DenseOperator(arena, dense, rows, spikeValue);
            case IntegerDense integers -> new IntegerDenseOperator(arena, integers, rows, spikeValue);
            case BlasDense blas -> new BlasDenseOperator(arena, blas.dense(), rows, spikeValue);
            case Recurrent recurrent ->
                new DenseOperator(arena, recurrent, rows, recurrent.outputShape(rows), spikeValue);
            case Flatten _ -> new FlattenOperator(rows, spikeValue.values());
            case OneToOne each ->
                new ElementwiseOperator(
                        each.toString(), rows, inside(arena, each.weights(), rows), spikeValue.values(), true);
            case Scale scale ->
                new ElementwiseOperator(
                        scale.toString(),
                        rows,
                        inside(arena, Parameter.of(scale.factor()), rows),
                        spikeValue.values(),
                        false);
        };
    }

    /** A value for each input, from torch's order into that of the rows. */
    private static FloatMatrix inside(Arena arena, Parameter values, Shape rows) {
        FloatMatrix each = FloatMatrix.zeros(arena, 1, rows.size());
        for (int i = 0; i < rows.size(); i++) {
            each.set(0, i, values.value(rows.torch(i)));
        }
        return each;
    }
}
