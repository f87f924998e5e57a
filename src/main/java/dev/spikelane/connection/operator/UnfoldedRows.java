package dev.spikelane.connection.operator;

import dev.spikelane.kernel.base.Tile;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/** Memory of one thread for some windows at a time, unfolded, and their currents, both in its core's caches. */
public final class UnfoldedRows {

    private static final int MOST_ROWS = 1_024;
    private static final int FEWEST_ROWS = 16;

    /** Floats that windows of values, or currents, may take. */
    private static final int MOST_FLOATS = 1 << 16;

    final int columns;
    public final Tile current;
    private final Arena arena;
    private @Nullable SpikeMatrix spikes;
    private @Nullable FloatMatrix values;

    public UnfoldedRows(Arena arena, int columns, int outputs) {
        this.arena = arena;
        this.columns = columns;
        this.current = Tile.whole(FloatMatrix.zeros(arena, rows(outputs), outputs));
    }

    /** Rows of so many floats. */
    private static int rows(int floats) {
        return Math.clamp(MOST_FLOATS / floats, FEWEST_ROWS, MOST_ROWS);
    }

    public boolean isOf(int someColumns, int outputs) {
        return columns == someColumns && current.columns() == outputs;
    }

    public SpikeMatrix spikes() {
        SpikeMatrix known = spikes;
        if (known == null) {
            known = SpikeMatrix.zeros(arena, current.matrix().rows(), columns);
            spikes = known;
        }
        return known;
    }

    public FloatMatrix values() {
        FloatMatrix known = values;
        if (known == null) {
            known = FloatMatrix.zeros(
                    arena, Math.min(rows(columns), current.matrix().rows()), columns);
            values = known;
        }
        return known;
    }
}
