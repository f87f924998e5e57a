package dev.spikelane.kernel.product.window;

import dev.spikelane.kernel.pool.PooledGradients;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.dense.TileWalk;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Lanes;
import dev.spikelane.simd.Window;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One thread's input of the gradients of weights:
 *
 * <ul>
 *   <li>gradients of 64 outputs of some rows, each row a map. Places at which no window begins are zero, so the
 *       gradients for all columns of the kernel are consecutive
 *   <li>for each channel of the input and row of the kernel, the places of the map that its spikes reach
 *   <li>rows of values with their padding
 * </ul>
 *
 * <p>A large map is processed in bands of its rows, from the first to the last.
 */
final class WindowGradientMaps {

    /** Bytes of gradients at a time: they stay in the L1 cache, which saves 5 % of a training step of VGG-9. */
    private static final int MOST_BYTES = 1 << 15;

    private static final int MOST_ROWS = 8;

    private static final int BLOCK_BYTES = PackedWeights.BLOCK_BYTES;

    /** Groups of vectors of the kernel's columns, as many vectors as there are registers. */
    final Chunk[] chunks;

    final WindowGradientPlaces places;
    /** The first column of a map in which an output may be. */
    final int left;

    final int width;

    /** Rows of gradients at a time; one if a map has several bands. */
    final int rows;

    private final int height;

    /** The first row of the current band in the map; {@link #bottom} is the row after its last. */
    int top;

    int bottom;

    final MemorySegment gradients;
    final MemorySegment values;
    final TileWalk tile = new TileWalk();
    /** Columns of the values, padding included. */
    private final int valueWidth;

    private final int valueHeight;
    /**
     * True if lines have the same length in both maps, so that all positions of a band and the gaps between are one
     * line.
     */
    private final boolean joined;

    /**
     * The source of the gradients: {@link #from} for positions, or {@link #past} for a pool. The pool's readers have
     * their places in the map at {@link #targets}, in bytes.
     */
    private FloatMatrix from;

    private @Nullable PooledGradients past;
    private int row;
    private int[] readers = new int[0];
    private long[] targets = new long[0];

    private final WindowGradientShape shape;
    private final Window.Axis y;
    private final Window.Axis x;

    WindowGradientMaps(Arena arena, WindowGradientShape shape) {
        this.shape = shape;
        this.y = shape.window().y();
        this.x = shape.window().x();
        int reach = (x.kernel() - 1) * x.dilation();
        this.left = Math.max(0, reach - x.padding());
        this.width = left + Math.max(x.padding() + WindowGradientShape.span(x), (x.outputs() - 1) * x.stride() + 1);
        this.chunks = chunks();
        this.height = Math.clamp(MOST_BYTES / ((long) width * BLOCK_BYTES), 1, y.outputs());
        this.rows = height < y.outputs() ? 1 : Math.clamp(MOST_BYTES / mapBytes(), 1, MOST_ROWS);
        this.gradients = WindowGradientStrips.memory(arena, (long) rows * mapBytes() / Float.BYTES);
        this.places = new WindowGradientPlaces(shape, left, width, height, rows);
        openBand(0);
        this.from = FloatMatrix.zeros(arena, 1, 1);
        this.valueWidth = WindowGradientShape.extent(x);
        this.valueHeight = WindowGradientShape.extent(y);
        this.joined = y.stride() == 1 && x.stride() == 1 && valueWidth == width;
        this.values = WindowGradientStrips.memory(arena, (long) rows * valueHeight * valueWidth * shape.channels());
    }

    /** Selects the band that begins with a row of the output. */
    void openBand(int first) {
        if (bottom > 0 && first == top) {
            return;
        }
        top = first;
        bottom = Math.min(first + height, y.outputs());
        places.openBand(top, bottom);
    }

    /**
     * Some vectors of the sums of a list.
     *
     * @param from bytes from the gradients of a place to the first vector
     * @param to bytes from the first sum to the first vector
     * @param pieces bytes from there to each four vectors
     * @param run adds these vectors
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Chunk(int from, int to, long[] pieces, WindowGradientRunVector run) {}

    private Chunk[] chunks() {
        int together = x.dilation() == 1 ? x.kernel() : 1;
        List<Chunk> made = new ArrayList<>();
        for (int column = 0; column < x.kernel(); column += together) {
            int from = column * x.dilation() * BLOCK_BYTES;
            int left = together * BLOCK_BYTES / Lanes.BYTES;
            for (int done = 0; left > 0; left -= WindowGradientRunVector.added(left)) {
                int vectors = WindowGradientRunVector.added(left);
                long[] pieces = new long[vectors / 4];
                for (int i = 0; i < pieces.length; i++) {
                    pieces[i] = 4L * i * Lanes.BYTES;
                }
                int to = column * BLOCK_BYTES + done;
                made.add(new Chunk(from + done, to, pieces, WindowGradientRunVector.of(vectors, false)));
                done += vectors * Lanes.BYTES;
            }
        }
        return made.toArray(Chunk[]::new);
    }

    private int mapBytes() {
        return Math.multiplyExact(height * width, BLOCK_BYTES);
    }

    /** Returns the byte offset of the gradients at a position of the band, in one of the current rows. */
    long gradientOffset(int row, int oy, int ox) {
        return row * (long) mapBytes() + ((long) (oy - top) * width + left + (long) ox * x.stride()) * BLOCK_BYTES;
    }

