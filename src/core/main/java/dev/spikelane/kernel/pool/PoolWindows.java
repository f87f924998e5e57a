package dev.spikelane.kernel.pool;

import dev.spikelane.simd.Window;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The positions of one map that each position of another map reads, ascending, without padding.
 *
 * @param channels the channels of both maps
 * @param starts index of each position's first place; the last is the number of places
 * @param places positions of the other map
 * @param divisors the divisor of the sum at each position; null for none
 * @param shares the divisor of each term at each position of the other map; null for none
 * @param corners distances of the other places from the first place of a position, if all positions have four places at
 *     the same distances and first places ascend; else null
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record PoolWindows(
        int channels,
        int[] starts,
        int[] places,
        float @Nullable [] divisors,
        float @Nullable [] shares,
        int @Nullable [] corners) {

    private static final int MOST = 1 << 26;

    /** Lists the inputs of each output of a window, (ky, kx) ascending. */
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

    /** Returns the distance between consecutive places of a window that may read an input. */
    private static int step(Window.Axis axis) {
        return axis.dilation() == 1 ? axis.spread() : 1;
    }

    private static int most(Window.Axis axis) {
        return Math.ceilDiv(axis.kernel(), step(axis));
    }

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

    /** Returns the positions that read each of {@code positions} of the other map: the windows of a sum's gradients. */
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

    /** Returns true if a position reads a single place, and the position before reads the same one. */
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

    int columns() {
        return positions() * channels;
    }
}
