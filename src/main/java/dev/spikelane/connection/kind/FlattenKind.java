package dev.spikelane.connection.kind;

import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Flatten;
import dev.spikelane.connection.operator.FlattenOperator;
import dev.spikelane.connection.operator.Operator;
import dev.spikelane.io.file.JsonValue;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.Set;

/** Rows of numbers out of channels. */
final class FlattenKind extends ConnectionKind<Flatten> {

    FlattenKind() {
        super(Flatten.class, "flatten", Trait.FLATTENS);
    }

    @Override
    public Operator bind(Arena arena, Flatten said, Shape rows, Parameter spikeValue) {
        return new FlattenOperator(rows, spikeValue.values());
    }

    @Override
    public Connection read(JsonValue said, StoredValues values) throws IOException {
        requireOptions(said, Set.of());
        return new Flatten();
    }
}
