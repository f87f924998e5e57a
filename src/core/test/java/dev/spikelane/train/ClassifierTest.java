package dev.spikelane.train;

import static dev.spikelane.Failures.assertIllegalState;
import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.fixture.Layer.by;
import static dev.spikelane.fixture.Layer.dense;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.connection.Dense;
import dev.spikelane.data.Batching;
import dev.spikelane.data.Dataset;
import dev.spikelane.data.InputEncoding;
import dev.spikelane.encode.Rate;
import dev.spikelane.fixture.Networks;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.model.Model;
import dev.spikelane.model.ModelFile;
import dev.spikelane.network.EarlyExit;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.CounterRandom;
import dev.spikelane.random.TorchRandom;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@EveryWidth
final class ClassifierTest {

    private static final int SAMPLES = 40;
    private static final int STEPS = 12;

    private final TorchRandom random = new TorchRandom(5);
    private final FloatMatrix values = random.rand(SAMPLES, 20);
    private final Network network = Networks.of(
            random, 20, dense(17, new Leaky(0.9f).withThreshold(0.3f)), dense(6, new Leaky(0.8f).withThreshold(0.2f)));

    private Model model(String code, Decoding decoding) {
        return Model.of(network)
                .with(Model.STEPS, String.valueOf(STEPS))
                .with(Model.CODE, code)
                .with(Model.DECODING, decoding.toString());
    }

    private Dataset data() {
        return Dataset.of(Shape.of(20), values, new int[SAMPLES], 6);
    }

    @Test
    void classesAreThoseOfAnEvaluator() {
        for (Decoding decoding : Decoding.values()) {
            if (decoding == Decoding.NONE) {
                continue;
            }
            Batching batching = new Batching(SAMPLES).withCode(InputEncoding.frame());
            try (Evaluator evaluator = new Evaluator(network, STEPS, batching, 1).decoding(decoding);
                    Classifier classifier = Classifier.of(model("frame", decoding))) {
                List<Integer> expected = evaluator.evaluate(data()).classes();
                assertTrue(expected.stream().distinct().count() > 1, decoding + " tells nothing apart");
                for (int sample = 0; sample < SAMPLES; sample++) {
                    Classifier.Result found = classifier.classify(row(sample));
                    assertEquals(expected.get(sample), found.label(), decoding + ", sample " + sample);
                    assertEquals(found.label(), found.top(1).getFirst());
                    double sum = 0;
                    for (int each = 0; each < found.classes(); each++) {
                        sum += found.probability(each);
                        assertTrue(found.probability(each) <= found.probability(found.label()));
                    }
                    assertEquals(1, sum, 1e-5);
                    assertEquals(STEPS, found.steps());
                }
            }
        }
    }

    private float[] row(int sample) {
        return values.rows(sample, 1).toArray();
    }

    @Test
    void modelFilesBringTheirDecoding(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("model.safetensors");
        Model written = model("frame", Decoding.MEMBRANE)
                .with("author", "nobody")
                .withClassNames(List.of("a", "b,c", "\"d\"", "e", "f", "g"));
        ModelFile.write(file, written);
        Model read = ModelFile.readModel(file);
        assertEquals(written.notes(), read.notes());
        assertEquals(read.notes(), ModelFile.modelOf(ModelFile.toBytes(read)).notes());
        try (Classifier one = Classifier.of(written);
                Classifier other = Classifier.of(read)) {
            assertEquals(List.of(), other.notices());
            Classifier.Result found = other.classify(row(3));
            assertEquals(one.classify(row(3)).toString(), found.toString());
            assertEquals(List.of("a", "b,c", "\"d\"", "e", "f", "g").get(found.label()), found.name());
        }
    }

    /** Drawn spikes are equal for equal samples, and differ with another seed. */
    @Test
    void ratesAreDrawnFromTheSeed() {
        SpikeMatrix spikes = SpikeMatrix.zeros(STEPS, 20);
        CounterRandom.Draws draws = CounterRandom.Draws.encoding(7, 1);
        draws.setSamples(new int[1], 0, 1);
        InputEncoding.rate(new Rate(), STEPS).encode(values.rows(4, 1), draws, spikes);
        try (Classifier classifier =
                Classifier.of(model("rate", Decoding.COUNT)).seed(7)) {
            String first = classifier.classify(row(4)).toString();
            classifier.classify(row(5));
            assertEquals(first, classifier.classify(row(4)).toString());
            assertEquals(first, classifier.classify(spikes).toString());
        }
    }

    @Test
    void earlyDecisionsGiveTheSameLabelAfterFewerSteps() {
        int saved = 0;
        try (Classifier whole = Classifier.of(model("frame", Decoding.COUNT));
                Classifier early = Classifier.of(model("frame", Decoding.COUNT)).early(EarlyExit.exact(STEPS), 1)) {
            for (int sample = 0; sample < SAMPLES; sample++) {
                Classifier.Result found = early.classify(row(sample));
                assertEquals(whole.classify(row(sample)).label(), found.label());
                saved += STEPS - found.steps();
            }
        }
        assertTrue(saved > 0);
        assertInvalid(
                "outputs are decoded by membrane, expected count for early decisions, which count spikes",
                () -> Classifier.of(model("frame", Decoding.MEMBRANE))
                        .early(EarlyExit.exact(STEPS), 1)
                        .classify(row(0)));
    }

