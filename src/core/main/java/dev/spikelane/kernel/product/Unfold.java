package dev.spikelane.kernel.product;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.SimdWidth;
import dev.spikelane.simd.Window;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Copies the windows of a convolution's input into rows, one for each output position, so that the convolution becomes
 * a product: {@code [positions x places of a window * channels]}, in the order (ky, kx, channel). Padding gives zeros.
 *
 * <p>Consecutive places of a window that are consecutive in the input too are one run, which is copied at once. The
 * constructor finds all runs. Immutable; threads may share it.
 */
public final class Unfold {

    /** Values from which on {@code MemorySegment.copy} is faster than a loop. */
    private static final int LONG_RUN = 32;

    private final Window window;

    /** First value of an input row, for each row of outputs and of the kernel; -1 in the padding. */
    private final int[] rows;

    /** Index of the first run of each column of outputs; the last entry is the number of runs. */
    private final int[] starts;
    /** First value of each run in a row of the input; {@link #runTo} is its place in a row of a window. */
    private final int[] runFrom;

    private final int[] runTo;
    private final int[] runLength;

    /** True if a row of the input fits a word, and a window too. */
    private final boolean inWords;

    /** Copies windows with one run a row by vectors; null if there are no vectors or windows have more runs. */
    private final @Nullable UnfoldLinesVector lines;

    /** True for each row of outputs whose windows have no row in the padding. */
    private final boolean[] inside;

    /** Byte offsets of a window's values from its first one; empty unless its rows are short. */
    private final long[] offsets;

    private final int rowSize;

