package dev.spikelane.connection.kind;

import dev.spikelane.connection.Connection;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.connection.operator.ElementwiseOperator;
import dev.spikelane.connection.operator.Operator;
import dev.spikelane.io.file.JsonValue;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;

/** Products with one constant number. */
final class ScaleKind extends ConnectionKind<OneToOne.Scale> {

    private static final String FACTOR = "factor";

    ScaleKind() {
        super(OneToOne.Scale.class, "scale");
    }

    @Override
    public SequencedMap<String, Number> options(OneToOne.Scale declared) {
        SequencedMap<String, Number> options = new LinkedHashMap<>();
        options.put(FACTOR, declared.factor());
        return options;
    }

    @Override
    public Operator bind(Arena arena, OneToOne.Scale declared, Shape rows, Parameter spikeValue) {
        return ElementwiseOperator.of(
                arena, Parameter.of(declared.factor()), rows, List.of(), spikeValue, declared.toString());
    }

    @Override
    public Connection read(JsonValue declared, StoredValues values) throws IOException {
        requireOptions(declared, Set.of(FACTOR));
        return OneToOne.scale(declared.member(FACTOR).number());
    }
}
