package dev.spikelane.train;

import static dev.spikelane.Failures.assertIllegalState;
import static dev.spikelane.Filled.ints;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.Alone;
import dev.spikelane.data.Batching;
import dev.spikelane.data.Dataset;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Network;
import dev.spikelane.random.TorchRandom;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** One thread at a time uses a trainer or evaluator; a second thread, or a listener of the first, gets an error. */
@Timeout(value = 600, threadMode = ThreadMode.SEPARATE_THREAD)
@Alone
final class BusyTest {

    private static final int STEPS = 6;
    private static final int BATCH = 16;

    private static String busy(String name) {
        return name + " is busy: it is used by one thread at a time, and not by its observers";
    }

    private static FloatMatrix frames() {
        return new TorchRandom(3).rand(BATCH, 12);
    }

    private static TrainingBatch batch() {
        int[] labels = ints(BATCH, i -> i % SmallRun.CLASSES);
        return TrainingBatch.ofFrame(frames(), labels);
    }

    private static void refused(String name, Runnable use) {
        assertIllegalState(busy(name), use::run);
    }

    /** Runs an action on another thread and waits. */
    private static void elsewhere(Runnable work) {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread other = Thread.ofPlatform().start(() -> {
            try {
                work.run();
            } catch (RuntimeException | Error thrown) {
                failure.set(thrown);
            }
        });
        try {
            other.join();
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
        assertEquals(null, failure.get());
    }

    @Test
    void aTrainerRefusesAnotherThreadAndItsObservers() {
        List<Trainer> made = new ArrayList<>();
        int[] asked = {0};
        Runnable uses = () -> {
            Trainer busy = made.getFirst();
            refused("trainer", () -> busy.step(batch()));
            refused("trainer", () -> busy.step(List.of(batch())));
            refused("trainer", () -> busy.warmUp(batch()));
            refused("trainer", busy::close);
            asked[0]++;
        };
        Network network = SmallRun.network();
        long[] after = new long[2];
        try (Trainer trainer = SmallRun.trainer(network)
                .threads(2)
                .onLoss(loss -> {
                    uses.run();
                    elsewhere(uses);
                })
                .build()) {
            made.add(trainer);
            trainer.step(batch());
            trainer.step(batch());
            after[0] = network.weights().hash();
        }
        assertEquals(4, asked[0]);
        Network alone = SmallRun.network();
        try (Trainer trainer = SmallRun.trainer(alone).build()) {
            trainer.step(batch());
            trainer.step(batch());
            after[1] = alone.weights().hash();
        }
        assertEquals(after[1], after[0], "the bits of a trainer that nobody disturbed");
    }

    @Test
    void shardsAreRefusedToo() {
        List<Trainer> made = new ArrayList<>();
        List<ShardGradients> shards = new ArrayList<>();
        int[] asked = {0};
        try (Trainer trainer = SmallRun.trainer(SmallRun.network())
                .shards(2)
                .onLoss(loss -> {
                    Trainer busy = made.getFirst();
                    refused("trainer", () -> busy.gradients(batch(), 0));
                    refused("trainer", () -> busy.gradients(List.of(batch()), 0));
                    refused("trainer", () -> busy.update(shards));
                    asked[0]++;
                })
                .build()) {
            made.add(trainer);
            shards.add(trainer.gradients(batch(), 0));
            shards.add(trainer.gradients(batch(), 1));
            trainer.update(shards);
        }
        assertEquals(1, asked[0]);
    }

    /** Two threads repeatedly request shared worker threads at once. */
    @Test
    void gradientsNeverHang() throws InterruptedException {
        try (Gradients gradients = Gradients.of(SmallRun.network(), STEPS, BATCH)
                .learn("fc1.weight")
                .startAtSpikes("lif2")
                .threads(2)
                .build()) {
            FloatMatrix frames = frames();
            AtomicInteger refusals = new AtomicInteger();
            Runnable work = () -> {
                for (int round = 0; round < 300 || refusals.get() == 0; round++) {
                    for (Runnable use : List.<Runnable>of(
                            () -> gradients.forwardConstant(frames), gradients::backward, gradients::reset)) {
                        try {
                            use.run();
                        } catch (IllegalStateException refused) {
                            assertEquals(busy("object of gradients"), refused.getMessage());
                            refusals.incrementAndGet();
                        }
                    }
                }
            };
            Thread one = Thread.ofPlatform().start(work);
            Thread other = Thread.ofPlatform().start(work);
            one.join();
            other.join();
            gradients.reset();
            gradients.forwardConstant(frames);
            gradients.backward();
        }
    }

    @Test
    void anEvaluatorRefusesAnotherThread() {
        Dataset data = SmallRun.data(20, 1);
        int[] asked = {0};
        try (Evaluator evaluator = new Evaluator(SmallRun.network(), SmallRun.STEPS, SmallRun.batching(), 2)) {
            Dataset asking = new Dataset() {
                @Override
                public int size() {
                    return data.size();
                }

                @Override
                public Shape shape() {
                    return data.shape();
                }

                @Override
                public int classes() {
                    return data.classes();
                }

                @Override
                public int label(int sample) {
                    return data.label(sample);
                }

                @Override
                public void read(int sample, FloatMatrix into, int row) {
                    if (asked[0]++ == 0) {
                        refused("evaluator", () -> evaluator.evaluate(data));
                        refused("evaluator", () -> evaluator.decoding(Decoding.COUNT));
                        refused("evaluator", () -> evaluator.loss(CrossEntropyLoss.membrane()));
                        refused("evaluator", evaluator::close);
                    }
                    data.read(sample, into, row);
                }
            };
            assertEquals(
                    evaluator.evaluate(data).classes(),
                    evaluator.evaluate(asking).classes());
        }
        assertEquals(20, asked[0]);
    }

    private interface Listening {
        void add(TrainingRunBuilder run, Consumer<Object> listener);
    }

    /** A listener starts its run again, or uses the trainer of its run. */
    @Test
    void aRunRefusesItsListeners() throws IOException {
        List<Listening> all = List.of(
                (run, listener) -> run.onStep(listener::accept),
                (run, listener) -> run.onEpoch(listener::accept),
                (run, listener) -> run.decoding(Decoding.COUNT).onNotice(listener::accept));
        for (Listening each : all) {
            List<TrainingRun> made = new ArrayList<>();
            int[] asked = {0};
            try (Trainer trainer = SmallRun.trainer(SmallRun.network()).build()) {
                TrainingRunBuilder builder = SmallRun.run(trainer).epochs(1);
                each.add(builder, declared -> {
                    refused("training run", () -> run(made.getFirst()));
                    refused("trainer", () -> trainer.step(batch()));
                    refused("trainer", () -> run(made.getLast()));
                    asked[0]++;
                });
                made.add(builder.build());
                made.add(SmallRun.run(trainer).epochs(1).build());
                made.getFirst().run();
                assertTrue(asked[0] > 0);
                assertEquals(1, made.getFirst().history().size());
                made.getLast().run();
            }
        }
    }

    private static void run(TrainingRun run) {
        try {
            run.run();
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }

    @Test
    void whatThrewMayBeUsedAgain() {
        try (Trainer trainer = SmallRun.trainer(SmallRun.network()).build()) {
            assertThrows(IllegalArgumentException.class, () -> trainer.step(TrainingBatch.ofFrame(frames(), 1)));
            trainer.step(batch());
        }
        try (Evaluator evaluator = new Evaluator(SmallRun.network(), SmallRun.STEPS, new Batching(4), 1)) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> evaluator.evaluate(Dataset.of(Shape.of(3), FloatMatrix.zeros(1, 3), new int[1], 4)));
            evaluator.evaluate(SmallRun.data(5, 1));
        }
    }
}