    /** Creates the copier, and finds all runs. */
    public Unfold(Window window) {
        Window.Axis y = window.y();
        Window.Axis x = window.x();
        this.window = window;
        this.inWords = x.inputs() * window.allChannels() <= Long.SIZE && window.size() <= Long.SIZE;
        this.rowSize = x.kernel() * window.channels();
        this.rows = new int[y.outputs() * y.kernel()];
        for (int i = 0; i < rows.length; i++) {
            int at = y.at(i / y.kernel(), i % y.kernel());
            rows[i] = at >= 0 && at < y.inputs() ? at * x.inputs() * window.allChannels() : -1;
        }
        this.inside = new boolean[y.outputs()];
        for (int output = 0; output < inside.length; output++) {
            inside[output] = true;
            for (int i = output * y.kernel(); i < (output + 1) * y.kernel(); i++) {
                inside[output] &= rows[i] >= 0;
            }
        }
        long line = (long) y.dilation() / y.spread() * x.inputs() * window.allChannels();
        this.offsets = new long[rowSize < LONG_RUN ? window.size() : 0];
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = (i / rowSize * line + i % rowSize) * Float.BYTES;
        }
        int[] from = new int[x.outputs() * x.kernel()];
        int[] to = new int[from.length];
        int[] length = new int[from.length];
        this.starts = new int[x.outputs() + 1];
        int runs = 0;
        for (int output = 0; output < x.outputs(); output++) {
            starts[output] = runs;
            for (int place = 0; place < x.kernel(); place++) {
                int at = x.at(output, place);
                if (at < 0 || at >= x.inputs()) {
                    continue;
                }
                int element = window.place(0, at);
                int before = runs - 1;
                if (runs > starts[output]
                        && from[before] + length[before] == element
                        && to[before] + length[before] == place * window.channels()) {
                    length[before] += window.channels();
                } else {
                    from[runs] = element;
                    to[runs] = place * window.channels();
                    length[runs++] = window.channels();
                }
            }
        }
        starts[x.outputs()] = runs;
        this.runFrom = Arrays.copyOf(from, runs);
        this.runTo = Arrays.copyOf(to, runs);
        this.runLength = Arrays.copyOf(length, runs);
        this.lines = SimdWidth.VECTOR && inWords ? lines() : null;
    }

    private @Nullable UnfoldLinesVector lines() {
        int columns = window.x().outputs();
        int inputs = window.x().inputs() * window.allChannels();
        UnfoldLinesVector made = new UnfoldLinesVector(inputs, rows, window.y().kernel(), rowSize, columns);
        for (int x = 0; x < columns; x++) {
            int run = starts[x];
            if (starts[x + 1] != run + 1) {
                return null;
            }
            made.set(x, runFrom[run], runLength[run], runTo[run]);
        }
        return made;
    }

    /**
     * Copies the spikes of consecutive windows: some positions of one sample, then of the next.
     *
     * @param maps {@code [any x window.inputs()]}
     * @param first the first position of each sample
     * @param positions the number of positions of each sample
     * @param done the number of windows to skip, from sample 0 on
     * @param count the number of windows to copy
     * @param to {@code [at least count x window.size()]}, whose first rows are overwritten
     */
    public void copy(SpikeMatrix maps, int first, int positions, int done, int count, SpikeMatrix to) {
        int columns = window.x().outputs();
        int some;
        for (int row = 0; row < count; row += some) {
            int sample = (done + row) / positions;
            int position = (done + row) % positions;
            int y = (first + position) / columns;
            int x = (first + position) % columns;
            long map = maps.rowOffset(sample) * Byte.SIZE;
            some = Math.min(Math.min(count - row, positions - position), columns - x);
            if (inWords) {
                MemorySegment from = maps.segment();
                if (lines == null) {
                    copyLines(from, map, y, x, some, to.segment(), to.rowOffset(row));
                } else {
                    lines.cut(from, map, y, x, some, to.segment(), to.rowOffset(row));
                }
                continue;
            }
            for (int i = 0; i < some; i++) {
                copy(maps.segment(), map, y, x + i, to.segment(), to.rowOffset(row + i), to.rowOffset(row + i + 1));
            }
        }
    }

    /** Copies neighboring windows if a row of the input fits a word, and a window too. */
    private void copyLines(MemorySegment from, long map, int y, int x, int count, MemorySegment to, long offset) {
        int[] starts = this.starts;
        int kernelRows = window.y().kernel();
        int inputs = window.x().inputs() * window.allChannels();
        for (int i = 0; i < count; i++) {
            to.set(JAVA_LONG, offset + (long) i * Long.BYTES, 0);
        }
        for (int ky = 0; ky < kernelRows; ky++) {
            int begin = rows[y * kernelRows + ky];
            if (begin < 0) {
                continue;
            }
            long line = read(from, map + begin, inputs);
            int shift = ky * rowSize;
            for (int i = 0; i < count; i++) {
                long bits = 0;
                for (int run = starts[x + i]; run < starts[x + i + 1]; run++) {
                    bits |= (line >>> runFrom[run] & -1L >>> -runLength[run]) << shift + runTo[run];
                }
                long at = offset + (long) i * Long.BYTES;
                to.set(JAVA_LONG, at, to.get(JAVA_LONG, at) | bits);
            }
        }
    }

    /** Builds the words of a window one after another. */
    private void copy(MemorySegment from, long map, int y, int x, MemorySegment to, long offset, long end) {
        int kernelRows = window.y().kernel();
        long word = 0;
        long at = offset;
        long wordBits = 0; // the first bit of the current word
        for (int ky = 0; ky < kernelRows; ky++) {
            int begin = rows[y * kernelRows + ky];
            if (begin < 0) {
                continue;
            }
            for (int run = starts[x]; run < starts[x + 1]; run++) {
                long source = map + begin + runFrom[run];
                long target = (long) ky * rowSize + runTo[run];
                for (int left = runLength[run]; left > 0; left -= Long.SIZE) {
                    int some = Math.min(left, Long.SIZE);
                    long bits = read(from, source, some);
                    while (target - wordBits >= Long.SIZE) {
                        to.set(JAVA_LONG, at, word);
                        word = 0;
                        at += Long.BYTES;
                        wordBits += Long.SIZE;
                    }
                    word |= bits << target;
                    if (target - wordBits + some > Long.SIZE) {
                        to.set(JAVA_LONG, at, word);
                        word = bits >>> -target;
                        at += Long.BYTES;
                        wordBits += Long.SIZE;
                    }
                    source += some;
                    target += some;
                }
            }
        }
        for (; at < end; at += Long.BYTES) {
            to.set(JAVA_LONG, at, word);
            word = 0;
        }
    }

    static long read(MemorySegment from, long bit, int count) {
        long offset = (bit >>> 6) * Long.BYTES;
        long bits = from.get(JAVA_LONG, offset) >>> bit;
        if ((bit & 63) + count > Long.SIZE) {
            bits |= from.get(JAVA_LONG, offset + Long.BYTES) << -bit;
        }
        return bits & -1L >>> -count;
    }

    /**
     * Copies the values of consecutive windows: some positions of one sample, then of the next.
     *
     * @param maps {@code [any x window.inputs()]}
     * @param first the first position of each sample
     * @param positions the number of positions of each sample
     * @param done the number of windows to skip, from sample 0 on
     * @param count the number of windows to copy
     * @param to {@code [at least count x window.size()]}, whose first rows are overwritten
     */
    public void copy(FloatMatrix maps, int first, int positions, int done, int count, FloatMatrix to) {
        int sample = done / positions;
        int position = done % positions;
        int columns = window.x().outputs();
        for (int row = 0; row < count; row++) {
            int at = first + position;
            copy(maps, sample, at / columns, at % columns, to, row);
            if (++position == positions) {
                position = 0;
                sample++;
            }
        }
    }

    private void copy(FloatMatrix maps, int sample, int y, int x, FloatMatrix to, int row) {
        int kernelRows = window.y().kernel();
        long target = to.rowOffset(row);
        int first = starts[x];
        if (inside[y] && starts[x + 1] == first + 1 && runLength[first] == rowSize && rowSize < LONG_RUN) {
            long corner = (long) rows[y * kernelRows] + runFrom[first];
            gather(maps.segment(), maps.rowOffset(sample) + corner * Float.BYTES, offsets, to.segment(), target);
            return;
        }
        clear(to.segment(), target, window.size());
        for (int ky = 0; ky < kernelRows; ky++) {
            int begin = rows[y * kernelRows + ky];
            if (begin < 0) {
                continue;
            }
            for (int run = starts[x]; run < starts[x + 1]; run++) {
                copy(
                        maps.segment(),
                        maps.rowOffset(sample) + (long) (begin + runFrom[run]) * Float.BYTES,
                        to.segment(),
                        target + ((long) ky * rowSize + runTo[run]) * Float.BYTES,
                        runLength[run]);
            }
        }
    }

    /** Copies a window with short rows and no padding in one loop. */
    private static void gather(MemorySegment from, long source, long[] offsets, MemorySegment to, long target) {
        for (int i = 0; i < offsets.length; i++) {
            to.set(JAVA_FLOAT, target + (long) i * Float.BYTES, from.get(JAVA_FLOAT, source + offsets[i]));
        }
    }

    private static void clear(MemorySegment segment, long offset, int count) {
        for (int i = 0; i < count; i++) {
            segment.set(JAVA_FLOAT, offset + (long) i * Float.BYTES, 0);
        }
    }

    private static void copy(MemorySegment from, long source, MemorySegment to, long target, int count) {
        if (count >= LONG_RUN) {
            MemorySegment.copy(from, source, to, target, (long) count * Float.BYTES);
            return;
        }
        for (int i = 0; i < count; i++) {
            to.set(JAVA_FLOAT, target + (long) i * Float.BYTES, from.get(JAVA_FLOAT, source + (long) i * Float.BYTES));
        }
    }
}