    /** Returns the number of lines of positions that are multiplied at once. */
    int lines() {
        return joined ? bottom - top : 1;
    }

    /** Returns the number of their positions, including the gaps between lines. */
    int positions() {
        return (lines() - 1) * width + x.outputs();
    }

    /**
     * Returns the byte offset of the first channel's value that a position reads at a place, in one of the current
     * rows.
     */
    long valueOffset(int sample, int oy, int ky, int kx) {
        long row = sample * (long) valueHeight
                + WindowGradientShape.firstWindow(y)
                + (long) oy * y.stride()
                + (long) ky * y.dilation();
        return (row * valueWidth + WindowGradientShape.firstWindow(x) + (long) kx * x.dilation())
                * shape.channels()
                * Float.BYTES;
    }

    void of(FloatMatrix gradient, int firstRow) {
        from = gradient;
        row = firstRow;
        past = null;
    }

    /** Selects rows of gradients after a pool that {@link #takes} accepts. */
    void of(PooledGradients gradient, int firstRow) {
        past = gradient;
        row = firstRow;
        if (!Arrays.equals(readers, gradient.readers())) {
            readers = gradient.readers();
            targets = new long[readers.length];
            for (int position = 0; position < readers.length; position++) {
                targets[readers[position]] = gradientOffset(0, position / x.outputs(), position % x.outputs());
            }
        }
    }

    /** Returns true if gradients after a pool can be written straight to their places. */
    boolean takes(PooledGradients gradient) {
        return gradient.readsOnce() && shape.groups() == 1 && height == y.outputs();
    }

    /** Copies the gradients of a block of outputs in the band. */
    void takeGradients(int count, int group, int block) {
        if (shape.blocks() > 1 && block == shape.blocks() - 1) {
            // The block before has left its gradients after the last output.
            WindowGradientMapVector.clear(gradients, gradients.byteSize());
        }
        PooledGradients pooled = past;
        for (int i = 0; i < count && pooled != null; i++) {
            pooled.spread(row + i, block * WindowGradientShape.BLOCK, gradients, i * (long) mapBytes(), targets);
        }
        if (pooled == null) {
            takeGradients(from, row, count, group, block);
        }
    }

    private void takeGradients(FloatMatrix gradient, int firstRow, int count, int group, int block) {
        long bytes = (long) shape.outputsOfBlock(block) * Float.BYTES;
        int first = group * shape.outputsOfGroup() + block * WindowGradientShape.BLOCK;
        boolean dense = bytes == BLOCK_BYTES && shape.outputs() == WindowGradientShape.BLOCK && x.stride() == 1;
        for (int row = 0; row < count; row++) {
            for (int oy = top; oy < bottom; oy++) {
                long from = gradient.rowOffset(firstRow + row)
                        + ((long) oy * x.outputs() * shape.outputs() + first) * Float.BYTES;
                if (dense) {
                    MemorySegment.copy(
                            gradient.segment(), from, gradients, gradientOffset(row, oy, 0), bytes * x.outputs());
                    continue;
                }
                for (int ox = 0; ox < x.outputs(); ox++) {
                    long at = from + (long) ox * shape.outputs() * Float.BYTES;
                    MemorySegment.copy(gradient.segment(), at, gradients, gradientOffset(row, oy, ox), bytes);
                }
            }
        }
    }

    /** Lists the places of the band that spikes of some rows reach. */
    void list(SpikeMatrix spikes, int firstRow, int count) {
        places.clear();
        for (int i = 0; i < count; i++) {
            places.add(spikes, firstRow + i, i * height * width);
        }
    }

    /**
     * Copies the values of a row for the channels of a group.
     *
     * @param at the number of the current row
     */
    void takeValues(FloatMatrix source, int row, int at, int group) {
        long bytes = (long) shape.channels() * Float.BYTES;
        for (int iy = 0; iy < y.inputs(); iy++) {
            long mapRow = (long) at * valueHeight + WindowGradientShape.firstInput(y) + (long) iy * y.spread();
            long to = (mapRow * valueWidth + WindowGradientShape.firstInput(x)) * bytes;
            long from = source.rowOffset(row) + ((long) iy * x.inputs() * shape.groups() + group) * bytes;
            if (shape.groups() == 1 && x.spread() == 1) {
                MemorySegment.copy(source.segment(), from, values, to, x.inputs() * bytes);
                continue;
            }
            for (int ix = 0; ix < x.inputs(); ix++) {
                MemorySegment.copy(source.segment(), from, values, to, bytes);
                from += shape.groups() * bytes;
                to += x.spread() * bytes;
            }
        }
    }
}
