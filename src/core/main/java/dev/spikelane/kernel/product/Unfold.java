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
 * Copies what a convolution reads into rows, one for each position of its output, so that it is a product:
 * {@code [positions x places of a window * channels]}, in the order (ky, kx, channel). What padding gives is zero.
 *
 * <p>Channels of places that stand side by side in a window and in the input are one run, which is copied at once;
 * where runs are is known before. Immutable; any number of threads may use it.
 */
public final class Unfold {

    /** Values from which on a call that copies memory is faster than a loop. */
    private static final int LONG_RUN = 32;

    private final Window window;

    /** For each row of outputs and of the kernel, where that row of the input begins; -1 in the padding. */
    private final int[] rows;

    /** Where the runs of each column of outputs begin, and those of the last end. */
    private final int[] starts;
    /** Of each run: where it is in a row of the input, where in a row of a window, and its length. */
    private final int[] runFrom;

    private final int[] runTo;
    private final int[] runLength;

    /** Whether a row of the input is a word, and a window too. */
    private final boolean inWords;

    /** Cuts such windows where each takes one run of a row, and there are vectors; else null. */
    private final @Nullable UnfoldLinesVector lines;

    /** For each row of outputs, whether its windows have no row in the padding. */
    private final boolean[] inside;

    /** How many bytes behind its first value those of a window are, if each of its rows is one short run. */
    private final long[] offsets;

    /** Values in a row of a window, padding included. */
    private final int ofKernelRow;

    /**
     * Finds all runs.
     *
     * @param window the windows
     */
    public Unfold(Window window) {
        Window.Axis y = window.y();
        Window.Axis x = window.x();
        this.window = window;
        this.inWords = x.inputs() * window.allChannels() <= Long.SIZE && window.size() <= Long.SIZE;
        this.ofKernelRow = x.kernel() * window.channels();
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
        this.offsets = new long[ofKernelRow < LONG_RUN ? window.size() : 0];
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = (i / ofKernelRow * line + i % ofKernelRow) * Float.BYTES;
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
        UnfoldLinesVector made = new UnfoldLinesVector(inputs, rows, window.y().kernel(), ofKernelRow, columns);
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
     * Copies the spikes of some windows: those of some positions of a sample, and then of the next.
     *
     * @param maps {@code [any x window.inputs()]}
     * @param first the first position of each sample
     * @param positions how many of each sample
     * @param done windows that were copied before, of sample 0 and of those behind it
     * @param count how many come now
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

    /** Copies windows side by side, each of which is a word, as a row of the input is. */
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
            int shift = ky * ofKernelRow;
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

    /** Builds the words of a row one after another. */
    private void copy(MemorySegment from, long map, int y, int x, MemorySegment to, long offset, long end) {
        int kernelRows = window.y().kernel();
        long word = 0;
        long at = offset;
        long wordBits = 0; // the first bit of the word that is built
        for (int ky = 0; ky < kernelRows; ky++) {
            int begin = rows[y * kernelRows + ky];
            if (begin < 0) {
                continue;
            }
            for (int run = starts[x]; run < starts[x + 1]; run++) {
                long source = map + begin + runFrom[run];
                long target = (long) ky * ofKernelRow + runTo[run];
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
     * Copies the values of some windows: those of some positions of a sample, and then of the next.
     *
     * @param maps {@code [any x window.inputs()]}
     * @param first the first position of each sample
     * @param positions how many of each sample
     * @param done windows that were copied before, of sample 0 and of those behind it
     * @param count how many come now
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
        if (inside[y] && starts[x + 1] == first + 1 && runLength[first] == ofKernelRow && ofKernelRow < LONG_RUN) {
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
                        target + ((long) ky * ofKernelRow + runTo[run]) * Float.BYTES,
                        runLength[run]);
            }
        }
    }

    /** Copies a window of short rows, which has nothing in the padding, in one loop. */
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
