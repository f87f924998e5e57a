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
 * The sliding window: it goes down a column of outputs, and the sums of a strip of channels, of all rows of outputs
 * that a row of the input reaches, stay in registers. In each step a row of outputs comes in and another goes out.
 * Outputs beyond the map are added up too, and stored where the first one is going to be.
 *
 * <p>An {@link Unrolled} copy for each number of rows and of vectors in a strip. It has few accesses to memory: where
 * sums of rows are loaded before the loop and stored behind it one by one, C1 runs out of virtual registers, and then
 * the loop is not compiled at all (JDK 25). The one slice is in the loop that runs most, and no other access is, since
 * slices are not always inlined. Entries call the Vector API, as their class is known, and take sums as arguments; sums
 * call it only where they are stored, and are asked for their class there.
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
        WindowTables of = lists.tables;
        Window.Axis x = of.window.x();
        MemorySegment tables = of.segment();
        MemorySegment begin = pass.begins() ? of.bias.segment() : sums;
        Checks.isNative(tables);
        Checks.isNative(begin);
        Checks.isNative(sums);
        int[] entries = lists.entries;
        int[] starts = lists.starts;
        int groups = of.window.channels() / 4;
        int pixel = of.pixelBytes();
        int rowOfInput = x.inputs() * groups;
        int top = pass.top();
        int end = pass.bottom() + rows;
        int shift = of.window.y().padding() - pass.kernelRow();
        long table = of.blockOffset(block) + pass.kernelRow() * (long) ROW + lanes - of.entryBytes();
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
