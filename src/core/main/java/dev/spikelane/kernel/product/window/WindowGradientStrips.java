package dev.spikelane.kernel.product.window;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.spikelane.kernel.product.BitsVector;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.dense.TileWalk;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Lanes;
import dev.spikelane.simd.Window;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * The weights of a convolution in the order in which gradients of inputs read them: for each group of channels, strips
 * of some vectors over {@code kx * channels + c}, with a row for each output. The sums of a strip are consecutive in a
 * map with padding, four vectors at a time.
 */
final class WindowGradientStrips {

    /** Floats of the vectors that are consecutive in a map. */
    private static final int PIECE = 4 * Lanes.COUNT;

    /** Most floats that are multiplied at a time. */
    static final int MOST_FLOATS = 3 * PIECE;

    private static final int PIECE_BYTES = PIECE * Float.BYTES;

    /** Outputs whose weights, 32 KB of four vectors of 512 bits, stay in the L1 cache while all positions use them. */
    private static final int DEPTH = 128;

    private final WindowGradientShape shape;
    /** Pixels of a row of a map. */
    private final int width;

    /** Places of a row of the kernel whose inputs are consecutive. */
    private final int together;

    private final Strip[] strips;
    private final MemorySegment weights;
    private boolean finite;

    /**
     * Pieces that are multiplied at a time.
     *
     * @param first index of the first piece among all
     * @param places first weight of each piece among an output's weights
     * @param lengths number of weights of each piece
     * @param offsets bytes in a map from the first input of a position to each piece
     * @param run multiplies these pieces
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Strip(int first, int[] places, int[] lengths, long[] offsets, WindowGradientRunVector run) {
        int bytes() {
            return places.length * PIECE_BYTES;
        }
    }

    WindowGradientStrips(Arena arena, WindowGradientShape shape) {
        Window.Axis x = shape.window().x();
        this.shape = shape;
        this.width = WindowGradientShape.extent(x);
        this.together = x.dilation() == 1 ? x.kernel() : 1;
        this.strips = strips();
        Strip last = strips[strips.length - 1];
        int pieces = last.first + last.places.length;
        this.weights = memory(arena, (long) shape.groups() * shape.outputsOfGroup() * pieces * PIECE);
    }

    /** Sets the targets of some positions: byte offsets in a map of the first input that they read. */
    private void target(WindowGradientLists lists, int first, int count) {
        Window.Axis y = shape.window().y();
        Window.Axis x = shape.window().x();
        int left = WindowGradientShape.firstWindow(x);
        int top = WindowGradientShape.firstWindow(y);
        int line = first / x.outputs(); // counted over all rows
        int column = first % x.outputs();
        for (int i = 0; i < count; i++, column++) {
            if (column == x.outputs()) {
                column = 0;
                line++;
            }
            lists.targets[i] = line / y.outputs() * mapBytes()
                    + mapOffset(top + line % y.outputs() * y.stride(), left + column * x.stride());
        }
    }

    /** Orders some positions by columns: neighbors are in different rows, so no load waits for a store. */
    private static void order(int[] order, int first, int positions, int columns) {
        int count = 0;
        for (int column = 0; column < columns; column++) {
            for (int i = Math.floorMod(column - first, columns); i < positions; i += columns) {
                order[count++] = i;
            }
        }
    }

    static MemorySegment memory(Arena arena, long floats) {
        int rows = Math.toIntExact(Math.ceilDiv(floats, FloatMatrix.ROW_MULTIPLE));
        return FloatMatrix.zeros(arena, rows, FloatMatrix.ROW_MULTIPLE).segment();
    }

    private Strip[] strips() {
        Window.Axis x = shape.window().x();
        int ofRun = together * shape.channels();
        int runs = x.kernel() / together;
        int inRun = Math.ceilDiv(ofRun, PIECE);
        int all = shape.window().y().kernel() * runs * inRun;
        Strip[] made = new Strip[all];
        int count = 0;
        for (int first = 0; first < all; count++) {
            int vectors = WindowGradientRunVector.multiplied(4 * (all - first), shape.outputsOfGroup());
            int[] places = new int[vectors / 4];
            int[] lengths = new int[vectors / 4];
            long[] offsets = new long[vectors / 4];
            for (int i = 0; i < places.length; i++) {
                int down = all - 1 - first - i;
                int run = down / inRun;
                int piece = down % inRun * PIECE;
                places[i] = run * ofRun + piece;
                lengths[i] = Math.min(PIECE, ofRun - piece);
                int ky = run / runs * shape.window().y().dilation();
                offsets[i] = mapOffset(ky, run % runs * x.dilation()) + (long) piece * Float.BYTES;
            }
            made[count] = new Strip(first, places, lengths, offsets, WindowGradientRunVector.of(vectors, true));
            first += places.length;
        }
        return Arrays.copyOf(made, count);
    }

