package dev.spikelane.data;

import static dev.spikelane.Failures.assertIllegalState;
import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Filled.floats;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.Alone;
import dev.spikelane.Matrices;
import dev.spikelane.encode.Delta;
import dev.spikelane.encode.Latency;
import dev.spikelane.encode.Rate;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.random.TorchRandom;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(600)
@Alone
final class BatchLoaderTest {

    private static final int SAMPLES = 23;
    private static final int STEPS = 4;
    private static final Shape SHAPE = Shape.of(2, 3, 5);

    private final FloatMatrix values = Matrices.uniform(Arena.ofAuto(), SAMPLES, SHAPE.size(), new Random(5));
    private final Dataset data = Dataset.of(SHAPE, values, labels(), 4).scaled(0.5f, 0.5f);

    private static int[] labels() {
        int[] labels = new int[SAMPLES];
        Arrays.setAll(labels, i -> i % 4);
        return labels;
    }

    /** Like a loop in Python: spikegen.rate of one batch after another, from one generator. */
    @Test
    void oneStreamGivesTheSpikesOfBatchesInTurn() {
        Batching batching = new Batching(5).withCode(InputEncoding.rate(new Rate(), STEPS, new TorchRandom(11)));
        assertTrue(batching.code().isSequential());
        assertFalse(new Batching(5).code().isSequential());
        TorchRandom random = new TorchRandom(11);
        try (BatchLoader loader = new BatchLoader(data, batching)) {
            for (int epoch = 0; epoch < 2; epoch++) {
                loader.start(epoch);
                while (loader.next()) {
                    BatchLoader.Batch batch = loader.batch();
                    SpikeMatrix expected = SpikeMatrix.zeros(STEPS * batch.count(), SHAPE.size());
                    new Rate().encode(batch.values(), expected, random);
                    assertArrayEquals(expected.toArray(), ((SpikeMatrix) batch.input()).toArray());
                }
            }
        }
    }

    /** Returns values and spikes of each sample of an epoch, by its number. */
    private Map<Integer, String> contents(Batching batching, int epoch) {
        Map<Integer, String> contents = new HashMap<>();
        try (BatchLoader loader = new BatchLoader(data, batching)) {
            loader.start(epoch);
            while (loader.next()) {
                BatchLoader.Batch batch = loader.batch();
                SpikeMatrix spikes = (SpikeMatrix) batch.input();
                for (int row = 0; row < batch.count(); row++) {
                    assertEquals(batch.sample(row) % 4, batch.labels()[row]);
                    StringBuilder text = new StringBuilder(
                            Arrays.toString(batch.values().rows(row, 1).toArray()));
                    for (int step = 0; step < STEPS; step++) {
                        text.append(Arrays.toString(
                                spikes.rows(step * batch.count() + row, 1).toArray()));
                    }
                    contents.put(batch.sample(row), text.toString());
                }
            }
        }
        return contents;
    }

    private static Batching coded(int size) {
        return new Batching(size)
                .withSeed(11)
                .withAugmentations(Batching.Augmentation.shift(1), Batching.Augmentation.flip(0.5))
                .withCode(InputEncoding.rate(new Rate(), STEPS));
    }

    /** A sample depends on the seed, the epoch and its number, not on its place. */
    @Test
    void aSampleIsTheSameInAnyBatch() {
        Map<Integer, String> expected = contents(coded(SAMPLES), 3);
        assertEquals(SAMPLES, expected.size());
        assertEquals(expected, contents(coded(1), 3));
        assertEquals(expected, contents(coded(5).withShuffle(1), 3));
        assertEquals(expected, contents(coded(8).withGlobalShuffle(2), 3));
        assertNotEquals(expected, contents(coded(SAMPLES), 4));
        assertNotEquals(expected, contents(coded(SAMPLES).withSeed(12), 3));
    }

    @Test
    void goesOnInTheMiddleOfAnyEpoch() {
        Batching batching = new Batching(5).withShuffle(7);
        List<String> whole = new ArrayList<>();
        try (BatchLoader loader = new BatchLoader(data, batching)) {
            for (int epoch = 0; epoch < 3; epoch++) {
                loader.start(epoch);
                while (loader.next()) {
                    whole.add(loader.batch().toString());
                }
            }
            assertEquals(3 * loader.batches(), whole.size());
            loader.start(1, 2);
            assertTrue(loader.next());
            assertEquals(whole.get(loader.batches() + 2), loader.batch().toString());
            loader.start(0);
            assertTrue(loader.next());
            assertEquals(whole.get(0), loader.batch().toString());
        }
        try (BatchLoader resumed = new BatchLoader(data, batching)) {
            resumed.start(2, 3);
            assertTrue(resumed.next());
            assertEquals(whole.get(2 * resumed.batches() + 3), resumed.batch().toString());
        }
    }

