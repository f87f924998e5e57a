package dev.spikelane.random;

import static dev.spikelane.Failures.assertInvalid;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class SampleDrawsTest {

    @Test
    void keysFollowTheScheme() {
        CounterRandom.Draws draws = new CounterRandom.Draws(RandomUse.DROPOUT, 0x1234_5678_9ABC_DEF0L, 5, 3);
        draws.setEpoch(7);
        draws.setSamples(new int[] {1, 900, 3}, 1, 2);
        long seed = CounterRandom.block(0x9ABC_DEF0, 0x1234_5678, 7, 3 + 256 * 5);
        assertEquals(CounterRandom.rowKey(seed, 11, 900), draws.rowKey(11, 0));
        assertEquals(CounterRandom.rowKey(seed, 11, 3), draws.rowKey(11, 1));
        assertThrows(IndexOutOfBoundsException.class, () -> draws.rowKey(11, 2));
    }

    @Test
    void usesEpochsAndIndicesHaveSeedsOfTheirOwn() {
        Set<Long> seeds = new HashSet<>();
        for (RandomUse use : RandomUse.values()) {
            for (int epoch = 0; epoch < 10; epoch++) {
                for (int index = 0; index < 10; index++) {
                    seeds.add(use.seed(1, epoch, index));
                }
            }
        }
        assertEquals(RandomUse.values().length * 100, seeds.size());
    }

    /** Models and checkpoints depend on these numbers. */
    @Test
    void codesNeverChange() {
        assertEquals(1, RandomUse.ENCODING.code());
        assertEquals(2, RandomUse.AUGMENTATION.code());
        assertEquals(3, RandomUse.DROPOUT.code());
        assertEquals(4, RandomUse.SURROGATE.code());
    }

    @Test
    void saysWhatIsWrong() {
        assertInvalid(
                "mostSamples is 0, expected at least 1", () -> new CounterRandom.Draws(RandomUse.ENCODING, 1, 0, 0));
        assertInvalid(
                "index is -1, expected 0 to 8388607", () -> new CounterRandom.Draws(RandomUse.ENCODING, 1, -1, 1));
        CounterRandom.Draws draws = new CounterRandom.Draws(RandomUse.ENCODING, 1, 0, 2);
        assertInvalid("3 samples, expected at most 2", () -> draws.setSamples(new int[5], 0, 3));
        assertThrows(IndexOutOfBoundsException.class, () -> draws.setSamples(new int[1], 0, 2));
    }
}
