package dev.spikelane.connection.kind;

import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.operator.DenseOperator;
import dev.spikelane.connection.operator.Operator;
import dev.spikelane.connection.operator.ValueDescription;
import dev.spikelane.io.file.JsonValue;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.IntegerMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Function;

/** Dense connections: a matrix of weights, and a bias unless it is left out. */
final class DenseKind extends ConnectionKind<Dense> {

    DenseKind() {
        super(Dense.class, "dense", Trait.INNER_ORDER, Trait.SUMS, Trait.VALUES);
    }

    static SequencedMap<String, Number> sizes(int inputs, int outputs) {
        SequencedMap<String, Number> sizes = new LinkedHashMap<>();
        sizes.put("inputs", inputs);
        sizes.put("outputs", outputs);
        return sizes;
    }

    /** Names a bias only if there is none, so that earlier descriptions of biased connections stay valid. */
    static SequencedMap<String, Number> sizes(int inputs, int outputs, boolean biased) {
        SequencedMap<String, Number> sizes = sizes(inputs, outputs);
        if (!biased) {
            sizes.put(ValueDescription.BIAS, 0);
        }
        return sizes;
    }

    @Override
    public List<ValueDescription> values(Dense declared, Shape rows) {
        return ValueDescription.dense(declared.inputs(), declared.outputs(), declared.biased());
    }

    @Override
    public SequencedMap<String, Number> options(Dense declared) {
        return sizes(declared.inputs(), declared.outputs(), declared.biased());
    }

    @Override
    public Connection withRows(Dense declared) {
        return declared.biased() ? declared : Dense.of(declared.weights(), declared.bias());
    }

    @Override
    public Operator bind(Arena arena, Dense declared, Shape rows, Parameter spikeValue) {
        return new DenseOperator(arena, declared, rows, spikeValue);
    }

    @Override
    public Connection quantized(Dense declared, ElementType type, Function<String, FloatMatrix> present) {
        return withIntegers(declared, nearest(type, present), present);
    }

    @Override
    public Connection withIntegers(Dense declared, IntegerMatrix integers, Function<String, FloatMatrix> present) {
        return Dense.integers(integers, declared.biased() ? present.apply(ValueDescription.BIAS) : declared.bias());
    }

    @Override
    public Connection read(JsonValue declared, StoredValues values) throws IOException {
        boolean biased = !declared.members().containsKey(ValueDescription.BIAS);
        if (values.staysInteger(ValueDescription.WEIGHT)) {
            IntegerMatrix weights = values.integers(ValueDescription.WEIGHT, 2);
            Dense.Integers integers =
                    biased ? Dense.integers(weights, values.floats(ValueDescription.BIAS, 1)) : Dense.integers(weights);
            requireOptions(declared, sizes(integers.inputs(), integers.outputs(), biased), values);
            return integers;
        }
        FloatMatrix weights = values.floats(ValueDescription.WEIGHT, 2);
        Dense floats = biased ? Dense.of(weights, values.floats(ValueDescription.BIAS, 1)) : Dense.of(weights);
        requireOptions(declared, options(floats), values);
        return floats;
    }
}
