package dev.spikelane.kernel.product;

import dev.spikelane.kernel.base.Window;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Copies what a convolution reads into rows, one for each position of its output, so that it is a product:
 * {@code [positions x places of a window * channels]}, in the order (ky, kx, channel). What padding gives is zero.
 */
public final class Unfold {

    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG;
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

    /** Values from which on a call that copies memory is faster than a loop. */
    private static final int LONG_RUN = 32;

    private Unfold() {}

    /**
     * Copies the spikes of one window.
     *
     * @param maps {@code [any x window.inputs()]}
     * @param sample a row of it
     * @param window the windows
     * @param position of the output, row by row
     * @param to {@code [any x window.size()]}
     * @param row the row of it that is overwritten
     */
    public static void copy(SpikeMatrix maps, int sample, Window window, int position, SpikeMatrix to, int row) {
        MemorySegment into = to.segment();
        long toBits = to.rowOffset(row) * Byte.SIZE;
        for (int word = 0; word < to.stride(); word++) {
            into.set(WORD, to.rowOffset(row) + (long) word * Long.BYTES, 0);
        }
        MemorySegment from = maps.segment();
        long fromBits = maps.rowOffset(sample) * Byte.SIZE;
        Window.Axis x = window.x();
        int outputRow = position / x.outputs();
        int outputColumn = position % x.outputs();
        int run = run(window);
        for (int ky = 0; ky < window.y().kernel(); ky++) {
            int y = window.y().at(outputRow, ky);
            if (y < 0 || y >= window.y().inputs()) {
                continue;
            }
            for (int kx = 0; kx < x.kernel(); kx += run) {
                int first = x.at(outputColumn, kx);
                int skipped = Math.max(0, -first);
                int places = Math.min(run, x.inputs() - first) - skipped;
                if (places > 0) {
                    copyBits(
                            from,
                            fromBits + window.place(y, first + skipped),
                            into,
                            toBits + ((long) ky * x.kernel() + kx + skipped) * window.channels(),
                            places * window.channels());
                }
            }
        }
    }

    /** Places that stand side by side in a window and in the input. */
    private static int run(Window window) {
        return window.x().isDense() && window.channels() == window.allChannels()
                ? window.x().kernel()
                : 1;
    }

    private static void copyBits(MemorySegment from, long fromBit, MemorySegment to, long toBit, int count) {
        for (int done = 0; done < count; done += Long.SIZE) {
            int some = Math.min(Long.SIZE, count - done);
            long bits = read(from, fromBit + done, some);
            long at = toBit + done;
            long offset = (at >>> 6) * Long.BYTES;
            to.set(WORD, offset, to.get(WORD, offset) | bits << at);
            if ((at & 63) + some > Long.SIZE) {
                to.set(WORD, offset + Long.BYTES, bits >>> -at);
            }
        }
    }

    private static long read(MemorySegment from, long bit, int count) {
        long offset = (bit >>> 6) * Long.BYTES;
        long bits = from.get(WORD, offset) >>> bit;
        if ((bit & 63) + count > Long.SIZE) {
            bits |= from.get(WORD, offset + Long.BYTES) << -bit;
        }
        return bits & -1L >>> -count;
    }

    /**
     * Copies the values of one window.
     *
     * @param maps {@code [any x window.inputs()]}
     * @param sample a row of it
     * @param window the windows
     * @param position of the output, row by row
     * @param to {@code [any x window.size()]}
     * @param row the row of it that is overwritten
     */
    public static void copy(FloatMatrix maps, int sample, Window window, int position, FloatMatrix to, int row) {
        MemorySegment into = to.segment();
        into.asSlice(to.rowOffset(row), (long) to.stride() * Float.BYTES).fill((byte) 0);
        MemorySegment from = maps.segment();
        Window.Axis x = window.x();
        int outputRow = position / x.outputs();
        int outputColumn = position % x.outputs();
        int run = run(window);
        for (int ky = 0; ky < window.y().kernel(); ky++) {
            int y = window.y().at(outputRow, ky);
            if (y < 0 || y >= window.y().inputs()) {
                continue;
            }
            for (int kx = 0; kx < x.kernel(); kx += run) {
                int first = x.at(outputColumn, kx);
                int skipped = Math.max(0, -first);
                int places = Math.min(run, x.inputs() - first) - skipped;
                if (places > 0) {
                    copyFloats(
                            from,
                            maps.rowOffset(sample) + (long) window.place(y, first + skipped) * Float.BYTES,
                            into,
                            to.rowOffset(row)
                                    + ((long) ky * x.kernel() + kx + skipped) * window.channels() * Float.BYTES,
                            places * window.channels());
                }
            }
        }
    }

    private static void copyFloats(MemorySegment from, long fromOffset, MemorySegment to, long toOffset, int count) {
        if (count >= LONG_RUN) {
            MemorySegment.copy(from, fromOffset, to, toOffset, (long) count * Float.BYTES);
            return;
        }
        for (int i = 0; i < count; i++) {
            to.set(FLOAT, toOffset + (long) i * Float.BYTES, from.get(FLOAT, fromOffset + (long) i * Float.BYTES));
        }
    }
}
