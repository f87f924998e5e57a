package dev.spikelane.spark;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Training on Spark is training on one machine. */
@ExtendWith(Sessions.class)
final class SpikelaneEstimatorTest {

    private static final Path FULL_DISK = Path.of("/dev/full");
    private static String expected = "";

    @TempDir
    private Path folder;

    @BeforeAll
    static void train() throws IOException {
        expected = TrainingCase.local(null, _ -> {});
    }

    @ParameterizedTest
    @CsvSource({"1, 3", "2, 1", "4, 7"})
    void weightsAreThoseOfOneMachine(int tasks, int partitions) {
        List<String> heard = new ArrayList<>();
        SpikelaneModel trained = TrainingCase.estimator()
                .setTasks(tasks)
                .onEpoch(epoch -> heard.add("epoch " + epoch.epoch()))
                .onTimes(heard::add)
                .fit(TrainingCase.rows(Sessions.shared(), partitions));
        assertEquals(expected, TrainingCase.hash(trained));
        assertEquals(4, heard.size());
        assertTrue(heard.getFirst().startsWith("epoch 1: rows repartitioned in "), heard.getFirst());
        assertEquals("epoch 1", heard.get(1));
        Row first = trained.transform(TrainingCase.rows(Sessions.shared(), 2).withColumnRenamed("class", "label"))
                .select("prediction.label")
                .head();
        assertTrue(first.getInt(0) < 10);
    }

    /** Floats travel as they are, and ids that are ints too. */
    @Test
    void vectorsAreTheSame() {
        Dataset<Row> rows = TrainingCase.rows(Sessions.shared(), 2);
        Sessions.shared()
                .udf()
                .register(
                        "floats",
                        (org.apache.spark.sql.api.java.UDF1<byte[], float[]>) bytes -> {
                            float[] floats = new float[bytes.length];
                            for (int i = 0; i < floats.length; i++) {
                                floats[i] = Byte.toUnsignedInt(bytes[i]) / 255f;
                            }
                            return floats;
                        },
                        org.apache.spark.sql.types.DataTypes.createArrayType(
                                org.apache.spark.sql.types.DataTypes.FloatType, false));
        Dataset<Row> floats = rows.withColumn("pixels", functions.callUDF("floats", functions.col("pixels")))
                .withColumn("key", functions.col("key").cast("int"))
                .withColumn("class", functions.col("class").cast("double"));
        assertEquals(expected, TrainingCase.hash(TrainingCase.estimator().fit(floats)));
    }

    /** Either side goes on from the other's checkpoint. */
    @Test
    void checkpointsAreThoseOfOneMachine() throws IOException {
        Dataset<Row> rows = TrainingCase.rows(Sessions.shared(), 2);
        Path begunHere = folder.resolve("here.safetensors");
        String stopped = TrainingCase.local(begunHere, run -> {
            if (run.epoch() == 2 && run.batch() == 3) {
                run.stop();
            }
        });
        assertNotEquals(expected, stopped);
        assertEquals(
                expected,
                TrainingCase.hash(TrainingCase.estimator()
                        .setCheckpoint(begunHere.toString())
                        .fit(rows)));
        Path begunThere = folder.resolve("there.safetensors");
        TrainingCase.estimator()
                .setCheckpoint(begunThere.toString())
                .setCheckpointEvery(3)
                .setEpochs(1)
                .fit(rows);
        assertEquals(expected, TrainingCase.local(begunThere, _ -> {}));
    }

    @Test
    void wrongRowsAreRefused() {
        Dataset<Row> rows = TrainingCase.rows(Sessions.shared(), 2);
        assertEquals(
                "id -993 is there twice, expected each once, since rows are numbered by their ids",
                refused(rows.union(one(-993, 3, Samples.pixels(1)))));
        assertTrue(
                refused(rows.union(one(5, 3, new byte[7]))).startsWith("row with id 5: column 'pixels' has 7 bytes"));
        for (int label : new int[] {-1, 10, 11}) {
            assertEquals(
                    "row with id 5: column 'class' is " + label + ", expected a class of [0, 10)",
                    refused(rows.union(one(5, label, Samples.pixels(1)))));
        }
        Dataset<Row> others = rows.union(one(5, 3, new byte[7])).union(one(6, 10, Samples.pixels(1)));
        assertEquals(
                expected,
                TrainingCase.hash(
                        TrainingCase.estimator().setHandleInvalid("skip").fit(others)));
        assertEquals("there are no rows, expected at least one", refused(rows.limit(0)));
        assertTrue(refused(rows.drop("class")).startsWith("there is no column 'class', found [key, pixels]"));
        assertTrue(refused(rows.withColumn("class", functions.lit("x")))
                .startsWith("column 'class' is string, expected a number"));
    }

