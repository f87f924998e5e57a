package dev.spikelane.random;

import static dev.spikelane.Failures.assertInvalid;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.kernel.Awkward.ZeroTo;
import java.util.HashSet;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Known answers, the scheme, and statistics with fixed seeds and limits of about five standard deviations. */
final class CounterRandomTest {

    private static final int[] ROTATIONS = {13, 15, 26, 6, 17, 29, 16, 24};

    // Random123, kat_vectors: rounds, counter, key, answer.
    @ParameterizedTest
    @CsvSource({
        "13, 00000000, 00000000, 00000000, 00000000, 9d1c5ec6, 8bd50731",
        "13, ffffffff, ffffffff, ffffffff, ffffffff, fd36d048, 2d17272c",
        "13, 243f6a88, 85a308d3, 13198a2e, 03707344, ba3e4725, f27d669e",
        "20, 00000000, 00000000, 00000000, 00000000, 6b200159, 99ba4efe",
        "20, ffffffff, ffffffff, ffffffff, ffffffff, 1cb996fc, bb002be7",
        "20, 243f6a88, 85a308d3, 13198a2e, 03707344, c4923a9c, 483df7a0",
        "32, 00000000, 00000000, 00000000, 00000000, cee3d47e, a23dfd5c",
        "32, ffffffff, ffffffff, ffffffff, ffffffff, 6e2fe0d0, b1b76f82",
        "32, 243f6a88, 85a308d3, 13198a2e, 03707344, e2827716, c3c05cdf",
    })
    void knownAnswers(
            int rounds, String counter0, String counter1, String key0, String key1, String answer0, String answer1) {
        int c0 = Integer.parseUnsignedInt(counter0, 16);
        int c1 = Integer.parseUnsignedInt(counter1, 16);
        int k0 = Integer.parseUnsignedInt(key0, 16);
        int k1 = Integer.parseUnsignedInt(key1, 16);
        String answer = answer1 + answer0;
        assertEquals(answer, String.format("%016x", threefry(rounds, k0, k1, c0, c1)));
        if (rounds == CounterRandom.ROUNDS) {
            assertEquals(answer, String.format("%016x", CounterRandom.block(k0, k1, c0, c1)));
        }
    }

    @Property
    void blockIsThreefry(@ForAll int key0, @ForAll int key1, @ForAll int counter0, @ForAll int counter1) {
        assertEquals(
                threefry(CounterRandom.ROUNDS, key0, key1, counter0, counter1),
                CounterRandom.block(key0, key1, counter0, counter1));
    }

    @Property
    void uniformFollowsTheScheme(@ForAll long seed, @ForAll int step, @ForAll int row, @ZeroTo(100_000) int word) {
        long key = threefry(13, (int) seed, (int) (seed >> 32), step, row);
        for (int pair = 0; pair < 32; pair++) {
            long bits = threefry(13, (int) key, (int) (key >> 32), word, pair);
            float low = ((bits & 0xFFFFFFFFL) >> 8) * 0x1p-24f;
            float high = (bits >>> 40) * 0x1p-24f;
            assertEquals(low, CounterRandom.uniform(seed, step, row, 64 * word + pair));
            assertEquals(high, CounterRandom.uniform(seed, step, row, 64 * word + 32 + pair));
            assertTrue(low >= 0 && low < 1 && high >= 0 && high < 1);
        }
    }

    @Test
    void uniformReachesBothEnds() {
        assertEquals(0, CounterRandom.uniform(0));
        assertEquals(0, CounterRandom.uniform(0xFF));
        assertEquals(1 - 0x1p-24f, CounterRandom.uniform(-1));
    }

    @Test
    void negativeColumnsAreRefused() {
        assertInvalid("column is -4, expected at least 0", () -> CounterRandom.uniform(1, 2, 3, -4));
    }

