package dev.spikelane.kernel.pool;

import dev.spikelane.simd.Window;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * For each position of a map the positions of another one that it reads, ascending; padding is none.
 *
 * @param channels of both maps
 * @param starts for each position where its places begin, and at last where all end
 * @param places positions of the other map
 * @param divisors what a sum is divided by, for each position; null if nothing
 * @param shares what each term of a sum is divided by, for each position of the other map; null if nothing
 * @param corners how far behind its first place the others of each position are, where all have four, alike, and
 *     ascend from position to position; else null
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record PoolWindows(
        int channels,
        int[] starts,
        int[] places,
        float @Nullable [] divisors,
        float @Nullable [] shares,
        int @Nullable [] corners) {

    /** Places that all windows together may read, of which lists are kept. */
    private static final int MOST = 1 << 26;

    /** Which inputs each output of a window reads, (ky, kx) ascending, and what the sum is divided by. */
    static PoolWindows of(Window window, float @Nullable [] divisors) {
        long all = (long) window.positions() * most(window.y()) * most(window.x());
        if (all > MOST) {
            throw new IllegalArgumentException("windows of " + window.y().kernel() + " x "
                    + window.x().kernel() + " at " + window.positions() + " positions read " + all
                    + " places, expected at most " + MOST);
        }
        int[][] columns = reads(window.x());
        int[] starts = new int[window.positions() + 1];
        int[] places = new int[(int) all];
        int count = 0;
        int position = 0;
        for (int[] ofRow : reads(window.y())) {
            for (int[] ofColumn : columns) {
                for (int y : ofRow) {
                    for (int x : ofColumn) {
                        places[count++] = y * window.x().inputs() + x;
                    }
                }
                starts[++position] = count;
            }
        }
        int[] used = Arrays.copyOf(places, count);
        return new PoolWindows(window.channels(), starts, used, divisors, null, corners(starts, used));
    }

    /** How many places of a window lie from one that may be read to the next. */
    private static int step(Window.Axis axis) {
        return axis.dilation() == 1 ? axis.spread() : 1;
    }

    /** The most places that a window reads. */
    private static int most(Window.Axis axis) {
        return Math.ceilDiv(axis.kernel(), step(axis));
    }

    /** What each window reads along a dimension. */
    private static int[][] reads(Window.Axis axis) {
        int step = step(axis);
        int[][] reads = new int[axis.outputs()][];
        int[] found = new int[most(axis)];
        for (int output = 0; output < reads.length; output++) {
            int count = 0;
            int first = Math.floorMod(axis.padding() - output * axis.stride(), step);
            for (int place = first; place < axis.kernel(); place += step) {
                int at = axis.at(output, place);
                if (at >= 0 && at < axis.inputs()) {
                    found[count++] = at;
                }
            }
            reads[output] = Arrays.copyOf(found, count);
        }
        return reads;
    }

    /** Which of these positions read each of so many of the other map: the way back of a sum. */
    PoolWindows reversed(int positions) {
        int[] ends = new int[positions + 1];
        for (int place : places) {
            ends[place + 1]++;
        }
        for (int position = 0; position < positions; position++) {
            ends[position + 1] += ends[position];
        }
        int[] begins = ends.clone();
        int[] readers = new int[places.length];
        for (int position = 0; position < positions(); position++) {
            for (int i = starts[position]; i < starts[position + 1]; i++) {
                readers[ends[places[i]]++] = position;
            }
        }
        return new PoolWindows(channels, begins, readers, null, divisors, null);
    }

    /** Whether a position reads one place, that of the position before. */
    boolean repeats(int position) {
        int first = starts[position];
        return divisors == null
                && first > 0
                && starts[position + 1] == first + 1
                && starts[position - 1] == first - 1
                && places[first] == places[first - 1];
    }

    int positions() {
        return starts.length - 1;
    }

    private static int @Nullable [] corners(int[] starts, int[] places) {
        for (int i = 0; i < places.length; i++) {
            int first = i & -4;
            if (first + 4 > places.length
                    || starts[i / 4] != first
                    || places[i] - places[first] != places[i % 4] - places[0]
                    || i >= 4 && places[i] < places[i - 4]) { // padding cuts windows of two lines to the same one
                return null;
            }
        }
        return starts.length == places.length / 4 + 1
                ? new int[] {0, places[1] - places[0], places[2] - places[0], places[3] - places[0]}
                : null;
    }

    /** The elements of a row. */
    int columns() {
        return positions() * channels;
    }

    /** The least position that some of these read; a number that none has if they read none. */
    int least(int firstPosition, int lastPosition) {
        int least = Integer.MAX_VALUE;
        for (int i = starts[firstPosition]; i < starts[lastPosition + 1]; i++) {
            least = Math.min(least, places[i]);
        }
        return least;
    }

    /** The greatest position that some of these read; -1 if they read none. */
    int greatest(int firstPosition, int lastPosition) {
        int greatest = -1;
        for (int i = starts[firstPosition]; i < starts[lastPosition + 1]; i++) {
            greatest = Math.max(greatest, places[i]);
        }
        return greatest;
    }
}