    /** A skipped order advances the generator like a drawn one. */
    @Test
    void ordersDoNotDependOnThoseThatWereDrawn() {
        Batching plain = new Batching(5);
        for (Batching batching : List.of(plain, plain.withShuffle(7), plain.withGlobalShuffle(7))) {
            for (int samples : new int[] {1, 2, SAMPLES, 1_000}) {
                TorchRandom drawing = batching.generator(0, samples);
                for (int epoch = 0; epoch < 4; epoch++) {
                    int[] state = drawing.state();
                    assertArrayEquals(state, batching.generator(epoch, samples).state());
                    int[] order = batching.order(drawing, samples);
                    assertArrayEquals(order, batching.order(epoch, samples));
                    assertArrayEquals(order, batching.order(TorchRandom.ofState(state), samples));
                }
            }
        }
        assertInvalid("epoch is -1, expected at least 0", () -> plain.generator(-1, 1));
        assertInvalid("data set has 0 samples, expected at least 1", () -> plain.order(new TorchRandom(1), 0));
    }

    @Test
    void takesAnOrderThatTheCallerHasDrawn() {
        int[] order = new int[SAMPLES];
        Arrays.setAll(order, i -> SAMPLES - 1 - i);
        try (BatchLoader loader = new BatchLoader(data, new Batching(5).withShuffle(7))) {
            loader.start(3, 1, order);
            assertTrue(loader.next());
            assertEquals(SAMPLES - 1 - 5, loader.batch().sample(0));
            assertEquals(3, loader.batch().epoch());
            loader.start(0);
            assertTrue(loader.next());
            assertEquals(
                    new Batching(5).withShuffle(7).order(0, SAMPLES)[0],
                    loader.batch().sample(0));
            order[4] = SAMPLES;
            assertInvalid("order has 23 in place 4, expected 0 to 22", () -> loader.start(0, 0, order));
            assertInvalid(
                    "order has 2 numbers, expected 23, one for each sample", () -> loader.start(0, 0, new int[2]));
        }
    }

    @Test
    void theLastBatchMayBeSmaller() {
        int[] counts = new int[6];
        try (BatchLoader loader = new BatchLoader(data, new Batching(4))) {
            loader.start(0);
            for (int i = 0; loader.next(); i++) {
                counts[i] = loader.batch().count();
                assertEquals(counts[i], loader.batch().values().rows());
            }
            assertFalse(loader.next());
        }
        assertArrayEquals(new int[] {4, 4, 4, 4, 4, 3}, counts);
        assertEquals(5, new Batching(4).withDropLast(true).batches(SAMPLES));
        assertEquals(1, new Batching(100).batches(SAMPLES));
    }

    @Test
    void latencyCodesAndTargets() {
        Dataset regression = Dataset.ofTargets(SHAPE, values, values).scaled(0.5f, 0.5f);
        Batching batching = new Batching(6)
                .withCode(InputEncoding.latency(new Latency().withLinear(true).withDropLate(true), 10));
        try (BatchLoader loader = new BatchLoader(regression, batching)) {
            loader.start(0);
            while (loader.next()) {
                BatchLoader.Batch batch = loader.batch();
                assertEquals(10 * batch.count(), batch.input().rows());
                int last = batch.count() - 1;
                assertEquals(values.get(batch.sample(last), 3), batch.targets().get(last, 3));
            }
        }
    }

    /** A series of two features in four steps fires at rises, one row for each sample. */
    @Test
    void deltaCodesOfSeries() {
        FloatMatrix series = FloatMatrix.of(
                new float[] {1, 0, 1.5f, 0, 1.2f, 0.3f, 2, 0.4f}, new float[] {0, 0.2f, 0, 0, 0, 0, 0, 0.1f});
        Dataset data = Dataset.of(Shape.of(8), series, new int[2], 1);
        Delta delta = new Delta().withThreshold(0.25);
        float[] rises = {1, 0, 0, 0, /* step 1 */ 1, 0, 0, 0, /* step 2 */ 0, 1, 0, 0, /* step 3 */ 1, 0, 0, 0};
        assertArrayEquals(rises, coded(data, InputEncoding.delta(delta, 4)));
        float[] signed = rises.clone();
        signed[8] = -1;
        assertArrayEquals(signed, coded(data, InputEncoding.signedDelta(delta, 4)));
        rises[0] = 0;
        assertArrayEquals(rises, coded(data, InputEncoding.delta(delta.withPadding(true), 4)));
        assertEquals(4, InputEncoding.delta(delta, 4).steps());
        assertInvalid(
                "samples have 8 values, expected a multiple of 3, the steps",
                () -> coded(data, InputEncoding.signedDelta(delta, 3)));
        assertInvalid("steps is 0, expected at least 1", () -> InputEncoding.delta(delta, 0));
    }

