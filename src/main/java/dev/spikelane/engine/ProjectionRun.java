package dev.spikelane.engine;

import dev.spikelane.description.ProjectionDescription;
import dev.spikelane.kernel.base.Tile;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/** What one projection adds to the currents of a population in a block. */
final class ProjectionRun {

    /** A product of values reads the weights once for 256 rows; currents of more rows would leave the L2 cache before neurons take them. */
    static final int VALUE_ROWS_AT_A_TIME = 256;

    final ProjectionDescription projection;
    final ChainRun path;
    final SourceRun source;
    final int delay;
    /** PortSum computed once, {@code [batch x outputs]}, which drive every step; null if each step has its own. */
    private @Nullable FloatMatrix held;

    private @Nullable Tile holder;
    private Signal rows;

    ProjectionRun(ProjectionDescription projection, ChainRun path, SourceRun source) {
        this.projection = projection;
        this.path = path;
        this.source = source;
        this.delay = projection.delay();
        this.rows = source.delayed(delay);
    }

    /** Takes the kind of rows that the source has in this call. */
    void open() {
        held = null;
        rows = source.delayed(delay);
    }

    /** Computes the currents of the source's first step, and holds them for all steps of this call. */
    void hold(Arena arena, int batch, int currents) {
        Tile into = holder;
        if (into == null) {
            into = Tile.whole(FloatMatrix.zeros(arena, batch, currents));
            holder = into;
        }
        path.prepare(rows, source.version(), batch, false);
        path.fill(rows, batch, into, 0);
        held = into.matrix();
    }

    /** Runs what comes before the last product, and prepares that for all threads if nobody else does meanwhile. */
    void prepare(int count, boolean shares) {
        if (held == null) {
            path.prepare(rows, source.version(), count, shares);
        }
    }

    void fill(int count, Tile current, int thread) {
        FloatMatrix constant = held;
        if (constant == null) {
            path.fillPrepared(rows, source.version(), count, current, thread);
            return;
        }
        for (int row = 0; row < count; row += constant.rows()) {
            current.copyFrom(constant, 0, row, constant.rows());
        }
    }

    /** What filling the first rows is estimated to take on one thread; 0 if nothing is known. */
    double nanoseconds(int count) {
        return held == null ? path.nanoseconds(rows, count) : 0;
    }

    /** How many of the first rows it is best to fill at a time. */
    int rowsAtATime(int count) {
        return held == null ? path.rowsAtATime(rows, count) : count;
    }

    /** Inputs of the first rows that are not zero. */
    long active(int count) {
        if (held != null) {
            return 0;
        }
        return switch (rows) {
            case SpikeMatrix spikes -> spikes.count(0, count);
            case FloatMatrix values -> active(values, count);
        };
    }

    private static long active(FloatMatrix values, int count) {
        long active = 0;
        for (int row = 0; row < count; row++) {
            for (int column = 0; column < values.columns(); column++) {
                active += values.get(row, column) == 0 ? 0 : 1;
            }
        }
        return active;
    }

    String kernel(int count, long active) {
        return held == null ? path.kernel(rows, count, active) : "constant";
    }

    int inputs() {
        return rows.columns();
    }
}
