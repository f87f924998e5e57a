package dev.spikelane.spark;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicReference;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Simulations are closed when a task ends, and when it fails. */
@Tag("local")
@ExtendWith(Sessions.class)
final class TaskEndTest {

    private static final AtomicReference<PartitionRun> RUN = new AtomicReference<>();

    @Test
    void tasksThatFailCloseWhatTheyOpened() {
        byte[] bytes = Samples.bytes(Samples.model(20));
        SpikelaneModel model = new SpikelaneModel()
                .setModel(bytes)
                .setInputCol("pixels")
                .setIdCol("id")
                .setBatchSize(8);
        Dataset<Row> images = Sessions.shared()
                .createDataFrame(Samples.rows(30), Samples.SCHEMA)
                .coalesce(1);
        InferencePlan plan = model.plan(Samples.SCHEMA);
        Dataset<Integer> failing = images.mapPartitions(
                (MapPartitionsFunction<Row, Integer>) rows -> {
                    PartitionRun run = new PartitionRun(CachedModel.of(plan.hash(), "float", () -> bytes), plan, rows);
                    RUN.set(run);
                    run.next();
                    assertFalse(run.isClosed(), "a batch has run");
                    throw new IllegalStateException("this task should fail");
                },
                Encoders.INT());
        assertThrows(SparkException.class, failing::collectAsList);
        assertTrue(RUN.get().isClosed());
        PartitionRun whole =
                new PartitionRun(CachedModel.of(plan.hash(), "float", () -> bytes), plan, images.toLocalIterator());
        whole.forEachRemaining(_ -> {});
        assertTrue(whole.isClosed());
    }
}
