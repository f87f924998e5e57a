package dev.spikelane.kernel.product.gradient;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.memory.SpikeMatrix;

/**
 * For each two neighboring lines of a matrix, rows or columns, the places at which one of them is not zero, panel after
 * panel of places.
 */
final class PairLists {

    /**
     * The density of lists above which all places are taken: tiles of 32 registers reach what the CPU can do (at .75
     * lists take 0.87 ms for 128 x 784 x 1000, at .51 0.64 ms, tiles 0.77 ms; Zen 5, 512 bits, 2026-11).
     */
    private static final double DENSEST = 0.6;

    final int pairs;
    final int panels;
    /** Ascending in each list. */
    int[] places = {};
    /** Where the list of a panel and pair starts; panel after panel. */
    final int[] starts;

    final int lines;
    private final int length;
    private final int panel;

    /**
     * Makes room.
     *
     * @param lines how many there are
     * @param length places of a line
     * @param panel places that are taken at a time
     */
    PairLists(int lines, int length, int panel) {
        this.lines = lines;
        this.length = length;
        this.panel = panel;
        this.pairs = Math.ceilDiv(lines, 2);
        this.panels = Math.ceilDiv(length, panel);
        this.starts = new int[pairs * panels + 1];
    }

    /** The most bytes that such lists take on the heap. */
    static long bytes(int lines, int length, int panel) {
        long pairs = Math.ceilDiv(lines, 2);
        return Integer.BYTES * (most(pairs, length) + pairs * Math.ceilDiv(length, panel) + 1);
    }

    /** The most places of lists that pay. */
    private static long most(long pairs, int length) {
        return (long) Math.ceil(DENSEST * pairs * length);
    }

    /**
     * Makes the lists, if they are short enough to pay.
     *
     * @param notZero {@code [lines x length]}
     * @return whether they are
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

    /** The places of a word at which one line of a pair is not zero. */
    private long either(SpikeMatrix notZero, int pair, int word) {
        long offset = (long) word * Long.BYTES;
        int second = Math.min(2 * pair + 1, lines - 1);
        return notZero.segment().get(JAVA_LONG, notZero.rowOffset(2 * pair) + offset)
                | notZero.segment().get(JAVA_LONG, notZero.rowOffset(second) + offset);
    }

    /** Lists the places of a word that are in a panel. */
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
