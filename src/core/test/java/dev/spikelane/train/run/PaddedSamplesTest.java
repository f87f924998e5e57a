package dev.spikelane.train.run;

import static dev.spikelane.fixture.Layer.by;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.connection.Dense;
import dev.spikelane.data.BatchLoader;
import dev.spikelane.data.Batching;
import dev.spikelane.data.Dataset;
import dev.spikelane.data.InputEncoding;
import dev.spikelane.fixture.Networks;
import dev.spikelane.fixture.Trainers;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.model.Model;
import dev.spikelane.network.Network;
import dev.spikelane.network.Simulation;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.train.Classifier;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.Decoding;
import dev.spikelane.train.EpochResult;
import dev.spikelane.train.Evaluator;
import dev.spikelane.train.Sgd;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainingBatch;
import dev.spikelane.train.TrainingRun;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Samples that end before the last step: a program's decoding skips the padding after them. */
@EveryWidth
final class PaddedSamplesTest {

    private static final int STEPS = 10;
    private static final int SAMPLES = 12;
    private static final int[] LENGTHS = new int[SAMPLES];
    private static final int[] LABELS = new int[SAMPLES];

    /** In each step of a sample the input of its class is 1; in the padding, which is longer, the other input. */
    private static final FloatMatrix VALUES = FloatMatrix.zeros(SAMPLES, 2 * STEPS);

    static {
        for (int sample = 0; sample < SAMPLES; sample++) {
            LENGTHS[sample] = 1 + sample % 4;
            LABELS[sample] = sample / 2 % 2;
            for (int step = 0; step < STEPS; step++) {
                boolean pads = step >= LENGTHS[sample];
                VALUES.set(sample, 2 * step + (pads ? 1 - LABELS[sample] : LABELS[sample]), 1);
            }
        }
    }

    private static final Dataset DATA = Dataset.of(Shape.of(2 * STEPS), VALUES, LABELS, 2);

    private static final Decoding SPIKES = Decoding.ofSpikes("count of own steps", (outputs, row, scores) -> {
        for (int step = 0; step < LENGTHS[outputs.sample(row)]; step++) {
            for (int c = 0; c < scores.length; c++) {
                scores[c] += outputs.spikes().get(step * outputs.batch() + row, c) ? 1 : 0;
            }
        }
    });

    private static final Decoding MEMBRANES = Decoding.ofMembranes("own membranes", (outputs, row, scores) -> {
        for (int step = 0; step < LENGTHS[outputs.sample(row)]; step++) {
            for (int c = 0; c < scores.length; c++) {
                scores[c] += outputs.membranes().get(step * outputs.batch() + row, c);
            }
        }
    });

    private static Network network() {
        return Networks.of(2, by(Dense.of(FloatMatrix.of(new float[] {1.5f, 0}, new float[] {0, 1.5f})), new Leaky(0)));
    }

    private static Batching batching() {
        return new Batching(5).withCode(InputEncoding.pieces(STEPS));
    }

    @Test
    void evaluationsDecodeTheOwnStepsOfEachSample() {
        assertEquals(0, accuracy(Decoding.COUNT));
        assertEquals(0, accuracy(Decoding.MEMBRANE));
        assertEquals(1, accuracy(SPIKES));
        assertEquals(1, accuracy(MEMBRANES));
    }

    private static double accuracy(Decoding decoding) {
        return accuracy(DATA, decoding);
    }

    private static double accuracy(Dataset data, Decoding decoding) {
        try (Evaluator evaluator = new Evaluator(network(), STEPS, batching(), 2).decoding(decoding)) {
            return evaluator.evaluate(data).accuracy();
        }
    }

    @Test
    void dataThatSaysLengthsNeedsNoDecodingOfItsOwn() {
        Dataset series = DATA.withLengths(LENGTHS);
        assertEquals(1, accuracy(series, Decoding.COUNT));
        assertEquals(1, accuracy(series, Decoding.MEMBRANE));
        double sum = 0;
        double spikes = 0;
        double operations = 0;
        for (int sample = 0; sample < SAMPLES; sample++) {
            int steps = LENGTHS[sample];
            FloatMatrix own = FloatMatrix.zeros(1, 2 * steps);
            for (int i = 0; i < 2 * steps; i++) {
                own.set(0, i, VALUES.get(sample, i));
            }
            Dataset alone = Dataset.of(Shape.of(2 * steps), own, new int[] {LABELS[sample]}, 2);
            Evaluator.Result of = result(alone, steps, new Batching(1).withCode(InputEncoding.pieces(steps)));
            sum += of.loss();
            spikes += of.spikes().get("lif1");
            operations += of.synapticOperations();
        }
        Evaluator.Result of = result(series, STEPS, batching());
        assertEquals(sum / SAMPLES, of.loss(), 1e-12);
        assertEquals(spikes / SAMPLES, of.spikes().get("lif1"), 1e-12);
        assertEquals(operations / SAMPLES, of.synapticOperations(), 1e-12);
    }

    private static Evaluator.Result result(Dataset data, int steps, Batching batching) {
        try (Evaluator evaluator = new Evaluator(network(), steps, batching, 1).loss(CrossEntropyLoss.rate())) {
            return evaluator.evaluate(data);
        }
    }

