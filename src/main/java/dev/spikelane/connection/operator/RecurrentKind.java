package dev.spikelane.connection.operator;

import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Recurrent;
import dev.spikelane.io.file.JsonValue;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.SequencedMap;

/** Connections of neurons to all of them, summed in snnTorch's order of what is fed back. */
final class RecurrentKind extends ConnectionKind<Recurrent> {

    RecurrentKind() {
        super(Recurrent.class, "recurrent");
    }

    @Override
    public boolean connectsAll() {
        return true;
    }

    @Override
    public boolean hasValues() {
        return true;
    }

    @Override
    public List<ValueDescription> values(Recurrent said, Shape rows) {
        return DenseKind.values(said.inputs(), said.outputs());
    }

    @Override
    public SequencedMap<String, Number> options(Recurrent said) {
        return DenseKind.sizes(said.inputs(), said.outputs());
    }

    @Override
    public Operator bind(Arena arena, Recurrent said, Shape rows, Parameter spikeValue) {
        return new DenseOperator(arena, said, rows, said.outputShape(rows), spikeValue);
    }

    @Override
    public Connection read(JsonValue said, StoredValues values) throws IOException {
        Recurrent recurrent = new Recurrent(values.floats(WEIGHT, 2), values.floats(BIAS, 1));
        requireOptions(said, options(recurrent), values);
        return recurrent;
    }
}
