package dev.spikelane.kernel.product.window;

import static dev.spikelane.simd.Lanes.BYTES;
import static dev.spikelane.simd.Lanes.FLOAT;
import static dev.spikelane.simd.Lanes.ORDER;
import static dev.spikelane.simd.Lanes.OTHER_VECTOR;
import static dev.spikelane.simd.Lanes.VECTOR;

import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.Template;
import dev.spikelane.simd.Window;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;

/**
 * The sliding window: it goes down a column of outputs, and the sums of a strip of channels, of all rows of outputs
 * that a row of the input reaches, stay in registers. In each step a row of outputs comes in and another goes out.
 * Outputs beyond the map are added up too, and stored where the first one is going to be.
 *
 * <p>This class is a {@link Template}, a copy for each number of rows and of vectors in a strip. It has few accesses
 * to memory: where sums of rows are loaded before the loop and stored behind it one by one, C1 runs out of virtual
 * registers, and then the loop is not compiled at all (JDK 25). The one slice is in the loop that runs most, and no
 * other access is, since slices are not always inlined. Entries call the Vector API, as their class is known, and take
 * sums as arguments; sums call it only where they are stored, and are asked for their class there.
 */
@SuppressWarnings("NarrowCalculation") // offsets within an entry are int on purpose
final class WindowRowsVector extends WindowRows {

    private static final Size SIZE = Template.data(MethodHandles.lookup(), Size.class);
    private static final int ROWS = SIZE.rows();
    private static final int VECTORS = SIZE.vectors();
    private static final int ROW = PackedWeights.BLOCK_BYTES;
    private static final int ENTRY = (ROWS - 1) * ROW + VECTORS * BYTES;

