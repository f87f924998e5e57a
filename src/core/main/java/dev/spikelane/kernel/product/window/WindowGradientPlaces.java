package dev.spikelane.kernel.product.window;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Lanes;
import dev.spikelane.simd.Window;
import java.util.Arrays;

/**
 * Lists, for each channel of the input and row of the kernel, of the places in a map of gradients that its spikes
 * reach. Each spike is found once and is in one list of its channel. A row of the kernel reaches a part of this list,
 * at places that differ only by a number of rows.
 */
final class WindowGradientPlaces {

    /** Half a gigabyte on the heap. */
    private static final int MOST_PLACES = 1 << 27;

    /** One list for each channel, of all groups, and row of the kernel. */
    final WindowGradientLists lists;

    private final Window.Axis y;
    /** Rows from a window to the next; at most the number of rows. */
    private final int stride;

    private final int channels;

    /** Columns of a map of gradients. */
    private final int width;

    /** Channel of each bit of a row of the input; {@link #columnOf} has its column in a map. */
    private final int[] channelOf;

    private final int[] columnOf;
    /**
     * Index of the first place in the lists of a sample's spikes, for each remainder of rows modulo the stride and each
     * channel; {@link #ends} has the index after the last.
     */
    private final int[] begins;

    private final int[] ends;
    private final int[] places;
    /** Index of the first place of each row of the input and channel; {@link #rowEnds} has the index after the last. */
    private final int[] rowBegins;

    private final int[] rowEnds;
    /** First and last row of the input that reach the band, for each row of the kernel. */
    private final int[] firstRows;

    private final int[] lastRows;
    /** The first row of the band, and the range of rows of the input that reach it. */
    private int top;

    private int start;
    private int end;

    /**
     * Allocates the lists.
     *
     * @param left the first column of a map in which an output may be
     * @param width the columns of a map
     * @param rows the rows of a band
     * @param samples the samples that are listed at a time
     */
    WindowGradientPlaces(WindowGradientShape shape, int left, int width, int rows, int samples) {
        Window.Axis x = shape.window().x();
        this.y = shape.window().y();
        this.stride = Math.clamp(at(y.inputs() - 1) + 1L, 1, y.stride());
        this.channels = shape.window().allChannels();
        this.width = width;
        int count = Math.multiplyExact(channels, y.kernel());
        int placesOfList = Math.multiplyExact(rows * samples, x.inputs());
        long all = (long) count * placesOfList;
        int room = placesOfList + Lanes.COUNT; // vectors write past a list
        if (count > MOST_PLACES / room) {
            throw new IllegalArgumentException("gradients of the weights take lists of " + all
                    + " places on each thread, for " + channels + " channels, " + y.kernel()
                    + " rows of the kernel and " + x.inputs() + " columns, expected at most " + MOST_PLACES);
        }
        this.lists = new WindowGradientLists(count, count * room, false);
        for (int list = 0; list < count; list++) {
            lists.starts[list] = list * room;
            lists.targets[list] = (long) list * x.kernel() * WindowGradientShape.BLOCK * Float.BYTES;
        }
        this.channelOf = new int[x.inputs() * channels];
        this.columnOf = new int[channelOf.length];
        for (int i = 0; i < channelOf.length; i++) {
            channelOf[i] = i % channels;
            columnOf[i] = i / channels * x.spread() + x.padding() + left - (x.kernel() - 1) * x.dilation();
        }
        int reach = Math.min(y.inputs(), ((rows - 1) * stride + (y.kernel() - 1) * y.dilation()) / y.spread() + 1);
        int ofRest = Math.ceilDiv(reach, stride / gcd(stride, y.spread())) * x.inputs();
        this.begins = new int[stride * channels];
        Arrays.setAll(begins, i -> i * ofRest);
        this.ends = new int[begins.length];
        this.places = new int[begins.length * ofRest + Lanes.COUNT];
        this.rowBegins = new int[y.inputs() * channels];
        this.rowEnds = new int[rowBegins.length];
        this.firstRows = new int[y.kernel()];
        this.lastRows = new int[y.kernel()];
    }

    long bytes() {
        int all = channelOf.length + columnOf.length + begins.length + ends.length + places.length;
        return lists.bytes() + (long) Integer.BYTES * (all + rowBegins.length + rowEnds.length);
    }

    private static int gcd(int a, int b) {
        return b == 0 ? a : gcd(b, a % b);
    }

    /** Returns the place of a row of the input, counted from the first place that windows reach. */
    private int at(int iy) {
        return iy * y.spread() + y.padding();
    }

    private int rest(int at) {
        return Math.floorMod(at, stride);
    }

    /** Selects a band of rows of the output. */
    void openBand(int first, int behind) {
        top = first;
        start = y.inputs();
        end = 0;
        for (int ky = 0; ky < y.kernel(); ky++) {
            firstRows[ky] = y.inputs();
            lastRows[ky] = -1;
            for (int iy = 0; iy < y.inputs(); iy++) {
                int at = at(iy) - ky * y.dilation();
                int oy = at / stride;
                if (at >= 0 && oy >= first && oy < behind && oy * stride == at) {
                    firstRows[ky] = Math.min(firstRows[ky], iy);
                    lastRows[ky] = iy;
                    start = Math.min(start, iy);
                    end = Math.max(end, iy + 1);
                }
            }
        }
    }

    /** Empties the lists. */
    void clear() {
        System.arraycopy(lists.starts, 0, lists.ends, 0, lists.ends.length);
    }

    /**
     * Appends the places of the band that spikes reach.
     *
     * @param row the row of the spikes
     * @param map places from the first map to this row's
     */
    void add(SpikeMatrix spikes, int row, int map) {
        System.arraycopy(begins, 0, ends, 0, ends.length);
        for (int iy = start; iy < end; iy++) {
            int rest = rest(at(iy)) * channels;
            System.arraycopy(ends, rest, rowBegins, iy * channels, channels);
            find(spikes, row, iy, rest);
            System.arraycopy(ends, rest, rowEnds, iy * channels, channels);
        }
        for (int ky = 0; ky < y.kernel(); ky++) {
            if (lastRows[ky] >= 0) {
                int up = Math.floorDiv(ky * y.dilation(), stride) + top;
                int begin = firstRows[ky] * channels;
                int behind = lastRows[ky] * channels;
                WindowGradientListVector.append(
                        places, rowBegins, begin, rowEnds, behind, channels, map - up * width, lists, ky, y.kernel());
            }
        }
    }

    /** Finds the spikes of a row of the input. */
    private void find(SpikeMatrix spikes, int row, int iy, int rest) {
        int place = Math.floorDiv(at(iy), stride) * width;
        int first = iy * channelOf.length;
        int last = first + channelOf.length - 1;
        long from = spikes.rowOffset(row);
        int[] nextPlaces = ends;
        for (int word = first / Long.SIZE; word <= last / Long.SIZE; word++) {
            long bits = spikes.segment().get(JAVA_LONG, from + (long) word * Long.BYTES);
            int base = word * Long.SIZE - first;
            bits &= base < 0 ? -1L << -base : -1L;
            bits &= base + Long.SIZE > channelOf.length ? -1L >>> base + Long.SIZE - channelOf.length : -1L;
            while (bits != 0) {
                int i = base + Long.numberOfTrailingZeros(bits);
                bits &= bits - 1;
                int channel = channelOf[i];
                places[nextPlaces[rest + channel]++] = place + columnOf[i];
            }
        }
    }
}
