package dev.spikelane.kernel.pool;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Elements;
import dev.spikelane.simd.Tile;
import org.jspecify.annotations.Nullable;

/**
 * The specification of {@link MapPool}, one element at a time. Rows are values, or spikes and the values that they
 * carry.
 */
final class PoolScalar {

    private PoolScalar() {}

    static void max(
            FloatMatrix values,
            @Nullable SpikeMatrix spikes,
            PoolWindows of,
            int row,
            Tile into,
            int firstColumn,
            int endColumn) {
        for (int column = firstColumn; column < endColumn; column++) {
            int channel = column % of.channels();
            float most = Float.NEGATIVE_INFINITY;
            for (int i = of.starts()[column / of.channels()]; i < of.starts()[column / of.channels() + 1]; i++) {
                float value = get(values, spikes, row, of.places()[i] * of.channels() + channel);
                most = value > most || Float.isNaN(value) ? value : most;
            }
            Elements.set(into.matrix(), row, column - into.origin(), most);
        }
    }

    static void sum(
            FloatMatrix values,
            @Nullable SpikeMatrix spikes,
            PoolWindows of,
            int row,
            Tile into,
            int firstColumn,
            int endColumn) {
        float[] shares = of.shares();
        float[] divisors = of.divisors();
        for (int column = firstColumn; column < endColumn; column++) {
            int position = column / of.channels();
            int channel = column % of.channels();
            float sum = 0;
            for (int i = of.starts()[position]; i < of.starts()[position + 1]; i++) {
                int place = of.places()[i];
                float value = get(values, spikes, row, place * of.channels() + channel);
                sum += shares == null ? value : value / shares[place];
            }
            Elements.set(into.matrix(), row, column - into.origin(), divisors == null ? sum : sum / divisors[position]);
        }
    }

    private static float get(FloatMatrix values, @Nullable SpikeMatrix spikes, int row, int column) {
        if (spikes == null) {
            return Elements.get(values, row, column);
        }
        return spikes.get(row, column) ? Elements.get(values, 0, column) : 0;
    }

    /** Writes zeros from a column to the end of the blocks in use. */
    static void clear(Tile into, int row, int firstColumn) {
        for (int column = firstColumn; column < into.endBlock() * FloatMatrix.ROW_MULTIPLE; column++) {
            Elements.set(into.matrix(), row, column - into.origin(), 0);
        }
    }
}