    /** The remaining steps do not lose a decided label. */
    @Test
    void labelsAreThoseForWhichTheRuleDecided() {
        EarlyExit hasty = new EarlyExit(STEPS, 1, 0);
        int later = 0;
        try (Classifier often = Classifier.of(model("frame", Decoding.COUNT)).early(hasty, 1);
                Classifier seldom =
                        Classifier.of(model("frame", Decoding.COUNT)).early(hasty, STEPS)) {
            for (int sample = 0; sample < SAMPLES; sample++) {
                Classifier.Result found = seldom.classify(row(sample));
                assertEquals(often.classify(row(sample)).label(), found.label());
                later += found.label() == found.top(1).getFirst() ? 0 : 1;
            }
        }
        assertTrue(later > 0, "every lead is kept");
    }

    @Test
    void silenceAndTiesAreUndecided() {
        Network silent = Networks.dense(random, new Leaky(0.9f).withThreshold(1e9f), 20, 6);
        for (Decoding decoding : List.of(Decoding.COUNT, Decoding.FIRST_SPIKE)) {
            try (Classifier classifier =
                    Classifier.of(new Model(silent, model("frame", decoding).notes()))) {
                Classifier.Result found = classifier.classify(row(0));
                assertFalse(found.isDecided());
                assertEquals(0, found.label());
                assertEquals("undecided, 0.17 after 12 steps", found.toString());
            }
        }
        Classifier.Result tie =
                new Classifier.Result(List.of(), new float[] {1, 3, 3}, new float[] {.1f, .45f, .45f}, 1, 2);
        assertFalse(tie.isDecided());
        assertEquals("undecided, 0.45 after 2 steps", tie.toString());
        assertEquals("[1, 2, 0]", tie.top(5).toString());
        assertEquals("1", tie.name());
    }

    @Test
    void populationCodesAreAddedUp() {
        Model blocks = model("frame", Decoding.COUNT).with(Model.CLASSES, "3");
        try (Classifier classifier = Classifier.of(blocks.withClassNames(List.of("x", "y", "z")))) {
            assertEquals(3, classifier.classify(row(0)).classes());
        }
        assertInvalid(
                "the model notes 2 names of classes, expected 3, one for each class",
                () -> Classifier.of(blocks.withClassNames(List.of("x", "y"))).classify(row(0)));
    }

    @Test
    void saysWhatDiffersAndWhatIsMissing() {
        try (Classifier classifier = Classifier.of(model("frame", Decoding.COUNT))
                .steps(3)
                .code(InputEncoding.rate(new Rate(), 3))
                .decoding(Decoding.MEMBRANE)) {
            assertEquals(
                    List.of(
                            "steps: 3, while the model was trained with 12; accuracy may be lower",
                            "code: rate, 3 steps, while the model was trained with frame; accuracy may be lower",
                            "decoding: membrane, while the model was trained with count; accuracy may be lower"),
                    classifier.notices());
            assertEquals(3, classifier.classify(row(0)).steps());
        }
        assertIllegalState(
                "the model does not note its steps, expected Classifier.steps(...), as it was trained;"
                        + " TrainingRun.model() notes it",
                () -> Classifier.of(Model.of(network)).classify(row(0)));
        assertIllegalState(
                "the model does not note its code, expected Classifier.code(...), as it was trained;"
                        + " TrainingRun.model() notes it",
                () -> Classifier.of(Model.of(network))
                        .steps(2)
                        .decoding(Decoding.COUNT)
                        .classify(row(0)));
        assertInvalid(
                "sample has 19 values, which the code (frame) makes 19 inputs of, expected 20",
                () -> Classifier.of(model("frame", Decoding.COUNT)).classify(new float[19]));
        assertInvalid(
                "note 'training.steps' is 'many', expected 1 to 100000",
                () -> Model.of(network).with(Model.STEPS, "many"));
    }

    @Test
    void trainingNotesHowItTrains() throws IOException {
        Dataset data = Dataset.of(Shape.of(20), values, new int[SAMPLES], 6);
        try (Trainer trainer = Trainer.of(network, STEPS, SAMPLES)
                .loss(CrossEntropyLoss.count().withPopulationCode(3))
                .build()) {
            Batching batching = new Batching(SAMPLES).withCode(InputEncoding.rate(new Rate(), STEPS));
            TrainingRun run = TrainingRun.of(trainer, data, batching).epochs(1).build();
            Model noted = run.run().model();
            assertEquals(
                    "{training.steps=12, training.code=rate, training.decoding=count, training.classes=3}",
                    noted.notes().toString());
            try (Classifier classifier = Classifier.of(noted)) {
                assertEquals(3, classifier.classify(row(0)).classes());
            }
        }
    }

