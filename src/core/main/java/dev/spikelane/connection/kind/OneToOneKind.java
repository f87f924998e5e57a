package dev.spikelane.connection.kind;

import dev.spikelane.connection.Connection;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.connection.operator.ElementwiseOperator;
import dev.spikelane.connection.operator.Operator;
import dev.spikelane.connection.operator.ValueDescription;
import dev.spikelane.io.file.JsonValue;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Set;

/** Connections of each input to the output with its index. One weight for all becomes one weight for each. */
final class OneToOneKind extends ConnectionKind<OneToOne> {

    OneToOneKind() {
        super(OneToOne.class, "one to one", Trait.VALUES);
    }

    @Override
    public List<ValueDescription> values(OneToOne declared, Shape rows) {
        return List.of(ValueDescription.weight(ValueDescription.WEIGHT, rows.size()));
    }

    @Override
    public Operator bind(Arena arena, OneToOne declared, Shape rows, Parameter spikeValue) {
        return ElementwiseOperator.of(
                arena, declared.weights(), rows, values(declared, rows), spikeValue, declared.toString());
    }

    @Override
    public Connection read(JsonValue declared, StoredValues values) throws IOException {
        requireOptions(declared, Set.of());
        return new OneToOne(
                Parameter.of(values.floats(ValueDescription.WEIGHT, 1).toArray()));
    }
}
