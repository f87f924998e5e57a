package dev.spikelane.spark;

import static org.apache.spark.sql.functions.col;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.spikelane.data.InputEncoding;
import dev.spikelane.encode.Rate;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.model.Model;
import dev.spikelane.model.ModelFile;
import dev.spikelane.network.EarlyExit;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.Decoding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.SparkException;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(Sessions.class)
final class SpikelaneModelTest {

    private static final int COUNT = 300;
    private static final Model MODEL = Samples.model(40);

    private static SpikelaneModel model() {
        return model(MODEL);
    }

    private static SpikelaneModel model(Model of) {
        return new SpikelaneModel()
                .setModel(Samples.bytes(of))
                .setInputCol("pixels")
                .setIdCol("id")
                .setSeed(Samples.SEED);
    }

    private static Dataset<Row> rows(List<Row> rows, DataType pixels) {
        StructType schema = new StructType().add("id", DataTypes.IntegerType).add("pixels", pixels);
        return Sessions.shared().createDataFrame(rows, schema).repartition(3, col("id"));
    }

    private static List<String> answers(Dataset<Row> predicted) {
        return predicted.orderBy("id").select("prediction").collectAsList().stream()
                .map(row -> Samples.answer(row.getStruct(0)))
                .toList();
    }

    private static List<String> expected(String code, Decoding decoding) {
        return Samples.answers(MODEL, Samples.local(COUNT), InputEncoding.named(code, Samples.STEPS), decoding);
    }

    private static float[] values(int id) {
        byte[] pixels = Samples.pixels(id);
        float[] values = new float[pixels.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = Byte.toUnsignedInt(pixels[i]) / 255f;
        }
        return values;
    }

    private static double[] doubles(int id) {
        float[] values = values(id);
        return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
    }

    /** Values of a sample in each type of column, dense and sparse vectors by turns. */
    @Test
    void allTypesOfColumnsGiveOneAnswer() {
        List<String> expected = expected("rate", Decoding.COUNT);
        List<Row> vectors = IntStream.range(0, COUNT)
                .mapToObj(id -> RowFactory.create(
                        id,
                        id % 2 == 0
                                ? Vectors.dense(doubles(id))
                                : Vectors.dense(doubles(id)).toSparse()))
                .toList();
        assertEquals(expected, answers(model().transform(rows(vectors, SQLDataTypes.VectorType()))));
        List<Row> floats = IntStream.range(0, COUNT)
                .mapToObj(id -> RowFactory.create(id, values(id)))
                .toList();
        assertEquals(
                expected, answers(model().transform(rows(floats, DataTypes.createArrayType(DataTypes.FloatType)))));
        List<Row> arrays = IntStream.range(0, COUNT)
                .mapToObj(id -> RowFactory.create(id, doubles(id)))
                .toList();
        assertEquals(
                expected, answers(model().transform(rows(arrays, DataTypes.createArrayType(DataTypes.DoubleType)))));
    }

