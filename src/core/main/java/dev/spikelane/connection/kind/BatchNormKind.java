package dev.spikelane.connection.kind;

import dev.spikelane.connection.BatchNorm;
import dev.spikelane.connection.Connection;
import dev.spikelane.connection.operator.BatchNormOperator;
import dev.spikelane.connection.operator.Operator;
import dev.spikelane.connection.operator.ValueDescription;
import dev.spikelane.io.file.JsonValue;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Function;

/** Batch normalization: a weight and a bias for each channel, which are learned, and running values, which are not. */
final class BatchNormKind extends ConnectionKind<BatchNorm> {

    private static final String CHANNELS = "channels";
    private static final String EPSILON = "eps";
    private static final String MOMENTUM = "momentum";
    private static final String AFFINE = "affine";
    private static final String STEPS = "steps";
    private static final String GAIN = "gain";

    BatchNormKind() {
        super(BatchNorm.class, "batch norm", Trait.FOLDS, Trait.VALUES);
    }

    @Override
    public List<ValueDescription> values(BatchNorm said, Shape rows) {
        List<ValueDescription> values = new ArrayList<>();
        for (int step = 0; step < Math.max(1, said.steps()); step++) {
            String set = said.steps() == 0 ? "" : step + ".";
            if (said.affine()) {
                values.add(ValueDescription.weight(set + ValueDescription.WEIGHT, said.channels()));
            }
            if (said.affine() && said.steps() == 0) {
                values.add(ValueDescription.weight(ValueDescription.BIAS, said.channels()));
            }
            values.add(ValueDescription.buffer(set + BatchNormOperator.RUNNING_MEAN, said.channels()));
            values.add(ValueDescription.buffer(set + BatchNormOperator.RUNNING_VARIANCE, said.channels()));
            values.add(ValueDescription.count(set + BatchNormOperator.BATCHES));
        }
        return values;
    }

    @Override
    public SequencedMap<String, Number> options(BatchNorm said) {
        SequencedMap<String, Number> options = new LinkedHashMap<>();
        options.put(CHANNELS, said.channels());
        options.put(EPSILON, said.epsilon());
        options.put(MOMENTUM, said.momentum());
        options.put(AFFINE, said.affine() ? 1 : 0);
        if (said.steps() > 0) {
            options.put(STEPS, said.steps());
        }
        if (said.gain() > 0) {
            options.put(GAIN, said.gain());
        }
        return options;
    }

    @Override
    public Operator bind(Arena arena, BatchNorm said, Shape rows, Parameter spikeValue) {
        return new BatchNormOperator(arena, said, rows, values(said, rows));
    }

    @Override
    public Connection quantized(BatchNorm said, ElementType type, Function<String, FloatMatrix> present) {
        throw new IllegalArgumentException(
                said + " would have to be folded into the weights before it, expected a path without it");
    }

    /** Values are those of a new connection, until all of a file are taken. */
    @Override
    public Connection read(JsonValue said, StoredValues values) throws IOException {
        requireOptions(said, Set.of(CHANNELS, EPSILON, MOMENTUM, AFFINE, STEPS, GAIN));
        int steps = said.members().containsKey(STEPS) ? (int) said.member(STEPS).integer(1, Integer.MAX_VALUE) : 0;
        for (int step = 0; step < steps; step++) { // so that a small file cannot ask for much memory
            values.floats(step + "." + BatchNormOperator.RUNNING_MEAN, 1);
        }
        return new BatchNorm(
                (int) said.member(CHANNELS).integer(1, Integer.MAX_VALUE),
                said.member(EPSILON).real(),
                said.member(MOMENTUM).real(),
                said.member(AFFINE).integer(0, 1) == 1,
                steps,
                said.members().containsKey(GAIN) ? said.member(GAIN).real() : 0);
    }
}
