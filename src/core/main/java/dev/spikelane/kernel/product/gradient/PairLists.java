package dev.spikelane.kernel.product.gradient;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.memory.SpikeMatrix;

/**
 * Lists, for each pair of neighboring lines of a matrix, of the places at which one of them is not zero. Lines are rows
 * or columns; lists are ordered by panels of places.
 */
final class PairLists {

    /**
     * Density of lists from which on tiles are faster, which reach the peak of a CPU with 32 registers. For 128 x 784 x
     * 1000 lists take 0.87 ms at density 0.75 and 0.64 ms at 0.51; tiles take 0.77 ms (Zen 5, 512 bits, 2026-11).
     */
    private static final double DENSEST = 0.6;

    final int pairs;
    final int panels;
    /** Places, ascending in each list. */
    int[] places = {};
    /** Index of the first place of each list, by panel and then by pair. */
    final int[] starts;

    final int lines;
    private final int length;
    private final int panel;

    /**
     * Creates the lists.
     *
     * @param length the places of a line
     * @param panel the places of a panel
     */
    PairLists(int lines, int length, int panel) {
        this.lines = lines;
        this.length = length;
        this.panel = panel;
        this.pairs = Math.ceilDiv(lines, 2);
        this.panels = Math.ceilDiv(length, panel);
        this.starts = new int[pairs * panels + 1];
    }

    /** Returns the most bytes of such lists on the heap. */
    static long bytes(int lines, int length, int panel) {
        long pairs = Math.ceilDiv(lines, 2);
        return Integer.BYTES * (most(pairs, length) + pairs * Math.ceilDiv(length, panel) + 1);
    }

    /** Returns the most places of lists that pay. */
    private static long most(long pairs, int length) {
        return (long) Math.ceil(DENSEST * pairs * length);
    }

    /**
     * Makes the lists if they are short enough to pay.
     *
     * @param notZero {@code [lines x length]}
     */
    boolean set(SpikeMatrix notZero) {
        int all = 0;
        for (int pair = 0; pair < pairs; pair++) {
            for (int word = 0; word < notZero.stride(); word++) {
                all += Long.bitCount(either(notZero, pair, word));
            }
        }
        if (all >= DENSEST * pairs * length) {
            return false;
        }
        if (places.length < all) {
            places = new int[(int) Math.min(most(pairs, length), all + all / 4)];
        }
        int filled = 0;
        for (int i = 0; i < panels; i++) {
            int first = i * panel;
            int end = Math.min(first + panel, length);
            for (int pair = 0; pair < pairs; pair++) {
                starts[i * pairs + pair] = filled;
                for (int word = first / Long.SIZE; word * Long.SIZE < end; word++) {
                    filled = list(either(notZero, pair, word), word * Long.SIZE, first, end, filled);
                }
            }
        }
        starts[panels * pairs] = filled;
        return true;
    }

    /** Returns the places of a word at which one line of a pair is not zero. */
    private long either(SpikeMatrix notZero, int pair, int word) {
        long offset = (long) word * Long.BYTES;
        int second = Math.min(2 * pair + 1, lines - 1);
        return notZero.segment().get(JAVA_LONG, notZero.rowOffset(2 * pair) + offset)
                | notZero.segment().get(JAVA_LONG, notZero.rowOffset(second) + offset);
    }

    private int list(long word, int firstPlace, int first, int end, int already) {
        long left = word;
        if (first > firstPlace) {
            left &= -1L << first - firstPlace;
        }
        if (end < firstPlace + Long.SIZE) {
            left &= (1L << end - firstPlace) - 1;
        }
        int filled = already;
        while (left != 0) {
            places[filled] = firstPlace + Long.numberOfTrailingZeros(left);
            filled++;
            left &= left - 1;
        }
        return filled;
    }
}
