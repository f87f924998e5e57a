package dev.spikelane.connection.kind;

import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Psn;
import dev.spikelane.connection.operator.Operator;
import dev.spikelane.connection.operator.PsnOperator;
import dev.spikelane.connection.operator.ValueDescription;
import dev.spikelane.io.file.JsonValue;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Set;

/** Products over time: weights between the steps of a series, and a bias for each step. */
final class PsnKind extends ConnectionKind<Psn> {

    PsnKind() {
        super(Psn.class, "psn", Trait.VALUES);
    }

    @Override
    public List<ValueDescription> values(Psn declared, Shape rows) {
        return ValueDescription.dense(declared.steps(), declared.steps());
    }

    @Override
    public Operator bind(Arena arena, Psn declared, Shape rows, Parameter spikeValue) {
        return new PsnOperator(arena, declared, rows.size());
    }

    @Override
    public Connection read(JsonValue declared, StoredValues values) throws IOException {
        requireOptions(declared, Set.of());
        return new Psn(values.floats(ValueDescription.WEIGHT, 2), values.floats(ValueDescription.BIAS, 1));
    }
}
