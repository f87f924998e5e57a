package dev.spikelane.connection.kind;

import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.operator.BlasDenseOperator;
import dev.spikelane.connection.operator.Operator;
import dev.spikelane.connection.operator.ValueDescription;
import dev.spikelane.io.file.JsonValue;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.List;

/** Dense connections that OpenBLAS multiplies. Files cannot hold them, as a file must not load a shared library. */
final class BlasDenseKind extends ConnectionKind<Dense.ByOpenBlas> {

    BlasDenseKind() {
        super(Dense.ByOpenBlas.class, "dense by OpenBLAS", Trait.UNSTORED, Trait.INNER_ORDER, Trait.SUMS, Trait.VALUES);
    }

    @Override
    public List<ValueDescription> values(Dense.ByOpenBlas declared, Shape rows) {
        Dense dense = declared.dense();
        return ValueDescription.dense(dense.inputs(), dense.outputs(), dense.biased());
    }

    @Override
    public Operator bind(Arena arena, Dense.ByOpenBlas declared, Shape rows, Parameter spikeValue) {
        return new BlasDenseOperator(arena, declared.dense(), rows, spikeValue);
    }

    @Override
    public Connection read(JsonValue declared, StoredValues values) throws IOException {
        throw declared.unexpected("a connection that files may hold");
    }
}
