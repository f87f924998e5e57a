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
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.Set;

/** Reorders channels to rows of numbers. */
final class FlattenKind extends ConnectionKind<Flatten> {

    private static final String FIRST = "start_dim";
    private static final String LAST = "end_dim";

    FlattenKind() {
        super(Flatten.class, "flatten", Trait.FLATTENS);
    }

    /** Returns no options for a flatten of all dimensions, as in earlier files. */
    @Override
    public SequencedMap<String, Number> options(Flatten declared) {
        SequencedMap<String, Number> options = new LinkedHashMap<>();
        if (!declared.equals(new Flatten())) {
            options.put(FIRST, declared.first());
            options.put(LAST, declared.last());
        }
        return options;
    }

    @Override
    public Operator bind(Arena arena, Flatten declared, Shape rows, Parameter spikeValue) {
        return new FlattenOperator(rows, declared.outputShape(rows), spikeValue.values());
    }

    @Override
    public Connection read(JsonValue declared, StoredValues values) throws IOException {
        if (!declared.members().containsKey(FIRST)) {
            requireOptions(declared, Set.of());
            return new Flatten();
        }
        requireOptions(declared, Set.of(FIRST, LAST));
        return new Flatten((int) declared.member(FIRST).integer(0, 2), (int)
                declared.member(LAST).integer(-1, 2));
    }
}
