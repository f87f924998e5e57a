package dev.spikelane.kernel.product.window;

import static dev.spikelane.kernel.base.Lanes.BYTES;
import static dev.spikelane.kernel.base.Lanes.FLOAT;

import dev.spikelane.kernel.base.Checks;
import dev.spikelane.kernel.base.Template;
import dev.spikelane.kernel.base.Window;
import dev.spikelane.kernel.product.PackedWeights;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;

/**
 * The sliding window: the sums of a strip of channels, for all rows of outputs that a row of the input reaches, stay in
 * registers while the window slides down a column.
 *
 * <p>This class is a {@link Template}, a copy for each number of rows and of vectors in a strip.
 */
@SuppressWarnings("NarrowCalculation") // offsets within an entry are int on purpose
final class WindowRowsVector extends WindowRows {

    private static final Size SIZE = Template.data(MethodHandles.lookup(), Size.class);
    private static final int ROWS = SIZE.rows();
    private static final int VECTORS = SIZE.vectors();
    private static final int STRIP = VECTORS * BYTES;
    private static final int ROW = PackedWeights.BLOCK_BYTES;
    private static final int ENTRY = (ROWS - 1) * ROW + STRIP;

    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    WindowRowsVector() {}

    @Override
    void add(WindowLists lists, Reach reach, int block, int lanes, MemorySegment sums, long to, int position) {
        WindowTables of = lists.tables;
        MemorySegment tables = of.segment();
        MemorySegment begin = reach.kernelRow() == 0 ? of.bias.segment() : sums;
        Checks.isNative(tables);
        Checks.isNative(begin);
        Checks.isNative(sums);
        int[] entries = lists.entries;
        int[] starts = lists.starts;
        Window.Axis x = of.window.x();
        int width = x.inputs();
        int pixel = of.pixelBytes();
        long table = of.blockOffset(block) + reach.kernelRow() * (long) ROW + lanes - of.entryBytes();
        long below = (long) x.outputs() * position;
        long stepOfBegin = reach.kernelRow() == 0 ? 0 : below;
        for (int column = 0; column < x.outputs(); column++) {
            int first = column - x.padding();
            int left = Math.max(first, 0);
            int right = Math.min(first + x.kernel(), width);
            long at = to + reach.newest() * below + (long) column * position;
            long beginAt = reach.kernelRow() == 0 ? (long) block * ROW + lanes : at;
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
            if (ROWS > 1) {
                MemorySegment older = sums.asSlice(at - 1 * below, STRIP);
                s10 = FloatVector.fromMemorySegment(FLOAT, older, 0, ORDER);
                s11 = FloatVector.fromMemorySegment(FLOAT, older, BYTES, ORDER);
                if (VECTORS > 2) {
                    s12 = FloatVector.fromMemorySegment(FLOAT, older, 2 * BYTES, ORDER);
                    s13 = FloatVector.fromMemorySegment(FLOAT, older, 3 * BYTES, ORDER);
                }
            }
            if (ROWS > 2) {
                MemorySegment older = sums.asSlice(at - 2 * below, STRIP);
                s20 = FloatVector.fromMemorySegment(FLOAT, older, 0, ORDER);
                s21 = FloatVector.fromMemorySegment(FLOAT, older, BYTES, ORDER);
                if (VECTORS > 2) {
                    s22 = FloatVector.fromMemorySegment(FLOAT, older, 2 * BYTES, ORDER);
                    s23 = FloatVector.fromMemorySegment(FLOAT, older, 3 * BYTES, ORDER);
                }
            }
            if (ROWS > 3) {
                MemorySegment older = sums.asSlice(at - 3 * below, STRIP);
                s30 = FloatVector.fromMemorySegment(FLOAT, older, 0, ORDER);
                s31 = FloatVector.fromMemorySegment(FLOAT, older, BYTES, ORDER);
                if (VECTORS > 2) {
                    s32 = FloatVector.fromMemorySegment(FLOAT, older, 2 * BYTES, ORDER);
                    s33 = FloatVector.fromMemorySegment(FLOAT, older, 3 * BYTES, ORDER);
                }
            }
            if (ROWS > 4) {
                MemorySegment older = sums.asSlice(at - 4 * below, STRIP);
                s40 = FloatVector.fromMemorySegment(FLOAT, older, 0, ORDER);
                s41 = FloatVector.fromMemorySegment(FLOAT, older, BYTES, ORDER);
                if (VECTORS > 2) {
                    s42 = FloatVector.fromMemorySegment(FLOAT, older, 2 * BYTES, ORDER);
                    s43 = FloatVector.fromMemorySegment(FLOAT, older, 3 * BYTES, ORDER);
                }
            }
            for (int y = reach.first(); y < reach.end(); y++) {
                MemorySegment newest = begin.asSlice(beginAt, STRIP);
                FloatVector s00 = FloatVector.fromMemorySegment(FLOAT, newest, 0, ORDER);
                FloatVector s01 = FloatVector.fromMemorySegment(FLOAT, newest, BYTES, ORDER);
                FloatVector s02 = VECTORS > 2 ? FloatVector.fromMemorySegment(FLOAT, newest, 2 * BYTES, ORDER) : zero;
                FloatVector s03 = VECTORS > 2 ? FloatVector.fromMemorySegment(FLOAT, newest, 3 * BYTES, ORDER) : zero;
                int end = starts[y * width + right];
                int from = (y * width + first) * pixel;
                for (int i = starts[y * width + left]; i < end; i++) {
                    MemorySegment entry = tables.asSlice(table + (entries[i] - from), ENTRY);
                    s00 = s00.add(FloatVector.fromMemorySegment(FLOAT, entry, 0, ORDER));
                    s01 = s01.add(FloatVector.fromMemorySegment(FLOAT, entry, BYTES, ORDER));
                    if (VECTORS > 2) {
                        s02 = s02.add(FloatVector.fromMemorySegment(FLOAT, entry, 2 * BYTES, ORDER));
                        s03 = s03.add(FloatVector.fromMemorySegment(FLOAT, entry, 3 * BYTES, ORDER));
                    }
                    if (ROWS > 1) {
                        s10 = s10.add(FloatVector.fromMemorySegment(FLOAT, entry, ROW, ORDER));
                        s11 = s11.add(FloatVector.fromMemorySegment(FLOAT, entry, ROW + BYTES, ORDER));
                        if (VECTORS > 2) {
                            s12 = s12.add(FloatVector.fromMemorySegment(FLOAT, entry, ROW + 2 * BYTES, ORDER));
                            s13 = s13.add(FloatVector.fromMemorySegment(FLOAT, entry, ROW + 3 * BYTES, ORDER));
                        }
                    }
                    if (ROWS > 2) {
                        s20 = s20.add(FloatVector.fromMemorySegment(FLOAT, entry, 2 * ROW, ORDER));
                        s21 = s21.add(FloatVector.fromMemorySegment(FLOAT, entry, 2 * ROW + BYTES, ORDER));
                        if (VECTORS > 2) {
                            s22 = s22.add(FloatVector.fromMemorySegment(FLOAT, entry, 2 * ROW + 2 * BYTES, ORDER));
                            s23 = s23.add(FloatVector.fromMemorySegment(FLOAT, entry, 2 * ROW + 3 * BYTES, ORDER));
                        }
                    }
                    if (ROWS > 3) {
                        s30 = s30.add(FloatVector.fromMemorySegment(FLOAT, entry, 3 * ROW, ORDER));
                        s31 = s31.add(FloatVector.fromMemorySegment(FLOAT, entry, 3 * ROW + BYTES, ORDER));
                        if (VECTORS > 2) {
                            s32 = s32.add(FloatVector.fromMemorySegment(FLOAT, entry, 3 * ROW + 2 * BYTES, ORDER));
                            s33 = s33.add(FloatVector.fromMemorySegment(FLOAT, entry, 3 * ROW + 3 * BYTES, ORDER));
                        }
                    }
                    if (ROWS > 4) {
                        s40 = s40.add(FloatVector.fromMemorySegment(FLOAT, entry, 4 * ROW, ORDER));
                        s41 = s41.add(FloatVector.fromMemorySegment(FLOAT, entry, 4 * ROW + BYTES, ORDER));
                        if (VECTORS > 2) {
                            s42 = s42.add(FloatVector.fromMemorySegment(FLOAT, entry, 4 * ROW + 2 * BYTES, ORDER));
                            s43 = s43.add(FloatVector.fromMemorySegment(FLOAT, entry, 4 * ROW + 3 * BYTES, ORDER));
                        }
                    }
                }
                MemorySegment oldest = sums.asSlice(at - (ROWS - 1) * below, STRIP);
                switch (ROWS) {
                    case 1 -> {
                        s00.intoMemorySegment(oldest, 0, ORDER);
                        s01.intoMemorySegment(oldest, BYTES, ORDER);
                        if (VECTORS > 2) {
                            s02.intoMemorySegment(oldest, 2 * BYTES, ORDER);
                            s03.intoMemorySegment(oldest, 3 * BYTES, ORDER);
                        }
                    }
                    case 2 -> {
                        s10.intoMemorySegment(oldest, 0, ORDER);
                        s11.intoMemorySegment(oldest, BYTES, ORDER);
                        if (VECTORS > 2) {
                            s12.intoMemorySegment(oldest, 2 * BYTES, ORDER);
                            s13.intoMemorySegment(oldest, 3 * BYTES, ORDER);
                        }
                    }
                    case 3 -> {
                        s20.intoMemorySegment(oldest, 0, ORDER);
                        s21.intoMemorySegment(oldest, BYTES, ORDER);
                        if (VECTORS > 2) {
                            s22.intoMemorySegment(oldest, 2 * BYTES, ORDER);
                            s23.intoMemorySegment(oldest, 3 * BYTES, ORDER);
                        }
                    }
                    case 4 -> {
                        s30.intoMemorySegment(oldest, 0, ORDER);
                        s31.intoMemorySegment(oldest, BYTES, ORDER);
                        if (VECTORS > 2) {
                            s32.intoMemorySegment(oldest, 2 * BYTES, ORDER);
                            s33.intoMemorySegment(oldest, 3 * BYTES, ORDER);
                        }
                    }
                    case 5 -> {
                        s40.intoMemorySegment(oldest, 0, ORDER);
                        s41.intoMemorySegment(oldest, BYTES, ORDER);
                        if (VECTORS > 2) {
                            s42.intoMemorySegment(oldest, 2 * BYTES, ORDER);
                            s43.intoMemorySegment(oldest, 3 * BYTES, ORDER);
                        }
                    }
                    default -> throw new AssertionError(ROWS);
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
                at += below;
                beginAt += stepOfBegin;
            }
            if (ROWS > 1) {
                MemorySegment older = sums.asSlice(at - 1 * below, STRIP);
                s10.intoMemorySegment(older, 0, ORDER);
                s11.intoMemorySegment(older, BYTES, ORDER);
                if (VECTORS > 2) {
                    s12.intoMemorySegment(older, 2 * BYTES, ORDER);
                    s13.intoMemorySegment(older, 3 * BYTES, ORDER);
                }
            }
            if (ROWS > 2) {
                MemorySegment older = sums.asSlice(at - 2 * below, STRIP);
                s20.intoMemorySegment(older, 0, ORDER);
                s21.intoMemorySegment(older, BYTES, ORDER);
                if (VECTORS > 2) {
                    s22.intoMemorySegment(older, 2 * BYTES, ORDER);
                    s23.intoMemorySegment(older, 3 * BYTES, ORDER);
                }
            }
            if (ROWS > 3) {
                MemorySegment older = sums.asSlice(at - 3 * below, STRIP);
                s30.intoMemorySegment(older, 0, ORDER);
                s31.intoMemorySegment(older, BYTES, ORDER);
                if (VECTORS > 2) {
                    s32.intoMemorySegment(older, 2 * BYTES, ORDER);
                    s33.intoMemorySegment(older, 3 * BYTES, ORDER);
                }
            }
            if (ROWS > 4) {
                MemorySegment older = sums.asSlice(at - 4 * below, STRIP);
                s40.intoMemorySegment(older, 0, ORDER);
                s41.intoMemorySegment(older, BYTES, ORDER);
                if (VECTORS > 2) {
                    s42.intoMemorySegment(older, 2 * BYTES, ORDER);
                    s43.intoMemorySegment(older, 3 * BYTES, ORDER);
                }
            }
        }
    }
}
