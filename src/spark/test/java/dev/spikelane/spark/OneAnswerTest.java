package dev.spikelane.spark;

import static org.apache.spark.sql.functions.rand;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.data.InputEncoding;
import dev.spikelane.encode.Rate;
import dev.spikelane.model.Model;
import dev.spikelane.train.Decoding;
import java.io.File;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Labels, counts, first spikes and operations of 10,000 images are those of one machine, however Spark cuts them. */
@ExtendWith(Sessions.class)
final class OneAnswerTest {

    private static final int IMAGES = 10_000;
    private static final Model MODEL = Samples.looped(100);
    private static List<String> expected = List.of();
    private static Dataset<Row> images;

    @BeforeAll
    static void run() {
        InputEncoding rate = InputEncoding.rate(new Rate(), Samples.STEPS);
        expected = Samples.answers(MODEL, Samples.local(IMAGES), rate, Decoding.COUNT);
        images = Sessions.shared()
                .createDataFrame(Samples.rows(IMAGES), Samples.SCHEMA)
                .cache();
        assertTrue(expected.stream().distinct().count() > IMAGES / 2, "samples should differ");
    }

    @AfterAll
    static void free() {
        images.unpersist();
    }

    private static SpikelaneModel model(int batch) {
        return new SpikelaneModel()
                .setModel(Samples.bytes(MODEL))
                .setInputCol("pixels")
                .setIdCol("id")
                .setSeed(Samples.SEED)
                .setBatchSize(batch);
    }

    private static List<String> answers(Dataset<Row> predicted) {
        return predicted.orderBy("id").select("prediction").collectAsList().stream()
                .map(row -> Samples.answer(row.getStruct(0)))
                .toList();
    }

    @ParameterizedTest
    @CsvSource({"1, 256", "2, 64", "7, 256", "7, 64", "2, 1"})
    void partitionsAndBatchesDoNotShow(int partitions, int batch) {
        assertEquals(expected, answers(model(batch).transform(images.repartition(partitions))));
    }

    @Test
    void orderDoesNotShow() {
        assertEquals(expected, answers(model(100).transform(images.orderBy(rand(7)))));
    }

    /** Each second task fails at first, in the middle of its rows. */
    @Test
    void failedTasksDoNotShow() {
        assertEquals(expected, answers(failing(task -> {
            if (task.attemptNumber() == 0) {
                throw new IllegalStateException("this attempt should fail");
            }
        })));
    }

    /** The JVM of a task ends at once, as if it were killed; a file tells those that come after it. */
    @Tag("cluster")
    @Test
    void lostExecutorsDoNotShow(@TempDir Path folder) {
        String lost = folder.resolve("lost").toString();
        assertEquals(expected, answers(failing(task -> {
            if (new File(lost + task.partitionId()).createNewFile()) {
                Runtime.getRuntime().halt(137);
            }
        })));
    }

    /** A retry, in a cluster that of a new JVM, takes the bytes that the driver read, whatever the file holds then. */
    @Test
    void aModelFileThatChangesDoesNotShow(@TempDir Path folder) throws IOException {
        Path file = Files.write(folder.resolve("model.safetensors"), Samples.bytes(MODEL));
        String changing = file.toString();
        String changed = folder.resolve("changed").toString();
        boolean halts = Sessions.isCluster();
        assertEquals(expected, answers(failing(model(64).setModel(changing), _ -> {
            if (new File(changed).createNewFile()) {
                Files.write(Path.of(changing), new byte[] {1, 2, 3});
                if (halts) {
                    Runtime.getRuntime().halt(137);
                }
                throw new IllegalStateException("this attempt should fail");
            }
        })));
        assertEquals(3, Files.size(file));
    }

    /** Something that goes wrong in a task. */
    private interface Fault extends Serializable {
        void in(TaskContext task) throws IOException;
    }

    private static Dataset<Row> failing(Fault fault) {
        return failing(model(64), fault);
    }

    private static Dataset<Row> failing(SpikelaneModel model, Fault fault) {
        return model.transform(images.repartition(4))
                .map(
                        (MapFunction<Row, Row>) row -> {
                            TaskContext task = TaskContext.get();
                            if (task.partitionId() % 2 == 0 && row.getLong(0) % 100 == 0) {
                                fault.in(task);
                            }
                            return row;
                        },
                        Encoders.row(model(1).transformSchema(Samples.SCHEMA)));
    }
}
