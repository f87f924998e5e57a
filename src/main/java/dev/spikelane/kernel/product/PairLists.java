package dev.spikelane.kernel.product;

import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * For each two neighboring lines of a matrix, rows or columns, the places at which one of them is not zero, panel after panel of places.
 */
final class PairLists {

    private static final ValueLayout.OfFloat NUMBER = ValueLayout.JAVA_FLOAT;

    /** The density of lists above which all places are taken. */
    private static final double DENSEST = 0.75;

    final int pairs;
    final int panels;
    /** Ascending in each list. */
    int[] places = {};
    /** Where the list of a panel and pair starts; panel after panel. */
    final int[] starts;

    private final boolean ofRows;
    private final int lines;
    private final int length;
    private final int panel;
    private boolean worth;

    /**
     * Makes room.
     *
     * @param ofRows whether lines are rows, else columns
     * @param lines how many there are
     * @param length places of a line
     * @param panel places that are taken at a time
     */
    PairLists(boolean ofRows, int lines, int length, int panel) {
        this.ofRows = ofRows;
        this.lines = lines;
        this.length = length;
        this.panel = panel;
        this.pairs = Math.ceilDiv(lines, 2);
        this.panels = Math.ceilDiv(length, panel);
        this.starts = new int[pairs * panels + 1];
    }

    /** Makes the lists of a matrix, and tells whether they are short enough to pay. */
    boolean set(FloatMatrix matrix) {
        if (places.length == 0) {
            places = new int[pairs * length];
        }
        long step = ofRows ? Float.BYTES : matrix.rowOffset(1);
        long toNext = ofRows ? matrix.rowOffset(1) : Float.BYTES;
        int filled = 0;
        for (int i = 0; i < panels; i++) {
            int end = Math.min((i + 1) * panel, length);
            for (int pair = 0; pair < pairs; pair++) {
                starts[i * pairs + pair] = filled;
                long first = 2L * pair * toNext;
                long second = 2 * pair + 1 < lines ? first + toNext : first;
                for (int place = i * panel; place < end; place++) {
                    long at = place * step;
                    boolean counts = matrix.segment().get(NUMBER, first + at) != 0
                            || matrix.segment().get(NUMBER, second + at) != 0;
                    places[filled] = place;
                    filled += counts ? 1 : 0;
                }
            }
        }
        Arrays.fill(starts, panels * pairs, starts.length, filled);
        worth = filled < DENSEST * pairs * length;
        return worth;
    }

    boolean worth() {
        return worth;
    }
}
