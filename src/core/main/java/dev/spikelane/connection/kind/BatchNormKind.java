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

/** Batch normalization: a learned weight and bias for each channel, and running values. */
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
    public List<ValueDescription> values(BatchNorm declared, Shape rows) {
        List<ValueDescription> values = new ArrayList<>();
        for (int step = 0; step < Math.max(1, declared.steps()); step++) {
            String set = declared.steps() == 0 ? "" : step + ".";
            if (declared.affine()) {
                values.add(ValueDescription.weight(set + ValueDescription.WEIGHT, declared.channels()));
            }
            if (declared.affine() && declared.steps() == 0) {
                values.add(ValueDescription.weight(ValueDescription.BIAS, declared.channels()));
            }
            values.add(ValueDescription.buffer(set + BatchNormOperator.RUNNING_MEAN, declared.channels()));
            values.add(ValueDescription.buffer(set + BatchNormOperator.RUNNING_VARIANCE, declared.channels()));
            values.add(ValueDescription.count(set + BatchNormOperator.BATCHES));
        }
        return values;
    }

    @Override
    public SequencedMap<String, Number> options(BatchNorm declared) {
        SequencedMap<String, Number> options = new LinkedHashMap<>();
        options.put(CHANNELS, declared.channels());
        options.put(EPSILON, declared.epsilon());
        options.put(MOMENTUM, declared.momentum());
        options.put(AFFINE, declared.affine() ? 1 : 0);
        if (declared.steps() > 0) {
            options.put(STEPS, declared.steps());
        }
        if (declared.gain() > 0) {
            options.put(GAIN, declared.gain());
        }
        return options;
    }

    @Override
    public Operator bind(Arena arena, BatchNorm declared, Shape rows, Parameter spikeValue) {
        return new BatchNormOperator(arena, declared, rows, values(declared, rows));
    }

    @Override
    public Connection quantized(BatchNorm declared, ElementType type, Function<String, FloatMatrix> present) {
        throw new IllegalArgumentException(
                declared + " would have to be folded into the weights before it, expected a path without it");
    }

    /** Returns a connection with initial values, which are replaced when all values of the file are read. */
    @Override
    public Connection read(JsonValue declared, StoredValues values) throws IOException {
        requireOptions(declared, Set.of(CHANNELS, EPSILON, MOMENTUM, AFFINE, STEPS, GAIN));
        int steps = declared.members().containsKey(STEPS)
                ? (int) declared.member(STEPS).integer(1, Integer.MAX_VALUE)
                : 0;
        for (int step = 0; step < steps; step++) { // bounds the memory that a small file can request
            values.floats(step + "." + BatchNormOperator.RUNNING_MEAN, 1);
        }
        return new BatchNorm(
                (int) declared.member(CHANNELS).integer(1, Integer.MAX_VALUE),
                declared.member(EPSILON).real(),
                declared.member(MOMENTUM).real(),
                declared.member(AFFINE).integer(0, 1) == 1,
                steps,
                declared.members().containsKey(GAIN) ? declared.member(GAIN).real() : 0);
    }
}
