package dev.spikelane.engine;

import dev.spikelane.connection.operator.BatchNormOperator;
import dev.spikelane.kernel.base.Tile;
import dev.spikelane.kernel.update.BatchNormStep;
import dev.spikelane.kernel.update.BatchStatistics;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import java.lang.foreign.Arena;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Rows that a part of a path makes, normalized by the statistics of the batch in each step: the source of what comes
 * behind. Statistics of a window are kept: what is computed again is normalized by the same ones.
 */
public final class BatchNormRun implements SourceRun {

    private final ProjectionRun rows;
    private final BatchNormOperator operator;
    private final RunSize size;
    private final WorkerPool workers;
    /** The rows of a segment, and what they are normalized to. */
    private final StepViews<FloatMatrix> values;

    private final StepViews<FloatMatrix> made;

    private final BatchStatistics statistics;
    private final BatchNormStep step;
    private final boolean[] measured;
    /** For each thread. */
    private final Tile[] tiles;

    private final WorkerPool.Job fill = this::fill;
    private final WorkerPool.Job normalize = this::normalize;
    private @Nullable Signal frame;
    private int segmentStart;
    private int first;
    private int count;
    private int blocksInPart;
    private long version;

    /**
     * Makes room for the rows of a segment and the statistics of a window.
     *
     * @param rows what is normalized
     */
    BatchNormRun(ProjectionRun rows, BatchNormOperator operator, Arena arena, RunSize size, WorkerPool workers) {
        this.rows = rows;
        this.operator = operator;
        this.size = size;
        this.workers = workers;
        this.values = new StepViews<>(FloatMatrix.zeros(arena, size.segmentRows(), operator.outputs()), size.batch());
        this.made = new StepViews<>(FloatMatrix.zeros(arena, size.segmentRows(), operator.outputs()), size.batch());
        this.statistics = BatchStatistics.zeros(arena, size.steps(), operator.said().channels());
        this.step = operator.step(size.batch(), statistics);
        this.measured = new boolean[size.steps()];
        this.tiles = new Tile[size.threads()];
        for (int i = 0; i < tiles.length; i++) {
            tiles[i] = Tile.whole(made.all());
        }
    }

    /** Returns the rows of a segment before they are normalized. */
    public FloatMatrix values() {
        return values.all();
    }

    /** Returns what makes the rows. */
    public ProjectionRun rows() {
        return rows;
    }

    /** Returns the operator whose running values follow. */
    public BatchNormOperator operator() {
        return operator;
    }

    /** Returns the statistics of the window. */
    public BatchStatistics statistics() {
        return statistics;
    }

    /** Returns the row of the statistics that belongs to a step: all steps of a frame have one. */
    public int row(int ofStep) {
        return frame == null ? ofStep : 0;
    }

    /** Returns how many values each statistic is of. */
    public long count() {
        return (long) size.batch() * operator.positions();
    }

    /** Begins a window, behind its rows; normalizes them at once if all steps have the same. */
    @Override
    public void open() {
        segmentStart = 0;
        frame = null;
        Arrays.fill(measured, false);
        if (rows.frame() != null) {
            prepare(0, 1);
            frame = made.steps(0, 1);
        }
    }

    @Override
    public void prepare(int firstStep, int steps) {
        if (frame != null) {
            return;
        }
        version++;
        segmentStart = firstStep / size.segment() * size.segment();
        first = firstStep;
        count = steps;
        rows.prepare(first, count, true);
        int blocks = Math.ceilDiv(operator.outputs(), Long.SIZE);
        blocksInPart = Math.ceilDiv(blocks, size.threads() == 1 ? 1 : 2 * size.threads());
        workers.run(fill, Math.ceilDiv(blocks, blocksInPart));
        if (operator.positions() > 1) {
            workers.run(normalize, Math.ceilDiv(operator.said().channels(), blocksInPart * Long.SIZE));
        }
        Arrays.fill(measured, first, first + count, true);
    }

    private void fill(int part, int thread) {
        int firstBlock = part * blocksInPart;
        Tile into = tiles[thread].on(values.from(first - segmentStart));
        into.at(firstBlock, Math.min(firstBlock + blocksInPart, into.blocks()));
        rows.fill(first, count, into, thread);
        if (operator.positions() == 1) {
            normalize(part, thread); // these channels are all there
        }
    }

    private void normalize(int part, int thread) {
        int channel = part * blocksInPart * Long.SIZE;
        int end = Math.min(channel + blocksInPart * Long.SIZE, operator.said().channels());
        for (int at = first; at < first + count; at++) {
            if (!measured[at]) {
                step.measure(values.all(), at - segmentStart, at, channel, end);
            }
            step.normalize(values.all(), made.all(), at - segmentStart, at, channel, end);
        }
    }

    /** A batch is normalized as a whole. */
    @Override
    public boolean samplesApart() {
        return false;
    }

    @Override
    public @Nullable Signal frame() {
        return frame;
    }

    @Override
    public long frameVersion() {
        return version;
    }

    @Override
    public long version() {
        return version;
    }

    /** What was prepared; the delay is that of its rows. */
    @Override
    public FloatMatrix from(int ofStep, int delay) {
        return made.from(ofStep - segmentStart);
    }

    @Override
    public FloatMatrix steps(int firstStep, int steps, int delay) {
        return made.steps(firstStep - segmentStart, steps);
    }

    @Override
    public Signal samples(int ofStep, int delay, SampleViews of) {
        return of.in(made.all(), ofStep - segmentStart);
    }
}
