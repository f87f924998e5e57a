package dev.spikelane.spark;

import dev.spikelane.data.Dataset;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.spark.round.RowValues;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/**
 * The rows of a training run, numbered in the order of their ids. A {@code TrainingRun} reads values only to compare
 * them with a checkpoint.
 */
final class TrainingRows implements Dataset, AutoCloseable {

    private final JavaPairRDD<Long, byte[]> sorted;
    private final JavaRDD<byte[]> numbered;
    private final RowValues values;
    private final Shape shape;
    private final int classes;
    private final int[] labels;
    private final Map<Integer, byte[]> kept = new HashMap<>();
    private Iterator<byte[]> ascending = Collections.emptyIterator();
    private int passed = Integer.MAX_VALUE;

    /** The labels of a partition, and a repeated id. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Part(int[] labels, Object[] repeated) implements Serializable {}

    /**
     * Sorts and numbers the rows.
     *
     * @param rows ids, and rows in the format of {@link RowValues}
     * @throws IllegalArgumentException if there are no rows, or ids repeat
     */
    TrainingRows(JavaPairRDD<Long, byte[]> rows, RowValues values, Shape shape, int classes) {
        this.values = values;
        this.shape = shape;
        this.classes = classes;
        List<Part> parts;
        try {
            this.sorted = rows.sortByKey().persist(StorageLevel.MEMORY_AND_DISK()); // sorting samples the ids
            parts = sorted.mapPartitions(TrainingRows::part).collect();
        } catch (Exception failed) { // Spark throws checked exceptions without declaring them
            InvalidRowException row = InvalidRowException.in(failed);
            if (row != null) {
                throw row;
            }
            throw failed;
        }
        int[] first = new int[parts.size()];
        long count = 0;
        for (int i = 0; i < first.length; i++) {
            if (parts.get(i).repeated.length > 0) {
                throw refused("id " + parts.get(i).repeated[0] + " is there twice, expected each once, since rows are"
                        + " numbered by their ids");
            }
            first[i] = Math.toIntExact(count);
            count += parts.get(i).labels.length;
        }
        if (count == 0) {
            throw refused("there are no rows, expected at least one");
        }
        this.labels =
                parts.stream().flatMapToInt(part -> Arrays.stream(part.labels)).toArray();
        this.numbered = sorted.mapPartitionsWithIndex((part, all) -> new Numbered(first[part], all), true);
    }

    private IllegalArgumentException refused(String why) {
        close();
        return new IllegalArgumentException(why);
    }

    /** Returns the labels and a repeated id of a partition, in which equal ids are adjacent. */
    private static Iterator<Part> part(Iterator<Tuple2<Long, byte[]>> rows) {
        List<Integer> labels = new ArrayList<>();
        long before = 0;
        while (rows.hasNext()) {
            Tuple2<Long, byte[]> row = rows.next();
            if (!labels.isEmpty() && row._1() == before) {
                return List.of(new Part(new int[0], new Object[] {before})).iterator();
            }
            before = row._1();
            labels.add(RowValues.label(row._2()));
        }
        return List.of(new Part(labels.stream().mapToInt(Integer::intValue).toArray(), new Object[0]))
                .iterator();
    }

    private static final class Numbered implements Iterator<byte[]> {

        private final Iterator<Tuple2<Long, byte[]>> rows;
        private int number;

        Numbered(int first, Iterator<Tuple2<Long, byte[]>> rows) {
            this.rows = rows;
            this.number = first;
        }

        @Override
        public boolean hasNext() {
            return rows.hasNext();
        }

        @Override
        public byte[] next() {
            return RowValues.numbered(rows.next()._2(), number++);
        }
    }

    JavaRDD<byte[]> numbered() {
        return numbered;
    }

    /** Caches rows on the driver for reads in any order; other rows must be read in ascending order. */
    void keep(int... numbers) {
        Set<Integer> wanted = new HashSet<>();
        Arrays.stream(numbers).forEach(wanted::add);
        numbered.filter(row -> wanted.contains(RowValues.number(row)))
                .collect()
                .forEach(row -> kept.put(RowValues.number(row), row));
    }

    @Override
    public int size() {
        return labels.length;
    }

    @Override
    public Shape shape() {
        return shape;
    }

    @Override
    public int classes() {
        return classes;
    }

    @Override
    public int label(int sample) {
        return labels[sample];
    }

    @Override
    public void read(int sample, FloatMatrix into, int row) {
        byte[] known = kept.get(sample);
        values.read(known == null ? next(sample) : known, into, row);
    }

    /** Returns a row by reading on, or from the start if the row is before the last one. */
    private byte[] next(int sample) {
        if (sample < passed) {
            ascending = numbered.toLocalIterator();
            passed = 0;
        }
        byte[] row = ascending.next();
        for (passed++; passed <= sample; passed++) {
            row = ascending.next();
        }
        return row;
    }

    @Override
    public void close() {
        sorted.unpersist();
    }
}
