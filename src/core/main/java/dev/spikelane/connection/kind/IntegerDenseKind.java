package dev.spikelane.connection.kind;

import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.operator.IntegerDenseOperator;
import dev.spikelane.connection.operator.Operator;
import dev.spikelane.connection.operator.ValueDescription;
import dev.spikelane.io.file.JsonValue;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.SequencedMap;

final class IntegerDenseKind extends ConnectionKind<Dense.Integers> {

    IntegerDenseKind() {
        super(Dense.Integers.class, "integer dense", Trait.INNER_ORDER, Trait.SUMS, Trait.VALUES);
    }

    /** Returns the scales first: code that reads and writes single values needs this order. */
    @Override
    public List<ValueDescription> values(Dense.Integers declared, Shape rows) {
        List<ValueDescription> dense = ValueDescription.dense(declared.inputs(), declared.outputs());
        return List.of(
                new ValueDescription(
                        ValueDescription.WEIGHT + ValueDescription.SCALE,
                        List.of(declared.weights().scales().length),
                        ElementType.FLOAT32,
                        ValueDescription.Role.BUFFER),
                new ValueDescription(
                        ValueDescription.WEIGHT,
                        dense.getFirst().shape(),
                        declared.weights().type(),
                        ValueDescription.Role.WEIGHT),
                dense.getLast());
    }

    @Override
    public SequencedMap<String, Number> options(Dense.Integers declared) {
        SequencedMap<String, Number> options = DenseKind.sizes(declared.inputs(), declared.outputs());
        options.put(BITS, declared.weights().type().bits());
        return options;
    }

    @Override
    public Operator bind(Arena arena, Dense.Integers declared, Shape rows, Parameter spikeValue) {
        return new IntegerDenseOperator(arena, declared, values(declared, rows), rows, spikeValue);
    }

    @Override
    public Connection read(JsonValue declared, StoredValues values) throws IOException {
        Dense.Integers integers =
                Dense.integers(integers(declared, values, 2), values.floats(ValueDescription.BIAS, 1));
        requireOptions(declared, options(integers), values);
        return integers;
    }
}