    @Test
    void noTwoRowsShareAKeyOrTheirFirstBits() {
        Set<Long> keys = new HashSet<>();
        Set<Long> bits = new HashSet<>();
        for (int step = 0; step < 256; step++) {
            for (int row = 0; row < 256; row++) {
                long key = CounterRandom.rowKey(42, step, row);
                keys.add(key);
                bits.add(CounterRandom.block((int) key, (int) (key >>> 32), 0, 0));
            }
        }
        assertEquals(256 * 256, keys.size());
        assertEquals(256 * 256, bits.size());
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 42, -1, 1L << 32, Long.MIN_VALUE})
    void meanAndVarianceAreThoseOfTheUniformDistribution(long seed) {
        int count = 100 * 1000;
        double sum = 0;
        double squares = 0;
        for (int row = 0; row < 100; row++) {
            for (int column = 0; column < 1000; column++) {
                double centred = CounterRandom.uniform(seed, 3, row, column) - 0.5;
                sum += centred;
                squares += centred * centred;
            }
        }
        assertEquals(0, sum / count, 5 * Math.sqrt(1 / 12.0 / count));
        assertEquals(1 / 12.0, squares / count, 5 * Math.sqrt(1 / 180.0 / count));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 42, -1, 1L << 32, Long.MIN_VALUE})
    void bytesAreEquallyFrequent(long seed) {
        int blocks = 256 * 256;
        int[][] counts = new int[Long.BYTES][256];
        for (int row = 0; row < blocks / 256; row++) {
            long key = CounterRandom.rowKey(seed, 0, row);
            for (int counter = 0; counter < 256; counter++) {
                long bits = CounterRandom.block((int) key, (int) (key >>> 32), counter / 32, counter % 32);
                for (int place = 0; place < Long.BYTES; place++) {
                    counts[place][(int) (bits >>> 8 * place) & 0xFF]++;
                }
            }
        }
        for (int place = 0; place < Long.BYTES; place++) {
            double chiSquare = 0;
            for (int count : counts[place]) {
                chiSquare += Math.pow(count - blocks / 256.0, 2) / (blocks / 256.0);
            }
            assertEquals(255, chiSquare, 5 * Math.sqrt(2 * 255), "byte " + place + " of seed " + seed);
        }
    }

    // Steps in seed, step, row and column: neighbors in time, rows, lanes, halves of a word, words; and distant seeds.
    @ParameterizedTest
    @CsvSource({
        "0, 1, 0, 0",
        "0, 0, 1, 0",
        "0, 1, -1, 0",
        "0, 0, 0, 1",
        "0, 0, 0, 32",
        "0, 0, 0, 64",
        "1, 0, 0, 0",
        "4294967296, 0, 0, 0",
    })
    void neighboursAreNotCorrelated(long seedStep, int stepStep, int rowStep, int columnStep) {
        int rows = 200;
        int columns = 500;
        double sum = 0;
        for (int row = 1; row <= rows; row++) {
            for (int column = 0; column < columns; column++) {
                double here = CounterRandom.uniform(42, 5, row, column) - 0.5;
                double there =
                        CounterRandom.uniform(42 + seedStep, 5 + stepStep, row + rowStep, column + columnStep) - 0.5;
                sum += here * there;
            }
        }
        double correlation = sum / (rows * columns) * 12;
        assertEquals(0, correlation, 5 / Math.sqrt(rows * columns));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 5, 31, 32, 47, 63})
    void oneBitOfTheCounterFlipsHalfOfTheBits(int bit) {
        int blocks = 10_000;
        long flipped = 0;
        for (int i = 0; i < blocks; i++) {
            long counter = i ^ 1L << bit;
            long bits = CounterRandom.block(42, 0, i, 0);
            flipped += Long.bitCount(bits ^ CounterRandom.block(42, 0, (int) counter, (int) (counter >>> 32)));
        }
        assertEquals(32, (double) flipped / blocks, 5 * 4 / Math.sqrt(blocks));
    }

    /** Threefry-2x32 from the equations of the paper, for any number of rounds. */
    private static long threefry(int rounds, int key0, int key1, int counter0, int counter1) {
        int[] key = {key0, key1, 0x1BD11BDA ^ key0 ^ key1};
        int x0 = counter0 + key[0];
        int x1 = counter1 + key[1];
        for (int round = 0; round < rounds; round++) {
            x0 += x1;
            x1 = Integer.rotateLeft(x1, ROTATIONS[round % 8]) ^ x0;
            if (round % 4 == 3) {
                int injection = (round + 1) / 4;
                x0 += key[injection % 3];
                x1 += key[(injection + 1) % 3] + injection;
            }
        }
        return (long) x1 << 32 | x0 & 0xFFFFFFFFL;
    }
}