    /** Returns the byte offset of a pixel in a map, padding included. */
    long mapOffset(int y, int x) {
        return ((long) y * width + x) * shape.channels() * Float.BYTES;
    }

    /** Returns the bytes from one row's map to the next row's. */
    long mapBytes() {
        return mapOffset(WindowGradientShape.extent(shape.window().y()), 0);
    }

    /**
     * Returns the floats of the maps of a group of channels for some rows, and zeros that a strip may write after them.
     */
    static long mapFloats(WindowGradientShape shape, int rows) {
        Window window = shape.window();
        long pixels = (long) WindowGradientShape.extent(window.y()) * WindowGradientShape.extent(window.x());
        return rows * pixels * shape.channels() + PIECE;
    }

    /** Packs weights from the layout of the shape. */
    void pack(FloatMatrix from) {
        for (int group = 0; group < shape.groups(); group++) {
            for (Strip strip : strips) {
                for (int output = 0; output < shape.outputsOfGroup(); output++) {
                    pack(from, group, strip, output);
                }
            }
        }
        int rows = (int) (weights.byteSize() / PackedWeights.BLOCK_BYTES);
        finite = BitsVector.areFinite(weights, 0, PackedWeights.BLOCK_BYTES, rows, PackedWeights.BLOCK_BYTES);
    }

    private void pack(FloatMatrix from, int group, Strip strip, int output) {
        int block = output / WindowGradientShape.BLOCK;
        for (int i = 0; i < strip.places.length; i++) {
            long at = from.rowOffset(shape.row(group, block) + strip.places[i])
                    + (long) output % WindowGradientShape.BLOCK * Float.BYTES;
            long to = offset(group, strip) + (long) output * strip.bytes() + (long) i * PIECE_BYTES;
            for (int k = 0; k < strip.lengths[i]; k++) {
                float weight = from.segment().get(JAVA_FLOAT, at + from.rowOffset(k));
                weights.set(JAVA_FLOAT, to + (long) k * Float.BYTES, weight);
            }
        }
    }

    private long offset(int group, Strip strip) {
        Strip last = strips[strips.length - 1];
        long before = (long) group * (last.first + last.places.length) + strip.first;
        return before * shape.outputsOfGroup() * PIECE_BYTES;
    }

    /** Adds the lists of some positions to a map. */
    void add(WindowGradientLists lists, int group, int first, int count, MemorySegment map) {
        target(lists, first, count);
        for (Strip strip : strips) {
            strip.run.add(lists, 0, count, weights, offset(group, strip), strip.bytes(), map, 0, strip.offsets);
        }
    }

    /** Adds some positions to a map if most gradients are nonzero, straight from their matrix. */
    void addAll(FloatMatrix gradient, int row, int group, int first, int count, WindowGradientScratch.Vectors own) {
        TileWalk tile = own.tile;
        MemorySegment sums = own.sums;
        target(own.lists, first, count);
        order(own.order, first, count, shape.window().x().outputs());
        long outputs = shape.outputs();
        long from = gradient.rowOffset(row) + (first * outputs + (long) group * shape.outputsOfGroup()) * Float.BYTES;
        tile.rowOfA = outputs * Float.BYTES;
        tile.stepOfA = Float.BYTES;
        for (Strip strip : strips) {
            int bytes = strip.bytes();
            tile.stepOfB = bytes;
            tile.rowOfC = bytes;
            WindowGradientMapVector.clear(sums, (long) count * bytes);
            for (int lanes = 0; lanes < bytes; lanes += TileWalk.STRIP_BYTES) {
                tile.c = lanes;
                for (int output = 0; output < shape.outputsOfGroup(); output += DEPTH) {
                    tile.a = from + (long) output * Float.BYTES;
                    tile.b = offset(group, strip) + (long) output * bytes + lanes;
                    int depth = Math.min(DEPTH, shape.outputsOfGroup() - output);
                    tile.add(gradient.segment(), weights, sums, count, depth);
                }
            }
            for (int i = 0; i < strip.places.length; i++) {
                WindowGradientMapVector.add(
                        sums, i * PIECE_BYTES, bytes, own.lists.targets, own.order, count, own.map, strip.offsets[i]);
            }
        }
    }

    /** Returns true if all weights are finite, so that a gradient of zero times a weight is zero. */
    boolean isFinite() {
        return finite;
    }
}
