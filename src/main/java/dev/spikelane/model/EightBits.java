package dev.spikelane.model;

import dev.spikelane.io.Tensor;
import dev.spikelane.io.TensorType;
import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** Weights as whole numbers from -127 to 127 with a scale for each row: {@code weight = scale * item}, rounded once to float32. */
final class EightBits {

    private static final int MOST = 127;

    private EightBits() {}

    /** The items and the scales; to the nearest item, ties to even. */
    static List<Tensor> of(String name, FloatMatrix weights) {
        int rows = weights.rows();
        int columns = weights.columns();
        MemorySegment items = Arena.ofAuto().allocate((long) rows * columns);
        FloatMatrix scales = FloatMatrix.zeros(1, rows);
        for (int row = 0; row < rows; row++) {
            float largest = 0;
            for (int column = 0; column < columns; column++) {
                largest = Math.max(largest, Math.abs(weights.get(row, column)));
            }
            float scale = Math.max(largest / MOST, Float.MIN_VALUE);
            scales.set(0, row, scale);
            for (int column = 0; column < columns; column++) {
                long item = Math.round(Math.rint((double) weights.get(row, column) / scale));
                items.set(ValueLayout.JAVA_BYTE, (long) row * columns + column, (byte) Math.clamp(item, -MOST, MOST));
            }
        }
        return List.of(
                Tensor.of(name, TensorType.I8, List.of(rows, columns), items),
                Tensor.of(name + ModelFormat.SCALE, scales, List.of(rows)));
    }

    /** The weights that items and scales say. */
    static FloatMatrix widened(Tensor items, Tensor scales) {
        FloatMatrix weights = items.matrix();
        float[] scale = scales.floats();
        if (scale.length != weights.rows()) {
            throw new IllegalArgumentException(
                    scales + " has " + scale.length + " scales, expected one for each row of " + items);
        }
        for (int row = 0; row < weights.rows(); row++) {
            for (int column = 0; column < weights.columns(); column++) {
                weights.set(row, column, weights.get(row, column) * scale[row]);
            }
        }
        return weights;
    }
}
