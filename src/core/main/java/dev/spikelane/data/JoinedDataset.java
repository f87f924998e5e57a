package dev.spikelane.data;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/** Samples with the values of two data sets. */
final class JoinedDataset extends DerivedDataset {

    private final Dataset second;
    private final Shape shape;
    /** Per thread, a row of each data set. */
    private final ThreadLocal<FloatMatrix[]> rows;

    JoinedDataset(Dataset first, Dataset second) {
        if (first.size() != second.size()) {
            throw new IllegalArgumentException(
                    "other has " + second.size() + " samples, expected " + first.size() + ", one for each");
        }
        super(first);
        this.second = second;
        int columns = first.shape().size();
        int more = second.shape().size();
        this.shape = Shape.of(Math.addExact(columns, more));
        this.rows = ThreadLocal.withInitial(
                () -> new FloatMatrix[] {FloatMatrix.zeros(1, columns), FloatMatrix.zeros(1, more)});
    }

    @Override
    public Shape shape() {
        return shape;
    }

    @Override
    public void read(int sample, FloatMatrix into, int row) {
        Objects.checkIndex(row, into.rows());
        into.requireShape("into", into.rows(), shape.size());
        FloatMatrix[] own = rows.get();
        source.read(sample, own[0], 0);
        second.read(sample, own[1], 0);
        long to = into.rowOffset(row);
        for (FloatMatrix values : own) {
            long bytes = (long) values.columns() * Float.BYTES;
            MemorySegment.copy(values.segment(), 0, into.segment(), to, bytes);
            to += bytes;
        }
    }

    /** Returns 0, because values and spikes cannot be joined. */
    @Override
    public int steps() {
        return 0;
    }

    @Override
    public String toString() {
        return source + " beside " + second;
    }
}