    private static Dataset<Row> one(long key, int label, byte[] pixels) {
        return Sessions.shared().createDataFrame(List.of(RowFactory.create(key, label, pixels)), TrainingCase.SCHEMA);
    }

    private static String refused(Dataset<Row> rows) {
        return assertThrows(
                        IllegalArgumentException.class,
                        () -> TrainingCase.estimator().fit(rows))
                .getMessage();
    }

    @Test
    void estimatorsAreCopiedSavedAndLoaded() throws IOException {
        Dataset<Row> rows = TrainingCase.rows(Sessions.shared(), 2);
        SpikelaneEstimator estimator = TrainingCase.estimator();
        SpikelaneEstimator copy = estimator.copy(new ParamMap().put(estimator.epochs(), 1));
        assertEquals(1, copy.getOrDefault(copy.epochs()));
        assertEquals(TrainingCase.EPOCHS, estimator.getOrDefault(estimator.epochs()));
        assertEquals(
                expected,
                TrainingCase.hash(estimator
                        .copy(new ParamMap())
                        .fit(rows.withColumn("prediction", functions.lit("of a run before")))));
        Path saved = folder.resolve("saved");
        new Pipeline().setStages(new PipelineStage[] {estimator}).save(saved.toString());
        SpikelaneEstimator loaded =
                (SpikelaneEstimator) Pipeline.load(saved.toString()).getStages()[0];
        assertEquals(estimator.uid(), loaded.uid());
        assertEquals(
                estimator.uid() + " was loaded, and trainers are not saved, expected setTrainer before",
                assertThrows(IllegalStateException.class, () -> loaded.fit(rows))
                        .getMessage());
        assertEquals(
                expected,
                TrainingCase.hash(loaded.setTrainer(TrainingCase.TRAINER).fit(rows)));
        Path bare = folder.resolve("bare");
        new SpikelaneEstimator().setModel(TrainingCase.model()).save(bare.toString());
        assertArrayEquals(
                TrainingCase.model(),
                SpikelaneEstimator.load(bare.toString()).setIdCol("key").model());
        Files.delete(bare.resolve(".model.safetensors.crc"));
        Files.write(bare.resolve("model.safetensors"), Samples.bytes(Samples.model(41)));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> SpikelaneEstimator.load(bare.toString()))
                .getMessage()
                .contains("with which it was saved"));
    }

    @Test
    void aCheckpointWithoutAFolderIsOneClearError() {
        Path nowhere = folder.resolve("nowhere").resolve("run.safetensors");
        String message = assertThrows(
                        Exception.class,
                        () -> TrainingCase.estimator()
                                .setCheckpoint(nowhere.toString())
                                .fit(TrainingCase.rows(Sessions.shared(), 2)))
                .getMessage();
        assertTrue(message.contains(nowhere.getParent().toString()), message);
        assertTrue(Files.notExists(nowhere));
    }

    /** From the second epoch on the checkpoint leads to a device that is a full disk. */
    @Test
    void aFullDiskIsOneClearErrorAndTheCheckpointBeforeStays() throws IOException {
        assumeTrue(Files.exists(FULL_DISK), "no " + FULL_DISK);
        Path whole = folder.resolve("whole.safetensors");
        Path link = Files.createSymbolicLink(folder.resolve("run.safetensors"), whole);
        Dataset<Row> rows = TrainingCase.rows(Sessions.shared(), 2);
        SpikelaneEstimator filling =
                TrainingCase.estimator().setCheckpoint(link.toString()).onEpoch(_ -> leadTo(link, FULL_DISK));
        UncheckedIOException refused = assertThrows(UncheckedIOException.class, () -> filling.fit(rows));
        assertEquals(link + ": cannot be written, No space left on device", refused.getMessage());
        Files.delete(link);
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(List.of(whole), left.toList());
        }
        SpikelaneEstimator again = TrainingCase.estimator().setCheckpoint(whole.toString());
        assertEquals(expected, TrainingCase.hash(again.fit(rows)));
    }

    private static void leadTo(Path link, Path target) {
        try {
            Files.delete(link);
            Files.createSymbolicLink(link, target);
        } catch (IOException refused) {
            throw new UncheckedIOException(refused);
        }
    }

    /** In the middle of the second epoch the rows of an executor and its worker are gone. */
    @Test
    @Tag("cluster")
    void aLostExecutorChangesNoBit() {
        List<Long> killed = new ArrayList<>();
        SpikelaneModel trained = TrainingCase.estimator()
                .onEpoch(epoch -> {
                    if (epoch.epoch() == 1) {
                        Thread.ofPlatform().start(() -> killed.addAll(Sessions.killExecutor(150)));
                    }
                })
                .setEpochs(TrainingCase.EPOCHS)
                .fit(TrainingCase.rows(Sessions.shared(), 2));
        assertEquals(expected, TrainingCase.hash(trained));
        assertEquals(1, killed.size());
    }
}