    @Test
    void loadersSortByLengthAndClearThePadding() {
        Dataset series = DATA.withLengths(LENGTHS);
        try (BatchLoader loader = new BatchLoader(series, batching().withSortedLengths(2))) {
            loader.start(0);
            List<Integer> order = new ArrayList<>();
            while (loader.next()) {
                BatchLoader.Batch batch = loader.batch();
                int[] lengths = batch.lengths();
                for (int row = 0; row < batch.count(); row++) {
                    order.add(batch.sample(row));
                    assertEquals(LENGTHS[batch.sample(row)], lengths[row]);
                    for (int step = 0; step < STEPS; step++) {
                        float sum = 0;
                        for (int i = 0; i < 2; i++) {
                            sum += ((FloatMatrix) batch.input()).get(step * batch.count() + row, i);
                        }
                        assertEquals(step < lengths[row] ? 1 : 0, sum);
                    }
                }
            }
            assertEquals(List.of(3, 7, 2, 6, 1, 5, 9, 0, 4, 8, 11, 10), order); // the first ten, and the others
        }
    }

    @Test
    void runsTrainThem() throws IOException {
        Network network = network();
        try (Trainer trainer = Trainer.of(network, STEPS, 5)
                .loss(CrossEntropyLoss.rate())
                .optimizer(new Sgd(1e-6))
                .shards(2)
                .build()) {
            TrainingRun run = TrainingRun.of(
                            trainer,
                            DATA.withLengths(LENGTHS),
                            batching().withShuffle(1).withSortedLengths(2))
                    .epochs(2)
                    .validate(DATA.withLengths(LENGTHS), batching())
                    .build()
                    .run();
            assertEquals(1, run.curve(EpochResult::validationAccuracy)[1]);
            assertEquals(1, run.curve(EpochResult::accuracy)[1]);
        }
    }

    @Test
    void lengthsThatDoNotFitAreRefused() {
        try (Trainer trainer = Trainers.of(network(), STEPS, 2, CrossEntropyLoss.rate(), new Sgd(1))) {
            TrainingBatch batch = TrainingBatch.of(SpikeMatrix.zeros(2 * STEPS, 2), 0, 1);
            assertMessage("there are 1 lengths, expected 2", () -> trainer.step(batch.withLengths(3)));
            assertMessage("length of sample 1 is 11, expected 1 to 10", () -> trainer.step(batch.withLengths(3, 11)));
        }
        try (Simulation simulation = network().simulate(2)) {
            SpikeMatrix input = SpikeMatrix.zeros(2 * STEPS, 2);
            assertMessage("there are 1 lengths, expected 2", () -> simulation.run(input, new int[] {1}));
            assertMessage(
                    "length of sample 0 is 11, expected at most 10", () -> simulation.run(input, new int[] {11, 1}));
        }
        assertMessage("there are 1 lengths, expected 12", () -> DATA.withLengths(4));
    }

    private static void assertMessage(String expected, Executable call) {
        String message = String.valueOf(
                assertThrows(IllegalArgumentException.class, call).getMessage());
        assertTrue(message.startsWith(expected), message);
    }

    /** At this rate nothing is learned: two epochs are no better than the first, and the run ends. */
    @Test
    void validationKeepsAndStopsByIt() throws IOException {
        for (Decoding decoding : List.of(SPIKES, MEMBRANES, Decoding.COUNT)) {
            Network network = network();
            try (Trainer trainer = Trainers.of(network, STEPS, 5, CrossEntropyLoss.rate(), new Sgd(1e-6))) {
                TrainingRun run = TrainingRun.of(trainer, DATA, batching().withShuffle(1))
                        .epochs(9)
                        .validate(DATA, batching())
                        .decoding(decoding)
                        .keepBest()
                        .stopAfter(2)
                        .build()
                        .run();
                double[] accuracy = run.curve(EpochResult::validationAccuracy);
                assertEquals(3, accuracy.length);
                assertTrue(Arrays.stream(accuracy).allMatch(each -> each == (decoding == Decoding.COUNT ? 0 : 1)));
                assertTrue(decoding == Decoding.COUNT
                        || run.warnings().getFirst().startsWith("outputs are decoded by " + decoding + ", while"));
                assertEquals(Optional.of("count"), run.model().decoding());
            }
        }
    }

    @Test
    void classifiersTakeTheirScores() {
        SpikeMatrix sample = SpikeMatrix.zeros(STEPS, 2);
        for (int step = 0; step < STEPS; step++) {
            sample.set(step, step == 0 ? 0 : 1, true);
        }
        Classifier classifier = Classifier.of(Model.of(network())).steps(STEPS);
        assertEquals(1, classifier.decoding(Decoding.COUNT).classify(sample).label());
        assertEquals(0, classifier.decoding(SPIKES).classify(sample).label()); // as sample 0, of one step
        assertEquals(0, classifier.decoding(MEMBRANES).classify(sample).label());
        assertEquals(
                1 / (1 + Math.exp(-1)),
                classifier.decoding(SPIKES).classify(sample).probability(0),
                1e-6);
    }
}