    /** Generated samples fit any encoding; answers do not change. */
    @Test
    void warmsUpWithWhateverRuns() {
        InputEncoding both = new InputEncoding() {
            @Override
            public FloatMatrix allocate(int samples, int neurons) {
                return FloatMatrix.zeros(samples, 2 * neurons);
            }

            @Override
            public void encode(FloatMatrix of, CounterRandom.Draws draws, Signal into) {
                for (int i = 0; i < into.columns(); i++) {
                    float value = of.get(0, i / 2);
                    ((FloatMatrix) into).set(0, i, i % 2 == 0 ? value : 1 - value);
                }
            }
        };
        List<InputEncoding> codes = List.of(
                InputEncoding.frame(), InputEncoding.pieces(STEPS), InputEncoding.rate(new Rate(), STEPS), both);
        Model noCode =
                Model.of(network).with(Model.STEPS, String.valueOf(STEPS)).with(Model.DECODING, "membrane");
        for (int i = 0; i <= codes.size(); i++) {
            try (Classifier classifier = Classifier.of(noCode)) {
                if (i < codes.size()) {
                    classifier.code(codes.get(i));
                }
                String before = classifier.classify(values.rows(0, 1)).toString();
                Classifier.WarmUp reached = classifier.warmUp(new float[0][], Duration.ofNanos(1));
                assertFalse(reached.settled());
                assertTrue(reached.median().isPositive() && reached.median().compareTo(reached.slowest()) <= 0);
                assertTrue(reached.toString().startsWith("not settled after "), reached.toString());
                assertEquals(before, classifier.classify(values.rows(0, 1)).toString());
            }
        }
        Classifier frames = Classifier.of(model("frame", Decoding.COUNT));
        assertThrows(IllegalArgumentException.class, () -> frames.warmUp(new float[3]));
        frames.warmUp(new float[][] {row(0)}, Duration.ofNanos(1));
    }

    /** A class for each output is no population code. */
    @Test
    void asManyClassesAsOutputsAreNoCode() {
        for (Decoding decoding : List.of(Decoding.MEMBRANE, Decoding.COUNT)) {
            Model noted = model("frame", decoding).with(Model.CLASSES, "6");
            try (Classifier classifier = Classifier.of(noted);
                    Classifier plain = Classifier.of(model("frame", decoding))) {
                assertEquals(
                        plain.classify(row(0)).toString(),
                        classifier.classify(row(0)).toString());
                if (decoding == Decoding.COUNT) {
                    classifier.early(EarlyExit.exact(STEPS), STEPS);
                    assertEquals(
                            plain.classify(row(1)).label(),
                            classifier.classify(row(1)).label());
                    classifier.early(new EarlyExit(STEPS, EarlyExit.NO_MARGIN, 6), STEPS);
                    assertEquals(
                            plain.classify(row(1)).label(),
                            classifier.classify(row(1)).label());
                }
            }
        }
    }

    @Test
    void refusesWhatCannotGiveTheSameAnswerTwice() {
        InputEncoding stream = InputEncoding.rate(new Rate(), STEPS, new TorchRandom(1));
        assertInvalid(
                "the code draws from one stream, so that a sample's answer depends on those before it, expected a code"
                        + " that draws from the samples' own streams",
                () -> Classifier.of(model("rate", Decoding.COUNT)).code(stream));
    }

    @Test
    void membranesThatOverflowDecideNothing() {
        Network one = Networks.of(
                1,
                by(Dense.of(FloatMatrix.of(new float[] {1}, new float[] {10})), new Leaky(0.9f).withReset(Reset.NONE)));
        Model noted = new Model(one, model("frame", Decoding.MEMBRANE).notes());
        try (Classifier classifier = Classifier.of(noted)) {
            assertFalse(classifier.classify(new float[] {Float.MAX_VALUE}).isDecided());
        }
    }

    @Test
    void tellsTheMetricsOfASample() {
        Map<String, Double> told = new HashMap<>();
        float[] sample = new float[20];
        Arrays.fill(sample, 0, 5, 0.5f);
        try (Classifier classifier =
                Classifier.of(model("frame", Decoding.COUNT)).metrics(told::put)) {
            Classifier.Result found = classifier.classify(sample);
            String name = "spikelane.classifier.";
            assertTrue(told.remove(name + "seconds") > 0);
            List<Integer> first = found.top(2);
            double margin = found.probability(first.getFirst()) - found.probability(first.getLast());
            Map<String, Double> expected = Map.of(
                    name + "steps",
                    (double) STEPS,
                    name + "input",
                    5 / 20.0,
                    name + "undecided",
                    found.isDecided() ? 0.0 : 1.0,
                    name + "margin",
                    (double) (float) margin);
            assertEquals(expected, told);
        }
    }

    @Test
    void refusesAPopulationThatIsNotThere() {
        assertThrows(IllegalArgumentException.class, () -> Model.of(network).with(Model.POPULATION, "lif9"));
    }
}
