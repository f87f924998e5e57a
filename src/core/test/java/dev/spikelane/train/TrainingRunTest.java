package dev.spikelane.train;

import static dev.spikelane.Failures.assertIllegalState;
import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Failures.assertMessage;
import static dev.spikelane.Failures.assertPart;
import static dev.spikelane.fixture.Layer.flat;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.OwnJvm;
import dev.spikelane.Tries;
import dev.spikelane.Users;
import dev.spikelane.data.Batching;
import dev.spikelane.data.Dataset;
import dev.spikelane.data.InputEncoding;
import dev.spikelane.encode.Rate;
import dev.spikelane.fixture.FolderCase;
import dev.spikelane.fixture.Networks;
import dev.spikelane.fixture.Trainers;
import dev.spikelane.io.Tensor;
import dev.spikelane.io.Tensors;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.EquationNeuron;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.simd.SimdWidth;
import dev.spikelane.train.run.CheckpointSum;
import dev.spikelane.train.run.EpochNumbers;
import dev.spikelane.train.run.History;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TrainingRunTest extends FolderCase {

    private record Trained(long hash, List<EpochResult> history) {}

    private static Trained uninterrupted() throws IOException {
        return uninterrupted(SmallRun.network());
    }

    private static Trained uninterrupted(Network network) throws IOException {
        try (Trainer trainer = SmallRun.trainer(network).build()) {
            List<EpochResult> history = SmallRun.run(trainer).build().run().history();
            return new Trained(network.weights().hash(), history);
        }
    }

    private static void assertSame(Trained expected, Network network, List<EpochResult> history) {
        assertEquals(expected.hash, network.weights().hash());
        for (int i = 0; i < expected.history.size(); i++) {
            EpochResult one = expected.history.get(i);
            EpochResult other = history.get(i);
            assertArrayEquals(
                    new double[] {
                        one.loss(),
                        one.accuracy(),
                        one.validationLoss(),
                        one.validationAccuracy(),
                        one.rate(),
                        one.gradientNorm()
                    },
                    new double[] {
                        other.loss(),
                        other.accuracy(),
                        other.validationLoss(),
                        other.validationAccuracy(),
                        other.rate(),
                        other.gradientNorm()
                    });
            assertEquals(one.spikeRates(), other.spikeRates());
        }
        assertEquals(expected.history.size(), history.size());
    }

    @Test
    void learns() throws IOException {
        List<EpochResult> history = uninterrupted().history;
        assertEquals(SmallRun.EPOCHS, history.size());
        assertTrue(history.getLast().loss() < history.getFirst().loss() / 1.2, history.toString());
        assertTrue(history.getLast().validationAccuracy() > 0.6, history.toString());
    }

    /** Steps in the middle of an epoch, before its smaller last batch, at its end, and at the end of all. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 4, 5, 9, 10, 13, 15})
    void resumedRunHasTheBitsOfAnUninterruptedOne(int stopAfter) throws IOException {
        Path file = folder.resolve("run.safetensors");
        Network stopped = SmallRun.network();
        try (Trainer trainer = SmallRun.trainer(stopped).build()) {
            int[] steps = {0};
            List<TrainingRun> runs = new ArrayList<>();
            TrainingRun run = SmallRun.run(trainer)
                    .checkpoint(file)
                    .onStep(progress -> {
                        if (++steps[0] == stopAfter) {
                            runs.getFirst().stop();
                        }
                    })
                    .build();
            runs.add(run);
            run.run();
            assertEquals(stopAfter, steps[0]);
            assertEquals(stopAfter == 15, run.finished());
        }
        Network resumed = SmallRun.network();
        try (Trainer trainer = SmallRun.trainer(resumed).threads(2).build()) {
            TrainingRun run =
                    SmallRun.run(trainer).checkpoint(file).resume().threads(2).build();
            List<EpochResult> history = run.run().history();
            assertTrue(run.finished());
            assertSame(uninterrupted(), resumed, history);
        }
    }

    /** Including running values, and their number of batches. */
    @Test
    void normalizedRunGoesOnWithItsRunningValues() throws IOException {
        String batches = "conv1.1.num_batches_tracked";
        long before = 1L << 25;
        Network whole = SmallRun.normalized();
        whole.weights().replace(batches, before);
        try (Trainer trainer = SmallRun.trainer(whole).build()) {
            SmallRun.run(trainer).build().run();
        }
        Path file = folder.resolve("run.safetensors");
        Network stopped = SmallRun.normalized();
        stopped.weights().replace(batches, before);
        try (Trainer trainer = SmallRun.trainer(stopped).build()) {
            SmallRun.run(trainer).checkpoint(file).epochs(1).build().run();
        }
        assertEquals(before + 5 * SmallRun.STEPS, stopped.weights().count(batches));
        Network resumed = SmallRun.normalized();
        resumed.weights().replace(batches, before);
        try (Trainer trainer = SmallRun.trainer(resumed).threads(2).build()) {
            SmallRun.run(trainer).checkpoint(file).resume().build().run();
        }
        assertEquals(whole.weights().hash(), resumed.weights().hash());
        assertEquals(whole.weights().count(batches), resumed.weights().count(batches));
    }

    @Test
    void threadsDoNotChangeBits() throws IOException {
        Network network = SmallRun.network();
        try (Trainer trainer = SmallRun.trainer(network).threads(2).build()) {
            assertSame(
                    uninterrupted(),
                    network,
                    SmallRun.run(trainer).threads(2).build().run().history());
        }
    }

    /** A run killed at any moment leaves a valid checkpoint. */
    @Users
    @Test
    void killedRunLeavesACheckpointThatIsWhole() throws IOException, InterruptedException {
        Path file = folder.resolve("killed.safetensors");
        Random moments = new Random(12);
        for (int kill = 0; kill < (Tries.ALL ? 10 : 4); kill++) {
            List<String> flags = List.of("-XX:TieredStopAtLevel=1"); // starts sooner
            Process process = OwnJvm.builder(flags, SmallRun.class, file.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("log").toFile())
                    .start();
            FileTime before = Files.exists(file) ? Files.getLastModifiedTime(file) : FileTime.fromMillis(0);
            int looks = 60_000; // no timeout, which would expire while processes stand still
            while (process.isAlive()
                    && (!Files.exists(file) || Files.getLastModifiedTime(file).equals(before))
                    && looks-- > 0) {
                Thread.sleep(1);
            }
            Thread.sleep(moments.nextInt(4), moments.nextInt(1_000_000));
            process.destroyForcibly().waitFor();
            assertTrue(Files.exists(file), Files.readString(folder.resolve("log")));
            try (Trainer trainer = SmallRun.trainer(SmallRun.normalized()).build()) {
                SmallRun.run(trainer).checkpoint(file).resume().build(); // reads it
            }
        }
        Network network = SmallRun.normalized();
        try (Trainer trainer = SmallRun.trainer(network).build()) {
            assertSame(
                    uninterrupted(SmallRun.normalized()),
                    network,
                    SmallRun.run(trainer)
                            .checkpoint(file)
                            .resume()
                            .build()
                            .run()
                            .history());
        }
    }

    @Test
    void checkpointOfAnotherRunIsRefusedAndChangesNothing() throws IOException {
        Path file = folder.resolve("run.safetensors");
        try (Trainer trainer = SmallRun.trainer(SmallRun.network()).build()) {
            SmallRun.run(trainer).epochs(1).checkpoint(file).build().run();
        }
        Network network = SmallRun.network();
        long before = network.weights().hash();
        try (Trainer trainer =
                SmallRun.trainer(network).optimizer(new Adam(0.01)).build()) {
            assertPart(
                    IOException.class,
                    "optimizer 'Adam[rate=0.02",
                    () -> SmallRun.run(trainer).checkpoint(file).resume().build());
        }
        try (Trainer trainer = SmallRun.trainer(network).build()) {
            assertPart(
                    IOException.class,
                    "run.last_rate",
                    () -> SmallRun.run(trainer)
                            .schedule(Schedule.constant())
                            .checkpoint(file)
                            .resume()
                            .build());
        }
        assertEquals(before, network.weights().hash());
        Files.write(file, new byte[] {1, 2, 3});
        try (Trainer trainer = SmallRun.trainer(network).build()) {
            assertThrows(
                    IOException.class,
                    () -> SmallRun.run(trainer).checkpoint(file).resume().build());
        }
    }

    private static Network cells(String threshold, long seed) {
        EquationNeuron neuron = EquationNeuron.of("""
                state v
                input current
                v = 0.9 * v + current
                spike v > THRESHOLD
                reset v = 0
                """.replace("THRESHOLD", threshold));
        return Networks.dense(new TorchRandom(5), neuron.withSeed(seed), 12, SmallRun.CLASSES);
    }

    private static Trainer trainerOf(Network cells) {
        return Trainers.of(cells, SmallRun.STEPS, SmallRun.BATCH, CrossEntropyLoss.membrane(), new Adam(0.02));
    }

    private static TrainingRunBuilder runOfCells(Trainer trainer) {
        return TrainingRun.of(trainer, SmallRun.data(SmallRun.SAMPLES, 1), SmallRun.batching())
                .epochs(1);
    }

    @Test
    void resumesOnlyWithTheSameEquationsAndNoise() throws IOException {
        Path file = folder.resolve("cells.safetensors");
        try (Trainer trainer = trainerOf(cells("1", 0))) {
            runOfCells(trainer).checkpoint(file).build().run();
        }
        for (Network other : List.of(cells("0.5", 0), cells("1", 1))) {
            try (Trainer trainer = trainerOf(other)) {
                assertPart(
                        IOException.class,
                        "of population 'lif1'",
                        () -> runOfCells(trainer).checkpoint(file).resume().build());
            }
        }
        try (Trainer trainer = trainerOf(cells("1", 0))) {
            runOfCells(trainer).checkpoint(file).resume().build();
        }
    }

    private interface Change {
        void apply(Network network, TrainerBuilder trainer) throws IOException;
    }

    private void refusesToResume(Path file, Change change, Dataset data, String words) throws IOException {
        Network network = SmallRun.network();
        TrainerBuilder builder = SmallRun.trainer(network);
        change.apply(network, builder);
        long before = network.weights().hash();
        try (Trainer trainer = builder.build()) {
            IOException refused = assertThrows(
                    IOException.class,
                    () -> TrainingRun.of(trainer, data, SmallRun.batching())
                            .schedule(Schedule.cosine(SmallRun.EPOCHS * 5L, 0).afterWarmUp(0.1, 2))
                            .checkpoint(file)
                            .resume()
                            .build());
            assertTrue(
                    refused.getMessage().startsWith(file + ": ")
                            && refused.getMessage().contains(words),
                    refused.getMessage());
        }
        assertEquals(before, network.weights().hash());
    }

    @Test
    void resumesOnlyWithTheSameSamplesAndFirstValues() throws IOException {
        Path file = folder.resolve("run.safetensors");
        try (Trainer trainer = SmallRun.trainer(SmallRun.network()).build()) {
            SmallRun.run(trainer).epochs(1).checkpoint(file).build().run();
        }
        Dataset data = SmallRun.data(SmallRun.SAMPLES, 1);
        refusesToResume(
                file,
                (network, trainer) -> {},
                SmallRun.data(SmallRun.SAMPLES, 2),
                "samples, by a hash of their labels and values");
        FloatMatrix values = FloatMatrix.zeros(SmallRun.SAMPLES, 12);
        int[] labels = new int[SmallRun.SAMPLES];
        for (int sample = 0; sample < labels.length; sample++) {
            data.read(sample, values, sample);
            labels[sample] = data.label(sample);
        }
        labels[74] = (labels[74] + 1) % SmallRun.CLASSES;
        refusesToResume(
                file,
                (network, trainer) -> {},
                Dataset.of(Shape.of(1, 4, 3), values, labels, SmallRun.CLASSES),
                "samples, by a hash of their labels and values");
        refusesToResume(
                file,
                (network, trainer) -> network.weights().replace("fc1.bias", FloatMatrix.zeros(1, 20)),
                data,
                "network started with other values");
        refusesToResume(file, (network, trainer) -> trainer.surrogate(Surrogate.atan()), data, "surrogates");
        refusesToResume(file, (network, trainer) -> trainer.seed(1), data, "surrogates");
    }

    @Test
    void resumesWithTheTrainerThatWasStopped() throws IOException {
        Path file = folder.resolve("run.safetensors");
        Network network = SmallRun.network();
        try (Trainer trainer = SmallRun.trainer(network).build()) {
            TrainingRun first = SmallRun.run(trainer).checkpoint(file).build();
            first.stop();
            first.run();
            int[] steps = {0};
            TrainingRun second = SmallRun.run(trainer)
                    .checkpoint(file)
                    .resume()
                    .onStep(now -> assertEquals((now.epoch() - 1) * 5 + now.batch(), ++steps[0]))
                    .build();
            assertSame(uninterrupted(), network, second.run().history());
            assertTrue(SmallRun.run(trainer).checkpoint(file).resume().build().finished());
        }
    }

    /** A failing listener costs no epoch, and none is trained twice. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void goesOnBehindAListenerThatThrew(int epoch) throws IOException {
        Path file = folder.resolve("run.safetensors");
        Network network = SmallRun.network();
        try (Trainer trainer = SmallRun.trainer(network).build()) {
            List<Integer> told = new ArrayList<>();
            TrainingRun run = SmallRun.run(trainer)
                    .checkpoint(file)
                    .onEpoch(result -> {
                        told.add(result.epoch());
                        if (result.epoch() == epoch) {
                            throw new IllegalStateException("no more room for epoch " + epoch);
                        }
                    })
                    .build();
            assertIllegalState("no more room for epoch " + epoch, run::run);
            assertEquals(epoch, run.history().size());
            assertSame(uninterrupted(), network, run.run().history());
            assertEquals(List.of(1, 2, 3), told);
        }
        Network resumed = SmallRun.network();
        try (Trainer trainer = SmallRun.trainer(resumed).build()) {
            assertSame(
                    uninterrupted(),
                    resumed,
                    SmallRun.run(trainer)
                            .checkpoint(file)
                            .resume()
                            .build()
                            .run()
                            .history());
        }
    }

    @Test
    void goesOnBehindAStepWhoseListenerThrew() throws IOException {
        Network network = SmallRun.network();
        try (Trainer trainer = SmallRun.trainer(network).build()) {
            TrainingRun run = SmallRun.run(trainer)
                    .onStep(now -> {
                        if (now.batch() % 2 == 1) {
                            throw new IllegalStateException("odd");
                        }
                    })
                    .build();
            for (int failures = 0; failures < 3 * SmallRun.EPOCHS; failures++) {
                assertThrows(IllegalStateException.class, run::run);
            }
            assertSame(uninterrupted(), network, run.run().history());
        }
    }

    /** A listener of an epoch can rely on its checkpoint. */
    @Test
    void anEpochIsSavedBeforeListenersAreTold() throws IOException {
        Path file = folder.resolve("run.safetensors");
        try (Trainer trainer = SmallRun.trainer(SmallRun.network()).build()) {
            List<Integer> saved = new ArrayList<>();
            SmallRun.run(trainer)
                    .checkpoint(file)
                    .onEpoch(result -> saved.add(epochsIn(file)))
                    .build()
                    .run();
            assertEquals(List.of(1, 2, 3), saved);
        }
    }

    private static int epochsIn(Path file) {
        try (Trainer trainer = SmallRun.trainer(SmallRun.network()).build()) {
            return SmallRun.run(trainer)
                    .checkpoint(file)
                    .resume()
                    .build()
                    .history()
                    .size();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** A shuffle with another seed is another run, although the generator's state comes from the file. */
    @Test
    void resumesOnlyInTheSameOrder() throws IOException {
        Path file = folder.resolve("run.safetensors");
        Dataset same = Dataset.of(Shape.of(12), FloatMatrix.zeros(40, 12), new int[40], SmallRun.CLASSES);
        Batching batching = new Batching(SmallRun.BATCH).withCode(InputEncoding.rate(new Rate(), SmallRun.STEPS));
        try (Trainer trainer = SmallRun.trainer(SmallRun.network()).build()) {
            TrainingRun.of(trainer, same, batching.withShuffle(3))
                    .checkpoint(file)
                    .build()
                    .run();
        }
        for (Batching other : List.of(batching, batching.withShuffle(4), batching.withGlobalShuffle(3))) {
            try (Trainer trainer = SmallRun.trainer(SmallRun.network()).build()) {
                assertPart(
                        IOException.class,
                        "is of a run with first order",
                        () -> TrainingRun.of(trainer, same, other)
                                .epochs(2)
                                .checkpoint(file)
                                .resume()
                                .build());
            }
        }
    }

    /** Even if the sum of the file is correct. */
    @Test
    void refusesAGeneratorThatIsNone() throws IOException {
        Path file = folder.resolve("run.safetensors");
        try (Trainer trainer = SmallRun.trainer(SmallRun.network()).build()) {
            SmallRun.run(trainer).epochs(1).checkpoint(file).build().run();
        }
        Tensors whole = Tensors.read(file, Tensors.Format.SAFETENSORS);
        for (int word : new int[] {160, 624}) {
            List<Tensor> tensors = new ArrayList<>(whole.tensors());
            tensors.replaceAll(tensor -> tensor.name().equals("generator") ? withWord(tensor, word) : tensor);
            Map<String, String> texts = new LinkedHashMap<>(whole.metadata());
            texts.put("checksum", CheckpointSum.of(Tensors.of(texts, tensors)));
            Tensors.of(texts, tensors).write(file);
            Network network = SmallRun.network();
            try (Trainer trainer = SmallRun.trainer(network).build()) {
                IOException refused = assertThrows(
                        IOException.class,
                        () -> SmallRun.run(trainer).checkpoint(file).resume().build());
                String words = word == 624 ? "tensor 'generator': state ends with 12345, expected 0 to 624" : "order";
                assertTrue(refused.getMessage().startsWith(file + ": ")
                        && refused.getMessage().contains(words));
            }
            assertEquals(SmallRun.network().weights().hash(), network.weights().hash());
        }
    }

    private static Tensor withWord(Tensor tensor, int place) {
        MemorySegment copy = MemorySegment.ofArray(tensor.bytes().toArray(ValueLayout.JAVA_BYTE));
        copy.set(ValueLayout.JAVA_INT_UNALIGNED, 4L * place, 12_345);
        return Tensor.of(tensor.name(), tensor.type(), tensor.shape(), copy);
    }

    @Test
    void keepsACheckpointThatItDoesNotResume() throws IOException {
        Path file = folder.resolve("run.safetensors");
        try (Trainer trainer = SmallRun.trainer(SmallRun.network()).build()) {
            SmallRun.run(trainer).epochs(1).checkpoint(file).build().run();
            byte[] before = Files.readAllBytes(file);
            assertMessage(
                    IOException.class,
                    file + ": holds the checkpoint of a run: resume() goes on from it; delete it to train anew",
                    () -> SmallRun.run(trainer).epochs(1).checkpoint(file).build());
            assertArrayEquals(before, Files.readAllBytes(file));
        }
    }

    @Test
    void saysThatACheckpointIsOfAWholeRunAndNothingElseThat() throws IOException {
        Path file = folder.resolve("whole.safetensors");
        try (Trainer trainer = SmallRun.trainer(SmallRun.network()).build()) {
            TrainingRun run = SmallRun.run(trainer).epochs(2).checkpoint(file).build();
            run.run();
            assertEquals(List.of(), run.warnings());
            assertEquals("training run, 2 of 2 epochs, checkpoint " + file, run.toString());
        }
        try (Trainer trainer = SmallRun.trainer(SmallRun.network()).build()) {
            TrainingRun again =
                    SmallRun.run(trainer).epochs(2).checkpoint(file).resume().build();
            assertEquals(
                    List.of(
                            "this run is finished, and nothing will be trained: its checkpoint is that of a whole run of 2"
                                    + " epochs; ask for more epochs, or delete it to train anew"),
                    again.warnings());
            assertMessage(
                    IOException.class,
                    file
                            + ": 'run.epoch' is '2', expected 0 to 1, the epochs that this run was built with: ask for more,"
                            + " or delete the file to train anew",
                    () -> SmallRun.run(trainer)
                            .epochs(1)
                            .checkpoint(file)
                            .resume()
                            .build());
        }
    }

    @Test
    void resumingNeedsAFile() {
        try (Trainer trainer = SmallRun.trainer(SmallRun.network()).build()) {
            assertInvalid(
                    "there is no file to save to or resume from, expected checkpoint(Path) to name one",
                    () -> SmallRun.run(trainer).resume().build());
        }
    }

    @Test
    void targetsAreNoLabels() {
        Dataset targets = Dataset.ofTargets(Shape.of(12), FloatMatrix.zeros(20, 12), FloatMatrix.zeros(20, 4));
        try (Trainer trainer = SmallRun.trainer(SmallRun.network()).build()) {
            assertInvalid(
                    "training data has no labels, expected some for "
                            + CrossEntropyLoss.membrane().name() + " of population 'lif2'",
                    () -> TrainingRun.of(
                                    trainer,
                                    targets,
                                    new Batching(SmallRun.BATCH)
                                            .withCode(InputEncoding.rate(new Rate(), SmallRun.STEPS)))
                            .build());
        }
    }

    @Test
    void anEvaluatorNeedsAnOutputForEachClass() {
        Network two = Networks.dense(new TorchRandom(1), new Leaky(0.9), 12, 2);
        try (Evaluator evaluator = new Evaluator(two, SmallRun.STEPS, SmallRun.batching(), 1)) {
            assertInvalid(
                    "population 'lif1' has 2 outputs, expected at least 4, one for each class of the data",
                    () -> evaluator.evaluate(SmallRun.data(9, 1)));
        }
    }

    @Test
    void saysThatThereIsNoCheckpoint() throws IOException {
        Path file = folder.resolve("none.safetensors");
        try (Trainer trainer = SmallRun.trainer(SmallRun.network()).build()) {
            assertEquals(
                    List.of("there is no checkpoint " + file + " to go on from: the run starts from the beginning"),
                    SmallRun.run(trainer).checkpoint(file).resume().build().warnings());
            assertEquals(
                    List.of(), SmallRun.run(trainer).checkpoint(file).build().warnings());
        }
    }

    @Test
    void codeOfOneStreamCannotBeSaved() {
        Batching batching =
                SmallRun.batching().withCode(InputEncoding.rate(new Rate(), SmallRun.STEPS, new TorchRandom(1)));
        try (Trainer trainer = SmallRun.trainer(SmallRun.network()).build()) {
            TrainingRunBuilder run = TrainingRun.of(trainer, SmallRun.data(20, 1), batching)
                    .checkpoint(folder.resolve("run.safetensors"));
            assertPart("one stream", run::build);
        }
    }

    /** Returns the error of a run whose learned values overflow. */
    private static String divergence(double rate, String... learned) throws IOException {
        try (Trainer trainer = SmallRun.trainer(SmallRun.network())
                .learnOnly(learned)
                .optimizer(new Sgd(rate))
                .build()) {
            TrainingRun run =
                    SmallRun.run(trainer).schedule(Schedule.constant()).build();
            return assertThrows(IllegalStateException.class, run::run).getMessage();
        }
    }

    @Test
    void whatIsNotFiniteIsNamed() throws IOException {
        String parameter = divergence(1e39, "lif1.beta");
        assertTrue(
                parameter.matches("epoch 1, batch 1: population 'lif1' has the beta -?(NaN|Infinity) for .*"),
                parameter);
        String loss = divergence(1e38, "fc2.weight", "fc2.bias");
        assertTrue(loss.matches("epoch 1, batch [2-5]: .*"), loss);
        assertTrue(loss.contains("loss is ") && loss.contains("population 'lif2' has the membrane"), loss);
        assertTrue(loss.matches(".* in step [0-5], neuron [0-3] of sample \\d+"), loss);
        String weight = divergence(1e39, "fc1.weight");
        assertTrue(weight.contains("'fc1.weight' has the value"), weight);
    }

    @Test
    void stopsEarlyAndKeepsTheBest() throws IOException {
        Network network = SmallRun.network();
        try (Trainer trainer = SmallRun.trainer(network).optimizer(new Sgd(0)).build()) {
            long before = network.weights().hash();
            List<EpochResult> history =
                    SmallRun.run(trainer).epochs(10).stopAfter(2).build().run().history();
            assertEquals(3, history.size());
            assertEquals(before, network.weights().hash());
        }
    }

    @Test
    void keepsTheValuesOfTheBestEpoch() throws IOException {
        Network network = SmallRun.network();
        try (Trainer trainer =
                SmallRun.trainer(network).optimizer(new Adam(0.1)).build()) {
            List<Long> hashes = new ArrayList<>();
            TrainingRun run = SmallRun.run(trainer)
                    .epochs(6)
                    .schedule(Schedule.constant())
                    .onEpoch(result -> hashes.add(network.weights().hash()))
                    .build()
                    .run();
            double[] accuracies = run.curve(EpochResult::validationAccuracy);
            int best = 0;
            for (int i = 1; i < accuracies.length; i++) {
                best = accuracies[i] > accuracies[best] ? i : best;
            }
            assertEquals(hashes.get(best), network.weights().hash());
        }
    }

    @Test
    void wrongDataIsRefusedBeforeTraining() {
        FloatMatrix values = FloatMatrix.zeros(3, 12);
        try (Trainer trainer = SmallRun.trainer(SmallRun.network()).build()) {
            Dataset wrong = Dataset.of(Shape.of(12), values, new int[] {0, 7, 1}, 8);
            refused("label of sample 1 of the training data is 7, expected a class of [0, 4)", trainer, wrong, 16);
            refused(
                    "which become 5 values a step, expected 12",
                    trainer,
                    Dataset.of(Shape.of(5), FloatMatrix.zeros(1, 5), new int[1], 1),
                    16);
            Network maps = Networks.of(Shape.of(3, 2, 2), flat(4, new Leaky(0.9f)));
            try (Trainer other = SmallRun.trainer(maps).build()) {
                refused(
                        "training data has samples of shape [1 x 4 x 3], expected [3 x 2 x 2], the shape of input"
                                + " 'input', or flat ones",
                        other,
                        SmallRun.data(9, 1),
                        16);
                try (Evaluator evaluator = new Evaluator(maps, SmallRun.STEPS, SmallRun.batching(), 1)) {
                    assertInvalid(
                            "data has samples of shape [1 x 4 x 3], expected [3 x 2 x 2], the shape of input 'input',"
                                    + " or flat ones",
                            () -> evaluator.evaluate(SmallRun.data(9, 1)));
                    evaluator.evaluate(SmallRun.data(9, 1).flattened());
                }
            }
            refused("batches have 17 samples, expected at most 16", trainer, SmallRun.data(9, 1), 17);
            assertPart(
                    "9 samples",
                    () -> TrainingRun.of(
                                    trainer,
                                    SmallRun.data(9, 1),
                                    SmallRun.batching().withDropLast(true))
                            .build()
                            .run());
        }
    }

    private static void refused(String words, Trainer trainer, Dataset data, int batch) {
        assertPart(
                words, () -> TrainingRun.of(trainer, data, new Batching(batch)).build());
    }

    @Test
    void lossIsKnownBeforeValuesChange() throws IOException {
        Network network = SmallRun.network();
        List<Long> hashes = new ArrayList<>();
        List<Double> losses = new ArrayList<>();
        try (Trainer trainer = SmallRun.trainer(network)
                .onLoss(loss -> {
                    hashes.add(network.weights().hash());
                    losses.add(loss);
                })
                .build()) {
            long before = network.weights().hash();
            assertEquals(SimdWidth.VECTOR, trainer.storedBytes() < 4 * 20 * 12, "bytes of biases alone");
            SmallRun.run(trainer).epochs(1).build().run();
            assertEquals(5, losses.size());
            assertEquals(before, hashes.getFirst());
            assertNotEquals(before, hashes.getLast());
        }
    }

    @Test
    void observerOfGradientsMayLeaveStepsOut() throws IOException {
        Network network = SmallRun.network();
        long before = network.weights().hash();
        List<FloatMatrix> seen = new ArrayList<>();
        try (Trainer trainer = SmallRun.trainer(network)
                .onGradients((loss, gradients) -> {
                    seen.add(gradients.apply("fc1.weight"));
                    return false;
                })
                .build()) {
            TrainingRun run = SmallRun.run(trainer).epochs(1).build();
            assertTrue(
                    run.warnings().getFirst().contains("gradients are stored"),
                    run.warnings().toString());
            List<EpochResult> history = run.run().history();
            assertTrue(history.getFirst().observerSeconds() > 0);
            assertTrue(trainer.storedBytes() >= 4 * (20 * 12 + 20 + 4 * 20 + 4));
        }
        assertEquals(before, network.weights().hash());
        assertEquals(5, seen.size());
        assertEquals(20, seen.getFirst().rows());
        assertEquals(12, seen.getFirst().columns());
        boolean any = false;
        for (float value : seen.getFirst().toArray()) {
            any |= value != 0;
        }
        assertTrue(any);
    }

    @Test
    void shardsAreSummedInWhatAnObserverSees() throws IOException {
        List<float[]> whole = gradients(1);
        List<float[]> shards = gradients(3);
        for (int i = 0; i < whole.size(); i++) {
            assertArrayEquals(whole.get(i), shards.get(i), 1e-5f);
        }
    }

    private static List<float[]> gradients(int shards) throws IOException {
        List<float[]> seen = new ArrayList<>();
        try (Trainer trainer = SmallRun.trainer(SmallRun.network())
                .shards(shards)
                .onGradients((loss, gradients) -> {
                    seen.add(gradients.apply("fc2.weight").toArray());
                    return false;
                })
                .build()) {
            SmallRun.run(trainer).epochs(1).build().run();
        }
        return seen;
    }

    @Test
    void decodingThatIsNotTrainedIsNoticed() throws IOException {
        List<String> notices = new ArrayList<>();
        try (Trainer trainer = SmallRun.trainer(SmallRun.network()).build()) {
            SmallRun.run(trainer).epochs(1).onNotice(notices::add).build().run();
            assertEquals(List.of(), notices);
            SmallRun.run(trainer)
                    .epochs(1)
                    .decoding(Decoding.COUNT)
                    .onNotice(notices::add)
                    .build()
                    .run();
        }
        assertEquals(1, notices.size());
        assertTrue(
                notices.getFirst().contains("decoded by count, while ce_membrane_loss trains membrane"),
                notices.toString());
    }

    @Test
    void historyIsWritten() throws IOException {
        Map<String, Double> rates = new LinkedHashMap<>();
        rates.put("lif1", 0.25);
        rates.put("out, the last", 0.0);
        History history = new History(List.of(
                new EpochNumbers(1, 0.1, 3, Double.NaN, 2, 0.5, 8, 0.5, 0, 1.5, rates),
                new EpochNumbers(2, 0.1, 2.5, Double.NaN, 2, 0.5, 8, 0.5, 0, Double.NaN, rates)));
        Path csv = folder.resolve("history.csv");
        history.write(csv);
        List<String> lines = Files.readAllLines(csv);
        assertEquals(3, lines.size());
        assertTrue(lines.getFirst().startsWith("epoch,rate,loss,accuracy,validation_loss,validation_accuracy,"));
        assertTrue(lines.getFirst().endsWith(",gradient_norm,spike_rate.lif1,\"spike_rate.out, the last\""));
        assertTrue(lines.get(1).endsWith(",1.5,0.25,0.0") && lines.get(2).endsWith(",,0.25,0.0"), lines.toString());
        String[] fields = lines.get(2).split(",", -1);
        assertEquals(lines.getFirst().split(",", -1).length - 1, fields.length); // one name has a comma
        assertEquals("2", fields[0]);
        assertEquals(history.epochs().get(1).loss(), Double.parseDouble(fields[2]));
        Path json = folder.resolve("history.json");
        history.write(json);
        assertTrue(Files.readString(json).startsWith("[{\"epoch\":1,"), Files.readString(json));
        assertTrue(
                Files.readString(json).contains("\"spike_rates\":{\"lif1\":0.25,\"out, the last\":0.0}"),
                Files.readString(json));
        assertThrows(IllegalArgumentException.class, () -> history.write(folder.resolve("history.txt")));
        assertFalse(Files.exists(folder.resolve("history.txt")));
    }
}
