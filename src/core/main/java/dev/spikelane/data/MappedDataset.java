package dev.spikelane.data;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import java.util.Arrays;

/** A data set with scaled, normalized or flattened values. */
final class MappedDataset extends DerivedDataset {

    private enum Kind {
        NOTHING,
        SCALE,
        NORMALIZE
    }

    private final Shape shape;
    private final Kind kind;
    private final float[] first;
    private final float[] second;

    private MappedDataset(Dataset source, Shape shape, Kind kind, float[] first, float[] second) {
        super(source);
        this.shape = shape;
        this.kind = kind;
        this.first = first;
        this.second = second;
    }

    static Dataset scaled(Dataset source, float factor, float offset) {
        if (!Float.isFinite(factor) || !Float.isFinite(offset)) {
            throw new IllegalArgumentException(
                    "factor is " + factor + ", offset " + offset + ", expected finite numbers");
        }
        return new MappedDataset(source, source.shape(), Kind.SCALE, new float[] {factor}, new float[] {offset});
    }

    static Dataset normalized(Dataset source, float[] means, float[] deviations) {
        int channels = channels(source.shape());
        float[] deviationOf = perChannel("deviations", deviations, channels);
        for (float deviation : deviationOf) {
            if (deviation == 0) {
                throw new IllegalArgumentException(
                        "deviations are " + Arrays.toString(deviations) + ", expected none of 0");
            }
        }
        return new MappedDataset(
                source, source.shape(), Kind.NORMALIZE, perChannel("means", means, channels), deviationOf);
    }

    static Dataset shaped(Dataset source, Shape shape) {
        return new MappedDataset(source, shape, Kind.NOTHING, new float[0], new float[0]);
    }

    /** Returns the number of channels; a row of values is one channel. */
    private static int channels(Shape shape) {
        return shape.rank() == 1 ? 1 : shape.channels();
    }

    private static float[] perChannel(String name, float[] values, int channels) {
        if (values.length != 1 && values.length != channels) {
            throw new IllegalArgumentException(
                    name + " has " + values.length + " values, expected 1 or " + channels + ", one for each channel");
        }
        for (float value : values) {
            if (!Float.isFinite(value)) {
                throw new IllegalArgumentException(
                        name + " are " + Arrays.toString(values) + ", expected finite numbers");
            }
        }
        float[] each = new float[channels];
        for (int channel = 0; channel < channels; channel++) {
            each[channel] = values[values.length == 1 ? 0 : channel];
        }
        return each;
    }

    @Override
    public Shape shape() {
        return shape;
    }

    @Override
    public void read(int sample, FloatMatrix into, int row) {
        source.read(sample, into, row);
        if (kind == Kind.NOTHING) {
            return;
        }
        long at = into.rowOffset(row);
        int perChannel = shape.size() / first.length;
        for (int i = 0; i < shape.size(); i++) {
            float value = into.segment().get(JAVA_FLOAT, at + (long) i * Float.BYTES);
            float a = first[i / perChannel];
            float b = second[i / perChannel];
            float mapped = kind == Kind.SCALE ? value * a + b : (value - a) / b;
            into.segment().set(JAVA_FLOAT, at + (long) i * Float.BYTES, mapped);
        }
    }

    @Override
    public String toString() {
        return source.toString();
    }
}
