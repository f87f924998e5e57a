package dev.spikelane.data;

import dev.spikelane.kernel.encode.LabelRows;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

@SuppressWarnings("ArrayRecordComponent") // never compared
record ArrayDataset(
        Shape shape,
        FloatMatrix values,
        int[] labels,
        int classes,
        @Nullable FloatMatrix targets) implements Dataset {

    private static final int[] NO_LABELS = {};

    ArrayDataset {
        values.requireShape("values", values.rows(), shape.size());
        values.requireShared("values");
    }

    static ArrayDataset of(Shape shape, FloatMatrix values, int[] labels, int classes) {
        Objects.requireNonNull(values, "values");
        Objects.requireNonNull(labels, "labels");
        if (labels.length != values.rows()) {
            throw new IllegalArgumentException(
                    "there are " + labels.length + " labels, expected " + values.rows() + ", one for each sample");
        }
        LabelRows.requireClasses(labels, classes);
        return new ArrayDataset(shape, values, labels.clone(), classes, null);
    }

    static ArrayDataset ofTargets(Shape shape, FloatMatrix values, @Nullable FloatMatrix targets) {
        Objects.requireNonNull(shape, "shape");
        Objects.requireNonNull(values, "values");
        if (targets != null) {
            targets.requireShape("targets", values.rows(), targets.columns());
            targets.requireShared("targets");
        }
        return new ArrayDataset(shape, values, NO_LABELS, 0, targets);
    }

    @Override
    public int size() {
        return values.rows();
    }

    @Override
    public int label(int sample) {
        Objects.checkIndex(sample, size());
        return classes == 0 ? 0 : labels[sample];
    }

    @Override
    public void read(int sample, FloatMatrix into, int row) {
        copy(values, sample, into, row);
    }

    @Override
    public int targetSize() {
        return targets == null ? 0 : targets.columns();
    }

    @Override
    public void readTarget(int sample, FloatMatrix into, int row) {
        if (targets == null) {
            throw new IllegalStateException("data set has no targets, only labels");
        }
        copy(targets, sample, into, row);
    }

    static void copy(FloatMatrix from, int fromRow, FloatMatrix to, int toRow) {
        Objects.checkIndex(fromRow, from.rows());
        Objects.checkIndex(toRow, to.rows());
        to.requireShape("into", to.rows(), from.columns());
        long bytes = (long) from.columns() * Float.BYTES;
        MemorySegment.copy(from.segment(), from.rowOffset(fromRow), to.segment(), to.rowOffset(toRow), bytes);
    }

    @Override
    public String toString() {
        return size() + " samples of shape " + shape;
    }
}