    /** Returns the rows step by step. */
    private static float[] coded(Dataset data, InputEncoding code) {
        try (BatchLoader loader = new BatchLoader(data, new Batching(2).withCode(code))) {
            loader.start(0);
            loader.next();
            if (loader.batch().input() instanceof FloatMatrix numbers) {
                return numbers.toArray();
            }
            byte[] spikes = ((SpikeMatrix) loader.batch().input()).toArray();
            return floats(spikes.length, i -> spikes[i]);
        }
    }

    @Test
    void shiftsMovePixelsAndFillWithZero() {
        Shape shape = Shape.of(2, 2, 3);
        FloatMatrix image = FloatMatrix.vector(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
        FloatMatrix to = FloatMatrix.zeros(1, 12);
        Map<String, Integer> seen = new HashMap<>();
        for (long key = 0; key < 2000; key++) {
            Batching.Augmentation.shift(1).apply(image, to, shape, key * 0x9E3779B97F4A7C15L);
            seen.merge(Arrays.toString(to.toArray()), 1, Integer::sum);
        }
        assertEquals(9, seen.size());
        seen.values().forEach(count -> assertEquals(2000 / 9.0, count, 75));
        for (float[] expected : new float[][] {
            {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12},
            {2, 3, 0, 5, 6, 0, 8, 9, 0, 11, 12, 0},
            {0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 7, 8},
            {4, 5, 6, 0, 0, 0, 10, 11, 12, 0, 0, 0}
        }) {
            assertTrue(seen.containsKey(Arrays.toString(expected)), Arrays.toString(expected));
        }
        Batching.Augmentation.shift(5).apply(image, to, shape, 4);
        Batching.Augmentation.flip(1).apply(image, to, shape, 4);
        assertArrayEquals(new float[] {3, 2, 1, 6, 5, 4, 9, 8, 7, 12, 11, 10}, to.toArray());
        Batching.Augmentation.flip(0).apply(image, to, shape, 4);
        assertArrayEquals(image.toArray(), to.toArray());
    }

    @Test
    void whatFailsInTheThreadIsThrown() {
        Dataset broken = new Dataset() {
            @Override
            public int size() {
                return 4;
            }

            @Override
            public Shape shape() {
                return Shape.of(1);
            }

            @Override
            public int classes() {
                return 1;
            }

            @Override
            public int label(int sample) {
                return 0;
            }

            @Override
            public void read(int sample, FloatMatrix into, int row) {
                if (sample == 2) {
                    throw new IllegalStateException("sample 2 is lost");
                }
            }
        };
        try (BatchLoader loader = new BatchLoader(broken, new Batching(1))) {
            loader.start(0);
            assertTrue(loader.next());
            assertTrue(loader.next());
            IllegalStateException failure = assertThrows(IllegalStateException.class, loader::next);
            assertEquals("batch 3 of epoch 1 cannot be read: sample 2 is lost", failure.getMessage());
            assertEquals("sample 2 is lost", failure.getCause().getMessage());
            loader.start(1, 3);
            assertTrue(loader.next());
        }
    }

    @Test
    void saysWhatIsWrong() {
        assertInvalid("batch size is 0, expected at least 1", () -> new Batching(0));
        assertInvalid(
                "data set has 23 samples, expected at least a batch of 24, as smaller ones are left out",
                () -> new BatchLoader(data, new Batching(24).withDropLast(true)).close());
        BatchLoader loader = new BatchLoader(data, new Batching(4));
        assertFalse(loader.next());
        assertIllegalState("there is no batch, expected a call of next() that returned true before", loader::batch);
        assertInvalid("epoch is -1, batch 0, expected at least 0", () -> loader.start(-1));
        loader.close();
        loader.close();
        assertIllegalState("loader is closed", () -> loader.start(0));
    }
}
