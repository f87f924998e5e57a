package dev.spikelane.connection.operator;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Lazy;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;

/** Memory of one thread for some windows at a time, unfolded, and their currents, both in its core's caches. */
public final class UnfoldedRows {

    private static final int MOST_ROWS = 1_024;
    /** Tables, and weights from memory, serve so many rows: 512 -> 512, 3x3 takes .7 of the time of 128 (ER). */
    private static final int FEWEST_ROWS = 256;

    /** Currents from which on a row is a map, or memory counts for more: one of 254,016 would take 248 MB. */
    private static final int MANY_OUTPUTS = 1_024;

    private static final int FEWEST = 16;

    /** Floats that windows of values, or currents, may take. */
    private static final int MOST_FLOATS = 1 << 16;

    final int columns;
    public final Tile current;
    /** Where all currents stand in rows of a position each. */
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

    /** How many windows are unfolded at a time, for so many outputs. */
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
