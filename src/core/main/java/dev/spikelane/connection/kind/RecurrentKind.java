package dev.spikelane.connection.kind;

import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Recurrent;
import dev.spikelane.connection.operator.DenseOperator;
import dev.spikelane.connection.operator.Operator;
import dev.spikelane.connection.operator.ValueDescription;
import dev.spikelane.io.file.JsonValue;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.SequencedMap;

/** Connections from all neurons to all neurons, summed in snnTorch's order of recurrent spikes. */
final class RecurrentKind extends ConnectionKind<Recurrent> {

    RecurrentKind() {
        super(Recurrent.class, "recurrent", Trait.SUMS, Trait.VALUES);
    }

    @Override
    public List<ValueDescription> values(Recurrent declared, Shape rows) {
        return ValueDescription.dense(declared.inputs(), declared.outputs(), declared.biased());
    }

    @Override
    public SequencedMap<String, Number> options(Recurrent declared) {
        return DenseKind.sizes(declared.inputs(), declared.outputs(), declared.biased());
    }

    @Override
    public Connection withRows(Recurrent declared) {
        return declared;
    }

    @Override
    public Operator bind(Arena arena, Recurrent declared, Shape rows, Parameter spikeValue) {
        return new DenseOperator(arena, declared, rows, declared.outputShape(rows), spikeValue);
    }

    @Override
    public Connection read(JsonValue declared, StoredValues values) throws IOException {
        FloatMatrix weights = values.floats(ValueDescription.WEIGHT, 2);
        Recurrent recurrent = declared.members().containsKey(ValueDescription.BIAS)
                ? new Recurrent(weights)
                : new Recurrent(weights, values.floats(ValueDescription.BIAS, 1));
        requireOptions(declared, options(recurrent), values);
        return recurrent;
    }
}
