package dev.spikelane.data;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Objects;

/** Samples whose values are those of a data set, and behind them those of another. */
final class JoinedDataset implements Dataset {

    private final Dataset first;
    private final Dataset second;
    private final Shape shape;
    /** A row of either for each thread that reads, as data sets may be read by any number of them. */
    private final ThreadLocal<FloatMatrix[]> rows;

    JoinedDataset(Dataset first, Dataset second) {
        if (first.size() != second.size()) {
            throw new IllegalArgumentException(
                    "other has " + second.size() + " samples, expected " + first.size() + ", one for each");
        }
        this.first = first;
        this.second = second;
        int columns = first.shape().size();
        int more = second.shape().size();
        this.shape = Shape.of(Math.addExact(columns, more));
        this.rows = ThreadLocal.withInitial(
                () -> new FloatMatrix[] {FloatMatrix.zeros(1, columns), FloatMatrix.zeros(1, more)});
    }

    @Override
    public int size() {
        return first.size();
    }

    @Override
    public Shape shape() {
        return shape;
    }

    @Override
    public int classes() {
        return first.classes();
    }

    @Override
    public int label(int sample) {
        return first.label(sample);
    }

    @Override
    public void read(int sample, FloatMatrix into, int row) {
        Objects.checkIndex(row, into.rows());
        into.requireShape("into", into.rows(), shape.size());
        FloatMatrix[] own = rows.get();
        first.read(sample, own[0], 0);
        second.read(sample, own[1], 0);
        long to = into.rowOffset(row);
        for (FloatMatrix values : own) {
            long bytes = (long) values.columns() * Float.BYTES;
            MemorySegment.copy(values.segment(), 0, into.segment(), to, bytes);
            to += bytes;
        }
    }

    @Override
    public int targetSize() {
        return first.targetSize();
    }

    @Override
    public void readTarget(int sample, FloatMatrix into, int row) {
        first.readTarget(sample, into, row);
    }

    @Override
    public Map<String, Integer> targetSizes() {
        return first.targetSizes();
    }

    @Override
    public void readTarget(String population, int sample, FloatMatrix into, int row) {
        first.readTarget(population, sample, into, row);
    }

    @Override
    public String toString() {
        return first + " beside " + second;
    }
}
