package dev.spikelane.kernel.pool;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.Elements;
import dev.spikelane.simd.Lanes;
import dev.spikelane.simd.SimdWidth;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Pools the largest values as {@link MapPool} does, and keeps the winners: one bit for each value that a window reads.
 * So the backward pass needs no values, which would have to be kept or computed again.
 *
 * <p>Threads may share an object, each with its rows.
 */
public final class PoolWinners {

    private static final long MOST = 1L << 30;

    final PoolWindows places;

    /** One bit for each place that a window reads and each channel; {@link #words} words for each place. */
    final SpikeMatrix bits;

    final int words;
    /** True if each input is read once, so that gradients need no sums. */
    final boolean isReadOnce;

    /** Distances of a window's other places from its first one, if all windows are alike and have four; else empty. */
    final int[] corners;

    /** The place that reads each input, if each is read once by windows with four places; else empty. */
    final int[] readers;

    /** Byte offset in a row of the channels of each place, if channels also fill vectors; else empty. */
    private final long[] targets;

    private final boolean fours;
    private final int inputs;

    PoolWinners(Arena arena, PoolWindows places, int inputs, boolean isReadOnce, int rows) {
        this.places = places;
        this.inputs = inputs;
        this.words = words(places);
        this.isReadOnce = isReadOnce;
        this.corners = places.corners() == null ? new int[0] : places.corners();
        this.fours = SimdWidth.VECTOR && PoolWinnersVector.areFours(places);
        boolean alone = SimdWidth.VECTOR && isReadOnce && corners.length > 0;
        this.readers = new int[alone ? places.places().length : 0];
        this.targets = new long[alone && places.channels() % Lanes.COUNT == 0 ? readers.length : 0];
        for (int i = 0; i < readers.length; i++) {
            readers[places.places()[i]] = i;
        }
        for (int i = 0; i < targets.length; i++) {
            targets[i] = (long) places.places()[i] * places.channels() * Float.BYTES;
        }
        long columns = (long) places.places().length * words * Long.SIZE;
        if (columns > MOST) {
            throw new IllegalArgumentException("max pool reads " + places.places().length + " places of "
                    + places.channels() + " channels, expected at most " + MOST / Long.SIZE / words
                    + " places where gradients go back");
        }
        this.bits = SpikeMatrix.zeros(arena, rows, (int) columns);
    }

    public int inputs() {
        return inputs;
    }

    public int outputs() {
        return places.columns();
    }

    private static int words(PoolWindows places) {
        return Math.ceilDiv(places.channels(), Long.SIZE);
    }

    /**
     * Pools the first rows of values.
     *
     * @param values {@code [at least rows x inputs]}
     * @param rows the number of rows, at least 1
     * @param into {@code [at least rows x outputs]}, whole; these rows are overwritten
     * @param firstRow the row of the first winners
     * @throws IllegalArgumentException if a shape does not fit
     */
    public void run(FloatMatrix values, int rows, Tile into, int firstRow) {
        Checks.rows("values", values.rows(), rows);
        Checks.range("row", firstRow, firstRow + rows, bits.rows());
        into.require("into", rows, places.columns());
        Checks.apart("into", into.matrix(), "values", values);
        if (!into.all()) {
            throw new IllegalArgumentException("into is a part of the outputs, expected all of them");
        }
        for (int row = 0; row < rows; row++) {
            if (fours) {
                MemorySegment to = into.matrix().segment();
                long at = into.matrix().rowOffset(row);
                PoolWinnersVector.runFours(this, values.segment(), values.rowOffset(row), to, at, firstRow + row);
            } else if (SimdWidth.VECTOR) {
                PoolWinnersVector.run(this, values, row, into.matrix(), firstRow + row);
            } else {
                run(values, row, into.matrix(), firstRow + row, 0, places.columns());
            }
            PoolScalar.clear(into, row, into.endColumn());
        }
    }

    void run(FloatMatrix values, int row, FloatMatrix into, int kept, int firstColumn, int endColumn) {
        for (int column = firstColumn; column < endColumn; column++) {
            int channel = column % places.channels();
            int position = column / places.channels();
            int winner = places.starts()[position];
            float most = Float.NEGATIVE_INFINITY;
            for (int i = winner; i < places.starts()[position + 1]; i++) {
                float value = Elements.get(values, row, places.places()[i] * places.channels() + channel);
                if (value > most || Float.isNaN(value)) {
                    most = value;
                    winner = i;
                }
            }
            for (int i = places.starts()[position]; i < places.starts()[position + 1]; i++) {
                bits.set(kept, i * words * Long.SIZE + channel, i == winner);
            }
            Elements.set(into, row, column, most);
        }
    }

