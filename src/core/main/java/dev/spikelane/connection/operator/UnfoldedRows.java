package dev.spikelane.connection.operator;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Lazy;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;

/** A thread's memory for unfolded windows and their currents, which fit into its core's caches. */
public final class UnfoldedRows {

    private static final int MOST_ROWS = 1_024;
    /**
     * Least windows that share tables and weights from memory: 256 take 0.7 times as long as 128 (512 -> 512, 3x3,
     * Emerald Rapids).
     */
    private static final int FEWEST_ROWS = 256;

    /**
     * Most outputs of these many windows: with more, a row is a map, or memory matters more. 254,016 outputs would take
     * 248 MB.
     */
    private static final int MANY_OUTPUTS = 1_024;

    private static final int FEWEST = 16;

    /** Most floats of windows of values, or of currents. */
    private static final int MOST_FLOATS = 1 << 16;

    final int columns;
    public final Tile current;
    public final Tile inPlace;

    private final Lazy<SpikeMatrix> spikes;
    private final Lazy<FloatMatrix> values;

    public UnfoldedRows(Arena arena, int columns, int outputs) {
        int rows = rows(outputs);
        this.columns = columns;
        this.current = Tile.whole(FloatMatrix.zeros(arena, rows, outputs));
        this.inPlace = current.another();
        this.spikes = new Lazy<>(() -> SpikeMatrix.zeros(arena, rows, columns));
        this.values =
                new Lazy<>(() -> FloatMatrix.zeros(arena, Math.clamp(MOST_FLOATS / columns, FEWEST, rows), columns));
    }

    public static int rows(int floats) {
        return Math.clamp(MOST_FLOATS / floats, floats > MANY_OUTPUTS ? FEWEST : FEWEST_ROWS, MOST_ROWS);
    }

    public boolean isOf(int someColumns, int outputs) {
        return columns == someColumns && current.columns() == outputs;
    }

    public SpikeMatrix spikes() {
        return spikes.get();
    }

    public FloatMatrix values() {
        return values.get();
    }
}
