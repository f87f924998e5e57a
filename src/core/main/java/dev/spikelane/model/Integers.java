package dev.spikelane.model;

import dev.spikelane.io.Tensor;
import dev.spikelane.io.file.LittleEndian;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.IntegerMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Locale;

/** Integer weights with one scale, or one for each row: {@code weight = scale * item}, rounded once to float32. */
final class Integers {

    private Integers() {}

    static boolean isStored(Tensor tensor) {
        return tensor.type() == Tensor.Type.I8 || tensor.type() == Tensor.Type.I16;
    }

    static List<Tensor> of(String name, IntegerMatrix weights, List<Integer> shape) {
        return List.of(items(name, weights, shape), scales(name, weights));
    }

    static Tensor items(String name, IntegerMatrix weights, List<Integer> shape) {
        Tensor.Type type = weights.type() == ElementType.INT16 ? Tensor.Type.I16 : Tensor.Type.I8;
        return Tensor.of(name, type, shape, weights.segment());
    }

    private static Tensor scales(String name, IntegerMatrix weights) {
        float[] scales = weights.scales();
        return Tensor.of(name + ModelFormat.SCALE, FloatMatrix.vector(scales), List.of(scales.length));
    }

    static Tensor count(String name, long count) {
        MemorySegment bytes = MemorySegment.ofArray(new byte[Long.BYTES]);
        bytes.set(LittleEndian.LONG, 0, count);
        return Tensor.of(name, Tensor.Type.I64, List.of(), bytes);
    }

    /** Returns the count; negative if the number is not whole. */
    static long count(Tensor tensor) {
        if (tensor.type() == Tensor.Type.I64) {
            return tensor.bytes().get(LittleEndian.LONG, 0);
        }
        float value = tensor.floats()[0];
        return value == Math.rint(value) ? (long) value : -1;
    }

    static String roundings(Tensor exact) {
        long changed = 0;
        double most = 0;
        float[] rounded = exact.rounded().floats();
        for (int i = 0; i < rounded.length; i++) {
            double before = exact.bytes().get(LittleEndian.DOUBLE, (long) i * Double.BYTES);
            if (before != rounded[i] && !Double.isNaN(before)) {
                changed++;
                most = Math.max(most, Math.abs(rounded[i] - before) / Math.abs(before));
            }
        }
        return exact + ": " + changed + " of " + exact.count() + " numbers were rounded to float32"
                + (changed == 0 ? "" : String.format(Locale.ROOT, ", by %.1e of their size at most", most));
    }

    static IntegerMatrix of(Tensor items, Tensor scales) {
        int rows = items.shape().size() > 1 ? items.shape().getFirst() : 1;
        int columns = Math.toIntExact(items.count() / rows);
        float[] scale = scales.floats();
        if (scale.length != 1 && scale.length != rows) {
            throw new IllegalArgumentException(
                    scales + " has " + scale.length + " scales, expected one for each row of " + items + ", or one");
        }
        return items.type() == Tensor.Type.I8
                ? IntegerMatrix.of(rows, columns, items.bytes().toArray(ValueLayout.JAVA_BYTE), scale)
                : IntegerMatrix.of(rows, columns, items.bytes().toArray(LittleEndian.SHORT), scale);
    }
}
