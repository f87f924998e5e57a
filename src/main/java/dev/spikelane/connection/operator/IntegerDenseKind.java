package dev.spikelane.connection.operator;

import dev.spikelane.connection.Connection;
import dev.spikelane.connection.IntegerDense;
import dev.spikelane.io.file.JsonValue;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.SequencedMap;

/** Dense connections with integer weights. */
final class IntegerDenseKind extends ConnectionKind<IntegerDense> {

    IntegerDenseKind() {
        super(IntegerDense.class, "integer dense");
    }

    @Override
    public boolean takesInnerOrder() {
        return true;
    }

    @Override
    public boolean connectsAll() {
        return true;
    }

    @Override
    public boolean hasValues() {
        return true;
    }

    /** The scales come first, so that what is read and written one by one finds them. */
    @Override
    public List<ValueDescription> values(IntegerDense said, Shape rows) {
        List<ValueDescription> dense = DenseKind.values(said.inputs(), said.outputs());
        return List.of(
                new ValueDescription(
                        WEIGHT + ValueDescription.SCALE,
                        List.of(said.weights().scales().length),
                        ElementType.FLOAT32,
                        ValueDescription.Role.BUFFER),
                new ValueDescription(
                        WEIGHT, dense.getFirst().shape(), said.weights().type(), ValueDescription.Role.WEIGHT),
                dense.getLast());
    }

    @Override
    public SequencedMap<String, Number> options(IntegerDense said) {
        SequencedMap<String, Number> options = DenseKind.sizes(said.inputs(), said.outputs());
        options.put("bits", Byte.SIZE * said.weights().type().bytes());
        return options;
    }

    @Override
    public Operator bind(Arena arena, IntegerDense said, Shape rows, Parameter spikeValue) {
        return new IntegerDenseOperator(arena, said, values(said, rows), rows, spikeValue);
    }

    @Override
    public Connection read(JsonValue said, StoredValues values) throws IOException {
        IntegerDense integers = IntegerDense.of(values.integers(WEIGHT), values.floats(BIAS, 1));
        requireOptions(said, options(integers), values);
        return integers;
    }
}
