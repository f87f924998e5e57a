package dev.spikelane.spark;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.util.TaskCompletionListener;
import org.jspecify.annotations.Nullable;

/**
 * Classifies the rows of a partition in batches, in order. It closes its simulations after the last row or when the
 * task ends or fails.
 */
final class PartitionRun implements Iterator<Row>, AutoCloseable {

    private final CachedModel held;
    private final InferencePlan plan;
    private final InferencePlan.Columns columns;
    private final Iterator<Row> rows;
    private final SampleValues sample;
    private final SampleBatch batch;
    private final Deque<Row> done = new ArrayDeque<>();
    /** A simulation of the full batch size, and one of the last smaller size. */
    private final List<BatchRun> runs = new ArrayList<>();

    private final int threads;
    /** A row that was read for the next batch. */
    private @Nullable Row next;

    private long read;

    PartitionRun(CachedModel held, InferencePlan plan, Iterator<Row> rows) {
        this.held = held;
        this.plan = plan;
        this.columns = plan.columns();
        this.rows = rows;
        int values = SampleValues.count(plan, held.network());
        this.sample = new SampleValues(plan, values);
        this.batch = new SampleBatch(plan, values);
        TaskContext task = TaskContext.get();
        threads = task == null ? 1 : task.cpus();
        if (task != null) {
            task.addTaskCompletionListener((TaskCompletionListener) _ -> close());
        }
    }

    @Override
    public boolean hasNext() {
        while (done.isEmpty() && (next != null || rows.hasNext())) {
            fill();
            run();
        }
        if (done.isEmpty()) {
            close();
        }
        return !done.isEmpty();
    }

    @Override
    public Row next() {
        if (!hasNext()) {
            throw new NoSuchElementException("the partition has no more rows");
        }
        return done.remove();
    }

    private void fill() {
        batch.clear();
        while (next != null || rows.hasNext()) {
            Row row = next;
            if (row == null) {
                row = rows.next();
                read++;
            }
            boolean identified = columns.id() < 0 || !row.isNullAt(columns.id());
            long id = columns.id() < 0 || !identified
                    ? 0
                    : row.<Number>getAs(columns.id()).longValue();
            if (!batch.takes(id)) {
                next = row;
                return;
            }
            next = null;
            String wrong = identified ? sample.read(row) : "has no id";
            if (wrong == null) {
                batch.add(row, id, sample.values);
            } else {
                reject(row, identified ? "column '" + columns.inputName() + "' " + wrong : wrong, id);
            }
        }
    }

    private void reject(Row row, String wrong, long id) {
        switch (plan.handleInvalid()) {
            case "skip" -> {}
            case "keep" -> batch.addInvalid(row);
            default -> {
                TaskContext task = TaskContext.get();
                String where = columns.id() >= 0 && !row.isNullAt(columns.id())
                        ? "with id " + id
                        : read - 1 + " of partition " + (task == null ? 0 : task.partitionId());
                throw new InvalidRowException("row " + where + ": " + wrong);
            }
        }
    }

    private void run() {
        int samples = batch.samples();
        Row[] results = samples == 0 ? new Row[0] : of(samples).run(batch);
        int result = 0;
        for (int i = 0; i < batch.size(); i++) {
            Row row = batch.row(i);
            Object[] all = new Object[row.length() + 1];
            for (int column = 0; column < row.length(); column++) {
                all[column] = row.get(column);
            }
            if (batch.isValid(i)) {
                all[row.length()] = results[result];
                result++;
            }
            done.add(RowFactory.create(all));
        }
    }

    private BatchRun of(int samples) {
        for (BatchRun known : runs) {
            if (known.samples() == samples) {
                return known;
            }
        }
        while (runs.size() > 1) {
            runs.removeLast().close();
        }
        BatchRun made = new BatchRun(held, plan, samples, threads);
        runs.add(made);
        return made;
    }

    boolean isClosed() {
        return runs.isEmpty();
    }

    @Override
    public void close() {
        runs.forEach(BatchRun::close);
        runs.clear();
    }
}
