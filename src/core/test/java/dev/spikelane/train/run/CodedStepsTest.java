package dev.spikelane.train.run;

import static dev.spikelane.Failures.assertPart;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.data.BatchLoader;
import dev.spikelane.data.Batching;
import dev.spikelane.data.InputEncoding;
import dev.spikelane.encode.Latency;
import dev.spikelane.encode.Rate;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.network.Network;
import dev.spikelane.random.CounterRandom;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.Evaluator;
import dev.spikelane.train.SmallRun;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainingBatch;
import dev.spikelane.train.TrainingRun;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Ten samples of 15 steps have as many rows as five samples of 30, and must not be taken for them. */
@EveryWidth
final class CodedStepsTest {

    private static final int SAMPLES = 20;
    private static final Batching FIFTEEN = batching(InputEncoding.rate(new Rate(), 15));

    private static Batching batching(InputEncoding code) {
        return new Batching(10).withCode(code);
    }

    /** An encoding with unknown steps. */
    private record Silent(int made) implements InputEncoding {

        @Override
        public Signal allocate(int samples, int neurons) {
            return FloatMatrix.zeros(made * samples, neurons);
        }

        @Override
        public void encode(FloatMatrix values, CounterRandom.Draws draws, Signal into) {
            ((FloatMatrix) into).set(0, 0, 1);
        }
    }

    private static void withTrainer(int steps, Consumer<Trainer> use) {
        try (Trainer trainer = Trainer.of(SmallRun.network(), steps, 10)
                .loss(CrossEntropyLoss.membrane())
                .build()) {
            use.accept(trainer);
        }
    }

    @Test
    void runRefusesCodesOfOtherSteps() {
        String expected = "makes 15 steps, expected 30, for which the trainer was made";
        withTrainer(30, trainer -> {
            assertPart(
                    expected,
                    () -> TrainingRun.of(trainer, SmallRun.data(SAMPLES, 1), FIFTEEN)
                            .build());
            assertPart(
                    expected,
                    () -> TrainingRun.of(trainer, SmallRun.data(SAMPLES, 1), batching(new Silent(15)))
                            .build());
            assertPart(
                    expected,
                    () -> TrainingRun.of(trainer, SmallRun.data(SAMPLES, 1), batching(InputEncoding.frame()))
                            .validate(SmallRun.data(SAMPLES, 2), FIFTEEN)
                            .build());
        });
    }

    @Test
    void batchRefusesOtherSteps() {
        try (BatchLoader loader = new BatchLoader(SmallRun.data(SAMPLES, 1), FIFTEEN)) {
            loader.start(0);
            assertTrue(loader.next());
            BatchLoader.Batch batch = loader.batch();
            assertPart(
                    "input has 150 rows for 10 samples, expected 300, 30 steps of each",
                    () -> TrainingBatch.of(batch, 30));
            assertFalse(TrainingBatch.of(batch, 15).constant());
        }
        try (BatchLoader loader = new BatchLoader(SmallRun.data(SAMPLES, 1), batching(InputEncoding.frame()))) {
            loader.start(0);
            assertTrue(loader.next());
            assertTrue(TrainingBatch.of(loader.batch(), 30).constant());
            assertFalse(TrainingBatch.of(loader.batch(), 1).constant());
        }
    }

    @Test
    void evaluatorRefusesOtherSteps() {
        Network network = SmallRun.network();
        assertPart(
                "makes 15 steps, expected 30, for which the evaluator was made",
                () -> new Evaluator(network, 30, FIFTEEN, 1).close());
        Batching thirty = batching(InputEncoding.latency(new Latency(), 30));
        assertPart("makes 30 steps, expected 15", () -> new Evaluator(network, 15, thirty, 1).close());
        try (Evaluator evaluator = new Evaluator(network, 30, batching(new Silent(15)), 1)) {
            assertPart("input has 150 rows", () -> evaluator.evaluate(SmallRun.data(SAMPLES, 1)));
        }
    }

    @Test
    void codesSayTheirSteps() {
        assertEquals(0, InputEncoding.frame().steps());
        assertEquals(7, InputEncoding.rate(new Rate(), 7).steps());
        assertEquals(7, InputEncoding.rate(new Rate(), 7, new TorchRandom(1)).steps());
        assertEquals(7, InputEncoding.pieces(7).steps());
        assertEquals(7, InputEncoding.latency(new Latency(), 7).steps());
        assertEquals("frame", InputEncoding.frame().toString());
        assertEquals("rate, 7 steps", InputEncoding.rate(new Rate(), 7).toString());
        assertTrue(new Batching(3).toString().contains("code=frame,"), new Batching(3).toString());
    }

    @Test
    void stepsAreAtLeastOne() {
        assertPart("steps is 0", () -> InputEncoding.rate(new Rate(), 0));
        assertPart("steps is 0", () -> InputEncoding.latency(new Latency(), 0));
    }
}