    /** Steps that end within a byte. */
    @Test
    void packedSpikesAreRunAsTheyAre() {
        int inputs = 13;
        TorchRandom random = new TorchRandom(3);
        Network network = Network.builder(inputs)
                .dense(20, random)
                .neuron(new Leaky(0.9))
                .dense(4, random)
                .neuron(new Leaky(0.9))
                .build();
        Model of = Model.of(network).with(Model.STEPS, "7").with(Model.DECODING, "count");
        List<String> expected = new ArrayList<>();
        List<Row> rows = new ArrayList<>();
        try (Simulation simulation = network.simulate(1)) {
            var counts = simulation.countSpikes("lif2");
            for (int id = 0; id < 20; id++) {
                SpikeMatrix spikes = SpikeMatrix.zeros(7, inputs);
                byte[] packed = new byte[7 * 2];
                for (int step = 0; step < 7; step++) {
                    for (int i = 0; i < inputs; i++) {
                        boolean fires = random.nextFloat() < 0.5;
                        spikes.set(step, i, fires);
                        packed[step * 2 + i / 8] |= (byte) (fires ? 1 << i % 8 : 0);
                    }
                }
                simulation.reset();
                simulation.run(spikes);
                int[] found = new int[4];
                Arrays.setAll(found, i -> (int) counts.perNeuron().get(0, i));
                expected.add(counts.label(0) + " " + Arrays.toString(found));
                rows.add(RowFactory.create(id, packed));
            }
        }
        SpikelaneModel packed = model(of).setCode("spikes").setBatchSize(6);
        List<String> found = answers(packed.transform(rows(rows, DataTypes.BinaryType)));
        for (int id = 0; id < 20; id++) {
            assertTrue(found.get(id).startsWith(expected.get(id)), found.get(id) + " for " + expected.get(id));
        }
        byte[] behind = rows.getFirst().<byte[]>getAs(1).clone();
        behind[1] |= (byte) 0x80;
        assertTrue(failure(packed.transform(rows(List.of(RowFactory.create(5, behind)), DataTypes.BinaryType)))
                .contains("row with id 5: column 'pixels' has spikes behind the last neuron in step 0"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"frame", "latency"})
    void codesAndDecodingsAreThoseOfOneMachine(String code) {
        Dataset<Row> images = rows(
                IntStream.range(0, COUNT)
                        .mapToObj(id -> RowFactory.create(id, Samples.pixels(id)))
                        .toList(),
                DataTypes.BinaryType);
        for (Decoding decoding : List.of(Decoding.FIRST_SPIKE, Decoding.MEMBRANE, Decoding.MAX_MEMBRANE)) {
            SpikelaneModel used =
                    model().setCode(code).setDecoding(decoding.toString()).setBatchSize(64);
            assertEquals(expected(code, decoding), answers(used.transform(images)), decoding.toString());
            assertEquals(2, used.notices().size(), used.notices().toString());
        }
    }

    /** A sample that is decided early does not show how long others of its batch took. */
    @Test
    void earlyDecisionsDoNotDependOnTheBatch() {
        Dataset<Row> images = images();
        List<String> alone = answers(model().setEarlyMargin(2).setBatchSize(1).transform(images));
        assertEquals(alone, answers(model().setEarlyMargin(2).setBatchSize(256).transform(images)));
        assertEquals(alone, answers(model().setEarlyMargin(2).setBatchSize(7).transform(images)));
        assertFalse(alone.stream().allMatch(answer -> answer.endsWith(" " + Samples.STEPS)), "some should end early");
        List<String> labels = labels(expected("rate", Decoding.COUNT));
        assertEquals(
                labels,
                labels(answers(model().setEarlyMargin(EarlyExit.NO_MARGIN).transform(images))));
        SpikelaneModel membranes = model().setEarlyMargin(2).setDecoding("membrane");
        assertEquals(
                "outputs are decoded by membrane, expected count for early decisions, which count spikes",
                refusal(() -> membranes.transform(images)));
    }

    private static List<String> labels(List<String> answers) {
        return answers.stream().map(answer -> answer.substring(0, 1)).toList();
    }

    private static Dataset<Row> images() {
        return rows(
                IntStream.range(0, COUNT)
                        .mapToObj(id -> RowFactory.create(id, Samples.pixels(id)))
                        .toList(),
                DataTypes.BinaryType);
    }

    @Test
    void integersRun(@TempDir Path folder) throws IOException {
        Network integers = MODEL.network().quantized(ElementType.INT8);
        Model of = new Model(integers, MODEL.notes());
        List<String> expected =
                Samples.answers(of, Samples.local(COUNT), InputEncoding.rate(new Rate(), Samples.STEPS), Decoding.COUNT);
        assertEquals(expected, answers(model().setWeights("int8").transform(images())));
        Path file = folder.resolve("integers.safetensors");
        ModelFile.write(file, of);
        assertEquals(
                expected,
                answers(model().setModel(file.toString()).setWeights("stored").transform(images())));
    }

    @Test
    void longIdsHaveTheirOwnNumbers() {
        StructType schema = Samples.SCHEMA;
        List<Row> rows = List.of(
                RowFactory.create(1L, Samples.pixels(0)),
                RowFactory.create(1L | 1L << 40, Samples.pixels(0)),
                RowFactory.create(-1L, Samples.pixels(0)),
                RowFactory.create(1L, Samples.pixels(0)));
        Dataset<Row> all = Sessions.shared().createDataFrame(rows, schema).coalesce(1);
        List<String> found = model().transform(all).select("prediction").collectAsList().stream()
                .map(row -> Samples.answer(row.getStruct(0)))
                .toList();
        assertEquals(found.get(0), found.get(3));
        assertEquals(3, found.stream().distinct().count());
    }

    @Test
    void invalidRowsFailAreLeftOutOrKept() {
        List<Row> rows = List.of(
                RowFactory.create(0, Samples.pixels(0)),
                RowFactory.create(1, new byte[783]),
                RowFactory.create(2, null),
                RowFactory.create(null, Samples.pixels(0)),
                RowFactory.create(4, Samples.pixels(4)));
        Dataset<Row> all = rows(rows, DataTypes.BinaryType).coalesce(1);
        List<Row> left =
                model().setHandleInvalid("skip").transform(all).orderBy("id").collectAsList();
        assertEquals(List.of(0, 4), left.stream().map(row -> row.getInt(0)).toList());
        List<Row> kept =
                model().setHandleInvalid("keep").transform(all).orderBy("id").collectAsList();
        assertEquals(rows.size(), kept.size());
        for (Row row : kept) {
            boolean valid = !row.isNullAt(0) && row.getInt(0) % 4 == 0;
            assertEquals(valid, !row.isNullAt(2), row.toString());
        }
        assertEquals(left, kept.stream().filter(row -> !row.isNullAt(2)).toList());
        assertTrue(failure(model().transform(all.filter("id = 1")))
                .contains("row with id 1: column 'pixels' has 783 bytes, expected 784"));
        assertTrue(failure(model().transform(all.filter("id = 2"))).contains("row with id 2: column 'pixels' is null"));
        assertTrue(failure(model().transform(all.filter("id is null"))).contains("row 0 of partition 0: has no id"));
        float[] values = values(7);
        values[3] = Float.NaN;
        DataType floats = DataTypes.createArrayType(DataTypes.FloatType);
        assertTrue(failure(model().transform(rows(List.of(RowFactory.create(7, values)), floats)))
                .contains("row with id 7: column 'pixels' has NaN as value 3, expected a finite number"));
    }

    /** The first line of what a job throws. */
    private static String failure(Dataset<Row> predicted) {
        Exception thrown = assertThrows(Exception.class, predicted::collectAsList);
        assertTrue(thrown instanceof SparkException, thrown.toString());
        return thrown.getMessage().lines().findFirst().orElse("");
    }

    private static String refusal(Executable executable) {
        return assertThrows(RuntimeException.class, executable).getMessage();
    }

    @Test
    void schemasAndParametersAreCheckedOnTheDriver() {
        StructType schema = Samples.SCHEMA.add("name", DataTypes.StringType);
        assertTrue(refusal(() -> new SpikelaneModel("none").transformSchema(schema))
                .startsWith("none has no model, expected setModel before"));
        assertEquals(
                "there is no column 'features', found [id, pixels, name]; setInputCol chooses one",
                refusal(() ->
                        new SpikelaneModel().setModel(Samples.bytes(MODEL)).transformSchema(schema)));
        assertEquals(
                "column 'name' is string, expected a vector, array<float>, array<double> or binary",
                refusal(() -> model().setInputCol("name").transformSchema(schema)));
        assertEquals(
                "column 'name' is string, expected int or long; xxhash64 makes one of other keys",
                refusal(() -> model().setIdCol("name").transformSchema(schema)));
        assertEquals(
                "column 'name' is there already, expected another name by setOutputCol",
                refusal(() -> model().setOutputCol("name").transformSchema(schema)));
        assertTrue(refusal(() -> new SpikelaneModel()
                        .setModel(Samples.bytes(MODEL))
                        .setInputCol("pixels")
                        .transformSchema(schema))
                .startsWith("the code rate draws random numbers, expected setIdCol"));
        assertTrue(
                refusal(() -> model().setCode("morse").transformSchema(schema)).startsWith("code is 'morse'"));
        assertTrue(refusal(() -> model().setDecoding("vote").transformSchema(schema))
                .startsWith("decoding is 'vote'"));
        assertEquals(
                "steps is 0, expected 1 to 100000",
                refusal(() -> model().setSteps(0).transformSchema(schema)));
        assertEquals(
                "batchSize is 0, expected 1 to 65536",
                refusal(() -> model().setBatchSize(0).transformSchema(schema)));
        assertEquals(
                "weights is 'int4', expected one of [float, stored, int8, int16]",
                refusal(() -> model().setWeights("int4").transformSchema(schema)));
        assertEquals(
                "handleInvalid is 'drop', expected one of [error, skip, keep]",
                refusal(() -> model().setHandleInvalid("drop").transformSchema(schema)));
        assertEquals(
                "divisor is 0.0, expected a positive number",
                refusal(() -> model().setDivisor(0).transformSchema(schema)));
        assertTrue(refusal(() -> new SpikelaneModel().setModel(new byte[10])).startsWith("model of 10 bytes"));
        assertTrue(
                refusal(() -> new SpikelaneModel().setModel("/no/such/model")).startsWith("model /no/such/model"));
        NetworkBuilder builder = Network.builder();
        Input left = builder.input("left", Shape.of(2));
        Input right = builder.input("right", Shape.of(2));
        Population out = builder.population("out", Shape.of(2), new Leaky(0.9));
        Model several = Model.of(
                builder.project("a", left, out).project("b", right, out).build());
        assertEquals(
                "the network has the inputs [left, right], expected one, for the samples",
                refusal(() -> new SpikelaneModel().setModel(Samples.bytes(several))));
    }

    @Test
    void whatIsAssumedIsSaid() {
        Model bare = Model.of(MODEL.network());
        assertEquals(
                List.of(
                        "steps: 25 is assumed, since the model notes none; the setter says another",
                        "code: frame is assumed, since the model notes none; the setter says another",
                        "decoding: membrane is assumed, since the model notes none; the setter says another"),
                model(bare).notices());
        assertEquals(List.of(), model().notices());
        assertEquals(
                List.of("steps: 7, while the model was trained with 25; accuracy may be lower"),
                model().setSteps(7).notices());
    }

    @Test
    void modelsAreCopiedSavedAndLoaded(@TempDir Path folder) throws IOException {
        Dataset<Row> images = images();
        SpikelaneModel model = model().setBatchSize(50).setDivisor(200).setEarlyMargin(3);
        List<String> expected = answers(model.transform(images));
        assertEquals(expected, answers(model.copy(new ParamMap()).transform(images)));
        assertEquals(
                "other",
                model.copy(new ParamMap().put(model.outputCol(), "other"))
                        .transformSchema(images.schema())
                        .fieldNames()[2]);
        String saved = folder.resolve("saved").toString();
        model.save(saved);
        SpikelaneModel loaded = SpikelaneModel.load(saved);
        assertEquals(model.uid(), loaded.uid());
        assertEquals(expected, answers(loaded.transform(images)));
        assertThrows(IOException.class, () -> model.save(saved));
        model.write().overwrite().save(saved);
        PipelineModel pipeline =
                new Pipeline().setStages(new PipelineStage[] {model}).fit(images);
        pipeline.write().save(folder.resolve("pipeline").toString());
        assertEquals(
                expected,
                answers(PipelineModel.load(folder.resolve("pipeline").toString())
                        .transform(images)));
        Files.delete(folder.resolve("saved/.model.safetensors.crc"));
        Files.write(folder.resolve("saved/model.safetensors"), Samples.bytes(Samples.model(41)));
        assertTrue(refusal(() -> SpikelaneModel.load(saved)).contains("with which it was saved"));
    }

    @Test
    void aFullDiskLeavesNoPartOfAModel(@TempDir Path folder) throws IOException {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.exists(full), "no " + full);
        Path file = Files.writeString(folder.resolve("model.safetensors"), "older");
        Files.createSymbolicLink(folder.resolve("model.safetensors.part"), full);
        String message = assertThrows(IOException.class, () -> model().writeModel(file.toString()))
                .getMessage();
        assertTrue(message.startsWith(file + " cannot be written: "), message);
        assertTrue(message.endsWith("No space left on device"), message);
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(List.of(file), left.toList());
        }
        assertEquals("older", Files.readString(file));
    }

    @Test
    void theFunctionServesDataSetsAndRdds() {
        Dataset<Row> images = images();
        InferenceFunction classify = model().function(Sessions.shared(), images.schema());
        List<String> expected = expected("rate", Decoding.COUNT);
        assertEquals(expected, answers(images.mapPartitions(classify, Encoders.row(classify.schema()))));
        List<Row> all = images.orderBy("id").javaRDD().mapPartitions(classify).collect();
        assertEquals(
                expected,
                all.stream().map(row -> Samples.answer(row.getStruct(2))).toList());
    }

    @Test
    void aModelThatIsNotTheDriversIsRefused() {
        assertTrue(refusal(() -> CachedModel.of("00", "float", () -> Samples.bytes(MODEL)))
                .endsWith("expected 00, that of the driver"));
    }

    @Test
    void labelsAreNullWithoutDecoding() {
        Row first = model().setDecoding("none").transform(images()).first();
        assertNull(first.getStruct(2).get(0));
    }
}
