package dev.spikelane.kernel.product.window;

import static dev.spikelane.loop.Unrolled.next;
import static dev.spikelane.loop.Unrolled.requireClass;
import static dev.spikelane.simd.Lanes.BYTES;
import static dev.spikelane.simd.Lanes.FLOAT;
import static dev.spikelane.simd.Lanes.ORDER;
import static dev.spikelane.simd.Lanes.VECTOR;

import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.loop.Unrolled;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.Window;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;

/**
 * The sliding window. It moves down a column of outputs, with the sums of a strip of channels in registers, for all
 * rows of outputs that a row of the input reaches. Each step loads one row of outputs and stores another. Rows of
 * outputs outside the map are added up too, and stored at the place of the first row before it is.
 *
 * <p>There is an {@link Unrolled} copy for each number of rows and of vectors in a strip. It has few memory accesses:
 * if all rows of sums were loaded before the loop and stored after it, C1 would run out of virtual registers, and the
 * loop would not be compiled (JDK 25). The innermost loop has the only slice, because slices are not always inlined.
 * Entries call the Vector API with sums as arguments, because the class of entries is known. The class of sums is
 * checked before a store.
 */
@SuppressWarnings("NarrowCalculation") // offsets within an entry are int on purpose
class WindowRowsVector extends WindowRows {

    private static final int ROW = PackedWeights.BLOCK_BYTES;

    private final int rows;
    private final int vectors;

    WindowRowsVector(int rows, int vectors) {
        this.rows = rows;
        this.vectors = vectors;
    }

    static WindowRows unrolled(int rows, int vectors) {
        return Unrolled.of(MethodHandles.lookup(), new WindowRowsVector(rows, vectors));
    }

    @Override
    void add(WindowLists lists, KernelRowSpan pass, int block, int lanes, MemorySegment sums, long to, int position) {
        WindowTables kernel = lists.tables;
        Window.Axis x = kernel.window.x();
        MemorySegment tables = kernel.segment();
        MemorySegment begin = pass.begins() ? kernel.bias.segment() : sums;
        Checks.isNative(tables);
        Checks.isNative(begin);
        Checks.isNative(sums);
        int[] entries = lists.entries;
        int[] starts = lists.starts;
        int groups = kernel.window.channels() / 4;
        int pixel = kernel.pixelBytes();
        int rowOfInput = x.inputs() * groups;
        int top = pass.top();
        int end = pass.bottom() + rows;
        int shift = kernel.window.y().padding() - pass.kernelRow();
        long table = kernel.blockOffset(block) + pass.kernelRow() * (long) ROW + lanes - kernel.entryBytes();
        long below = (long) x.outputs() * position;
        int all = rows * vectors;
        int oldestSum = all - vectors;
        for (int column = 0; column < x.outputs(); column++) {
            int place = column * x.stride() - x.padding();
            int left = Math.clamp(place, 0, x.inputs()) * groups;
            int right = Math.clamp(place + x.kernel(), 0, x.inputs()) * groups;
            long sum = to + (long) column * position;
            FloatVector[] s = new FloatVector[all];
            for (int i = 0; i < all; i = next(i)) {
                s[i] = FloatVector.zero(FLOAT);
            }
            for (int row = top; row < end; row++) {
                long from = pass.begins() ? (long) block * ROW + lanes : sum + Math.min(row, pass.bottom()) * below;
                for (int v = 0; v < vectors; v = next(v)) {
                    s[v] = FloatVector.fromMemorySegment(FLOAT, begin, from + v * BYTES, ORDER);
                }
                int y = row - shift;
                if (y >= pass.first() && y < pass.end()) {
                    int base = y * x.inputs() + place;
                    int last = starts[y * rowOfInput + right];
                    for (int i = starts[y * rowOfInput + left]; i < last; i++) {
                        MemorySegment entry =
                                tables.asSlice(table + (entries[i] - base * pixel), (rows - 1) * ROW + vectors * BYTES);
                        for (int j = 0; j < all; j = next(j)) {
                            s[j] = FloatVector.fromMemorySegment(
                                            FLOAT, entry, j / vectors * ROW + j % vectors * BYTES, ORDER)
                                    .add(s[j]);
                        }
                    }
                }
                long oldest = sum + Math.max(row - (rows - 1), top) * below;
                requireClass(s, oldestSum, oldestSum + vectors, VECTOR);
                for (int v = 0; v < vectors; v = next(v)) {
                    s[oldestSum + v].intoMemorySegment(sums, oldest + v * BYTES, ORDER);
                }
                for (int i = 1; i <= oldestSum; i = next(i)) {
                    s[all - i] = s[oldestSum - i];
                }
            }
        }
    }
}