    WindowRowsVector() {}

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
        int end = pass.bottom() + ROWS;
        int shift = of.window.y().padding() - pass.kernelRow();
        long table = of.blockOffset(block) + pass.kernelRow() * (long) ROW + lanes - of.entryBytes();
        long below = (long) x.outputs() * position;
        for (int column = 0; column < x.outputs(); column++) {
            int place = column - x.padding();
            int left = Math.clamp(place, 0, x.inputs()) * groups;
            int right = Math.clamp(place + x.kernel(), 0, x.inputs()) * groups;
            long sum = to + (long) column * position;
            FloatVector zero = FloatVector.zero(FLOAT);
            FloatVector s10 = zero;
            FloatVector s11 = zero;
            FloatVector s12 = zero;
            FloatVector s13 = zero;
            FloatVector s20 = zero;
            FloatVector s21 = zero;
            FloatVector s22 = zero;
            FloatVector s23 = zero;
            FloatVector s30 = zero;
            FloatVector s31 = zero;
            FloatVector s32 = zero;
            FloatVector s33 = zero;
            FloatVector s40 = zero;
            FloatVector s41 = zero;
            FloatVector s42 = zero;
            FloatVector s43 = zero;
            for (int row = top; row < end; row++) {
                long from = pass.begins() ? (long) block * ROW + lanes : sum + Math.min(row, pass.bottom()) * below;
                FloatVector s00 = FloatVector.fromMemorySegment(FLOAT, begin, from, ORDER);
                FloatVector s01 = FloatVector.fromMemorySegment(FLOAT, begin, from + BYTES, ORDER);
                FloatVector s02 =
                        VECTORS > 2 ? FloatVector.fromMemorySegment(FLOAT, begin, from + 2 * BYTES, ORDER) : zero;
                FloatVector s03 =
                        VECTORS > 2 ? FloatVector.fromMemorySegment(FLOAT, begin, from + 3 * BYTES, ORDER) : zero;
                int y = row - shift;
                if (y >= pass.first() && y < pass.end()) {
                    int base = y * x.inputs() + place;
                    int last = starts[y * rowOfInput + right];
                    for (int i = starts[y * rowOfInput + left]; i < last; i++) {
                        MemorySegment entry = tables.asSlice(table + (entries[i] - base * pixel), ENTRY);
                        s00 = FloatVector.fromMemorySegment(FLOAT, entry, 0, ORDER)
                                .add(s00);
                        s01 = FloatVector.fromMemorySegment(FLOAT, entry, BYTES, ORDER)
                                .add(s01);
                        if (VECTORS > 2) {
                            s02 = FloatVector.fromMemorySegment(FLOAT, entry, 2 * BYTES, ORDER)
                                    .add(s02);
                            s03 = FloatVector.fromMemorySegment(FLOAT, entry, 3 * BYTES, ORDER)
                                    .add(s03);
                        }
                        if (ROWS > 1) {
                            s10 = FloatVector.fromMemorySegment(FLOAT, entry, ROW, ORDER)
                                    .add(s10);
                            s11 = FloatVector.fromMemorySegment(FLOAT, entry, ROW + BYTES, ORDER)
                                    .add(s11);
                            if (VECTORS > 2) {
                                s12 = FloatVector.fromMemorySegment(FLOAT, entry, ROW + 2 * BYTES, ORDER)
                                        .add(s12);
                                s13 = FloatVector.fromMemorySegment(FLOAT, entry, ROW + 3 * BYTES, ORDER)
                                        .add(s13);
                            }
                        }
                        if (ROWS > 2) {
                            s20 = FloatVector.fromMemorySegment(FLOAT, entry, 2 * ROW, ORDER)
                                    .add(s20);
                            s21 = FloatVector.fromMemorySegment(FLOAT, entry, 2 * ROW + BYTES, ORDER)
                                    .add(s21);
                            if (VECTORS > 2) {
                                s22 = FloatVector.fromMemorySegment(FLOAT, entry, 2 * ROW + 2 * BYTES, ORDER)
                                        .add(s22);
                                s23 = FloatVector.fromMemorySegment(FLOAT, entry, 2 * ROW + 3 * BYTES, ORDER)
                                        .add(s23);
                            }
                        }
                        if (ROWS > 3) {
                            s30 = FloatVector.fromMemorySegment(FLOAT, entry, 3 * ROW, ORDER)
                                    .add(s30);
                            s31 = FloatVector.fromMemorySegment(FLOAT, entry, 3 * ROW + BYTES, ORDER)
                                    .add(s31);
                            if (VECTORS > 2) {
                                s32 = FloatVector.fromMemorySegment(FLOAT, entry, 3 * ROW + 2 * BYTES, ORDER)
                                        .add(s32);
                                s33 = FloatVector.fromMemorySegment(FLOAT, entry, 3 * ROW + 3 * BYTES, ORDER)
                                        .add(s33);
                            }
                        }
                        if (ROWS > 4) {
                            s40 = FloatVector.fromMemorySegment(FLOAT, entry, 4 * ROW, ORDER)
                                    .add(s40);
                            s41 = FloatVector.fromMemorySegment(FLOAT, entry, 4 * ROW + BYTES, ORDER)
                                    .add(s41);
                            if (VECTORS > 2) {
                                s42 = FloatVector.fromMemorySegment(FLOAT, entry, 4 * ROW + 2 * BYTES, ORDER)
                                        .add(s42);
                                s43 = FloatVector.fromMemorySegment(FLOAT, entry, 4 * ROW + 3 * BYTES, ORDER)
                                        .add(s43);
                            }
                        }
                    }
                }
                long oldest = sum + Math.max(row - (ROWS - 1), top) * below;
                FloatVector out0 = ROWS == 1 ? s00 : ROWS == 2 ? s10 : ROWS == 3 ? s20 : ROWS == 4 ? s30 : s40;
                FloatVector out1 = ROWS == 1 ? s01 : ROWS == 2 ? s11 : ROWS == 3 ? s21 : ROWS == 4 ? s31 : s41;
                FloatVector out2 = ROWS == 1 ? s02 : ROWS == 2 ? s12 : ROWS == 3 ? s22 : ROWS == 4 ? s32 : s42;
                FloatVector out3 = ROWS == 1 ? s03 : ROWS == 2 ? s13 : ROWS == 3 ? s23 : ROWS == 4 ? s33 : s43;
                if (out0.getClass() != VECTOR
                        || out1.getClass() != VECTOR
                        || out2.getClass() != VECTOR
                        || out3.getClass() != VECTOR) {
                    throw new AssertionError(OTHER_VECTOR);
                }
                out0.intoMemorySegment(sums, oldest, ORDER);
                out1.intoMemorySegment(sums, oldest + BYTES, ORDER);
                if (VECTORS > 2) {
                    out2.intoMemorySegment(sums, oldest + 2 * BYTES, ORDER);
                    out3.intoMemorySegment(sums, oldest + 3 * BYTES, ORDER);
                }
                s40 = s30;
                s41 = s31;
                s42 = s32;
                s43 = s33;
                s30 = s20;
                s31 = s21;
                s32 = s22;
                s33 = s23;
                s20 = s10;
                s21 = s11;
                s22 = s12;
                s23 = s13;
                s10 = s00;
                s11 = s01;
                s12 = s02;
                s13 = s03;
            }
        }
    }
}
