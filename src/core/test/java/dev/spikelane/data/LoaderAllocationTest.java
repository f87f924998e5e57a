package dev.spikelane.data;

import static dev.spikelane.Allocations.assertNone;

import dev.spikelane.Alone;
import dev.spikelane.Matrices;
import dev.spikelane.encode.Rate;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Neither thread allocates while batches are read, augmented and encoded, except for the order of an epoch. */
@Alone
final class LoaderAllocationTest {

    private static final int SAMPLES = 400;

    @Test
    void batches() {
        Shape shape = Shape.of(1, 10, 13);
        FloatMatrix values = Matrices.uniform(Arena.ofAuto(), SAMPLES, shape.size(), new Random(1));
        Dataset data = Dataset.of(shape, values, new int[SAMPLES], 1)
                .scaled(0.5f, 0.5f)
                .normalized(new float[] {0.1f}, new float[] {2});
        Batching batching = new Batching(8)
                .withAugmentations(Batching.Augmentation.shift(2), Batching.Augmentation.flip(0.5))
                .withCode(InputEncoding.rate(new Rate(), 5));
        BatchLoader.Batch batch = new BatchLoader.Batch(data, batching);
        int[] order = new Batching(1).withShuffle(1).order(0, SAMPLES);
        assertNone(List.of(Thread.currentThread()), 40, () -> {
            for (int i = 0; i < batching.batches(SAMPLES); i++) {
                batch.read(1, i, order);
            }
        });
        try (BatchLoader loader = new BatchLoader(data, batching)) {
            int[] epoch = {0};
            assertNone(List.of(Thread.currentThread()), 10, () -> {
                loader.start(epoch[0]++);
                while (loader.next()) {
                    loader.batch().labels();
                }
            });
        }
    }
}