    /**
     * Keeps the winners among the four values of a window, for a vector of channels that the caller pools.
     *
     * @param row the row of the winners
     * @param window the number of the window
     * @param channel the first channel of the vector
     * @param second a bit for each channel, from the lowest: true if the second value is larger than the first
     * @param third true if the third value is larger than both
     * @param fourth true if the fourth value is larger than all
     */
    public void keep(int row, int window, int channel, long second, long third, long fourth) {
        int lanes = Math.min(Lanes.COUNT, places.channels() - channel);
        long c = third & ~fourth;
        long b = second & ~(third | fourth);
        keep(row, 4 * window, channel, lanes, ~(second | third | fourth));
        keep(row, 4 * window + 1, channel, lanes, b);
        keep(row, 4 * window + 2, channel, lanes, c);
        keep(row, 4 * window + 3, channel, lanes, fourth);
    }

    /**
     * Keeps the winner among the four values of a window.
     *
     * @param row the row of the winners
     * @param window the number of the window
     * @param channel the channel of the values
     * @param winner from 0
     */
    public void keep(int row, int window, int channel, int winner) {
        for (int place = 0; place < 4; place++) {
            keep(row, 4 * window + place, channel, 1, place == winner ? 1 : 0);
        }
    }

    private void keep(int row, int place, int channel, int lanes, long won) {
        long at = bits.rowOffset(row) + ((long) place * words + channel / Long.SIZE) * Long.BYTES;
        long mask = -1L >>> -lanes << channel;
        bits.segment().set(JAVA_LONG, at, bits.segment().get(JAVA_LONG, at) & ~mask | won << channel & mask);
    }

    /**
     * Computes the gradients of the first rows of pooled values.
     *
     * @param gradient {@code [rows x outputs]}
     * @param first the first row
     * @param rows the number of rows, at least 1
     * @param into {@code [at least rows x inputs]}; the first rows are overwritten
     * @param firstKept the row of the first winners
     * @throws IllegalArgumentException if a shape does not fit
     */
    public void back(FloatMatrix gradient, int first, int rows, FloatMatrix into, int firstKept) {
        Checks.range("row", first, first + rows, gradient.rows());
        Checks.rows("into", into.rows(), rows);
        Checks.range("row", firstKept, firstKept + rows, bits.rows());
        gradient.requireShape("gradient", gradient.rows(), places.columns());
        Checks.apart("into", into, "gradient", gradient);
        for (int row = 0; row < rows; row++) {
            if (targets.length > 0) {
                for (int channel = 0; channel < places.channels(); channel += Long.SIZE) {
                    long to = into.rowOffset(row) + (long) channel * Float.BYTES;
                    spread(gradient, first + row, firstKept + row, channel, into.segment(), to, targets);
                }
            } else if (SimdWidth.VECTOR) {
                PoolWinnersBackVector.back(this, gradient, first + row, into, row, firstKept + row);
            } else {
                for (int column = 0; column < into.columns(); column++) {
                    Elements.set(into, row, column, 0);
                }
                back(gradient, first + row, into, row, firstKept + row, 0, places.columns());
            }
        }
    }

    /** Writes the gradients of 64 channels, or of the last ones, to the winners, and zeros to the others. */
    void spread(
            FloatMatrix gradient, int row, int kept, int firstChannel, MemorySegment to, long base, long[] placesTo) {
        PoolWinnersBackVector.spread(
                this,
                bits.rowOffset(kept) + firstChannel / Long.SIZE * (long) Long.BYTES,
                gradient.segment(),
                gradient.rowOffset(row) + (long) firstChannel * Float.BYTES,
                Math.min(Long.SIZE, places.channels() - firstChannel),
                to,
                base,
                placesTo);
    }

    void back(FloatMatrix gradient, int row, FloatMatrix into, int intoRow, int kept, int firstColumn, int endColumn) {
        for (int column = firstColumn; column < endColumn; column++) {
            int channel = column % places.channels();
            int position = column / places.channels();
            for (int i = places.starts()[position]; i < places.starts()[position + 1]; i++) {
                if (bits.get(kept, i * words * Long.SIZE + channel)) {
                    int at = places.places()[i] * places.channels() + channel;
                    float sum = Elements.get(into, intoRow, at) + Elements.get(gradient, row, column);
                    Elements.set(into, intoRow, at, sum);
                }
            }
        }
    }
}
