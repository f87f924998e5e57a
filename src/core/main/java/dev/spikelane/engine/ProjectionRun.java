package dev.spikelane.engine;

import dev.spikelane.connection.operator.Cut;
import dev.spikelane.connection.operator.sparse.SparseOperator;
import dev.spikelane.description.ProjectionDescription;
import dev.spikelane.engine.signal.RunSize;
import dev.spikelane.engine.signal.SampleViews;
import dev.spikelane.engine.signal.SourceRun;
import dev.spikelane.engine.thread.WorkerPool;
import dev.spikelane.kernel.product.spike.CostModel;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Rows;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The currents of one projection to a population: product by product of its source's rows, or those of a
 * frame, computed once.
 */
public final class ProjectionRun {

    /**
     * A product of values reads the weights once for 256 rows; currents of more rows would leave the L2 cache before
     * neurons take them.
     */
    static final int VALUE_ROWS_AT_A_TIME = 256;

    /** A fused multiply-add of values (Zen 5, 512 bits, 2026-11). */
    private static final double NANOSECONDS_OF_VALUE = 0.0073;

    private final ProjectionDescription description;
    private final ChainRun chain;
    private final SourceRun source;
    private final Arena arena;
    private final RunSize size;
    private final int batch;
    private final int delay;
    private final int threads;
    /** Whether its sum has other parts, so that a frame is not held. */
    private final boolean isPart;
    /** Whether weights change behind each step. */
    private final boolean hasRule;

    /** The rows of all steps of this call; null if each has its own. */
    private @Nullable Signal frame;
    /**
     * Currents of a frame, {@code [batch x outputs]}, which drive every step: for each thread a tile of the same
     * matrix.
     */
    private Tile[] held = {};

    private @Nullable FloatMatrix heldRows;

    private final boolean[] isHeld;
    /** The samples of a frame that each thread takes through several products, and their currents. */
    private SampleViews[] frameSamples = {};

    private SampleViews[] heldSamples = {};
    private final WorkerPool.Job holdBlock = this::holdBlock;
    private final WorkerPool.Job holdSamples = this::holdSamples;
    private final Fill byProduct = this::fillProduct;
    private final Fill byRows = this::fillRows;
    private final Fill byFrame = this::fillSteps;
    /** How currents are filled in this call. */
    private Fill fill = byRows;

    /** Of which rows spikes were counted last, and how many there are. */
    private int counted;

    private int countedFirst;
    private long countedVersion;
    private long active;

    /** A way to fill currents, chosen when the source opens. */
    interface Fill {

        /**
         * Fills the currents of some steps, of which the first is in row 0, for the blocks in use; behind
         * {@link #prepare} and, where the path has several products, {@link #hold(WorkerPool, boolean)}.
         */
        void run(int first, int count, Tile current, int thread);
    }

    /** Lets a projection run behind a source, over samples of a batch. */
    public ProjectionRun(
            ProjectionDescription description, ChainRun chain, SourceRun source, Arena arena, RunSize size) {
        this.description = description;
        this.chain = chain;
        this.source = source;
        this.arena = arena;
        this.size = size;
        this.batch = size.batch();
        this.delay = description.delay();
        this.threads = size.threads();
        this.isPart = chain.operators().getFirst() instanceof SparseOperator sparse && sparse.isPart();
        this.hasRule = description.plasticity().isRule();
        if ((isPart || hasRule) && source instanceof InputRun input) {
            input.repeat();
        }
        this.isHeld = new boolean[Math.ceilDiv(chain.outputs(), Long.SIZE)];
    }

    /** Whether it is nothing but synapses of one delay. */
    boolean isSynapses() {
        return chain.operators().size() == 1 && chain.operators().getFirst() instanceof SparseOperator;
    }

    SparseOperator synapses() {
        return (SparseOperator) chain.operators().getFirst();
    }

    /** Whether it adds to the sum that the projection before it has begun. */
    boolean goesOn() {
        return isPart && !synapses().begins();
    }

    /** Returns its description. */
    public ProjectionDescription description() {
        return description;
    }

    /** Returns the operators at work. */
    public ChainRun chain() {
        return chain;
    }

    /** Returns where it starts. */
    public SourceRun source() {
        return source;
    }

    /** Returns where its path starts, of which it may be the last part. */
    SourceRun origin() {
        return source instanceof TwoPhaseRun cut ? cut.rows().origin() : source;
    }

    /** Returns the rows that all steps of this call have; null if each has its own. */
    public @Nullable Signal frame() {
        return frame;
    }

    /** Takes the kind of rows that the source has in this call, and a frame. */
    public void open() {
        source.open();
        Signal rows = delay == 0 && !isPart && !hasRule ? source.frame() : null;
        if (hasRule && source.from(0, delay) instanceof FloatMatrix) {
            throw new IllegalArgumentException("projection '" + description.name()
                    + "' has a rule, which follows spikes, and gets values, expected spikes");
        }
        if (isSynapses()) {
            synapses().require(rows == null ? source.from(0, delay) : rows, description.name());
        }
        frame = rows;
        if (rows == null) {
            Signal each = source.from(0, delay);
            chain.reserve(each);
            fill = chain.isOneProduct() && each instanceof SpikeMatrix ? byProduct : byRows;
        } else {
            fill = byFrame;
            chain.reserve(rows);
            chain.prepareFrame(rows, source.frameVersion());
            Arrays.fill(isHeld, false);
        }
    }

    /**
     * Makes the source ready for some steps of the block.
     *
     * @param shares whether threads share products of all of these rows, and nobody else prepares any meanwhile
     */
    public void prepare(int first, int count, boolean shares) {
        if (frame != null) {
            held();
            return;
        }
        source.prepare(first, count);
        boolean prepares = shares && chain.isOneProduct() && chain.product().prepares();
        if (prepares && source.from(first, delay) instanceof SpikeMatrix spikes) {
            int rows = count * batch;
            chain.product().prepare(spikes, rows, active(spikes, first, rows), source.version(), chain.scratch(0));
        }
    }

    /** The currents of a frame, for which room is made now if there is none. */
    private FloatMatrix held() {
        FloatMatrix rows = heldRows;
        if (rows == null) {
            rows = FloatMatrix.zeros(arena, batch, chain.outputs());
            heldRows = rows;
            held = new Tile[threads];
            for (int i = 0; i < threads; i++) {
                held[i] = Tile.whole(rows);
            }
            int atATime = chain.samplesAtATime(batch);
            int shares = atATime == 0 ? threads : Math.ceilDiv(batch, atATime);
            heldSamples = SampleViews.shares(shares, batch);
            frameSamples = SampleViews.shares(shares, batch);
        }
        return rows;
    }

    /** The values that are its currents from a step on, as they stand; null if there are none. */
    @Nullable
    FloatMatrix passed(int first) {
        boolean passes = frame == null
                && chain.operators().size() == 1
                && chain.product().passes();
        return passes && source.from(first, delay) instanceof FloatMatrix values ? values : null;
    }

    /** How threads should share the currents of some steps. */
    Cut cut(int count) {
        return frame == null || !chain.isOneProduct() ? chain.cut(count * batch) : Cut.OUTPUTS;
    }

    /** How currents are filled in this call. */
    Fill fill() {
        return fill;
    }

    private void fillProduct(int first, int count, Tile current, int thread) {
        SpikeMatrix spikes = (SpikeMatrix) source.from(first, delay);
        chain.product().multiplyPrepared(spikes, count * batch, source.version(), current, chain.scratch(thread));
        chain.apply(current, count * batch);
    }

    private void fillRows(int first, int count, Tile current, int thread) {
        chain.fill(source.from(first, delay), count * batch, size.inSegment(first) * batch, current, thread);
    }

    private void fillSteps(int first, int count, Tile current, int thread) {
        if (chain.isOneProduct()) {
            hold(current.firstBlock(), current.endBlock(), thread);
        }
        for (int step = 0; step < count; step++) {
            current.copyFrom(held(), 0, step * batch, batch);
        }
    }

    /**
     * Computes the currents of a frame for some blocks, unless they are there: parts have the same blocks as long as
     * not all are.
     */
    private void hold(int firstBlock, int endBlock, int thread) {
        if (!isHeld[firstBlock]) {
            fillFrame(held[thread].at(firstBlock, endBlock), thread);
            Arrays.fill(isHeld, firstBlock, endBlock, true);
        }
    }

    /** The currents of a frame for some blocks, computed now unless they are there; behind {@link #prepare}. */
    Tile held(int firstBlock, int endBlock, int thread) {
        hold(firstBlock, endBlock, thread);
        return held[thread].on(held()).at(firstBlock, endBlock);
    }

    /** Computes all currents of a frame, before threads take some samples of them. */
    void hold(WorkerPool workers, boolean share) {
        if (frame == null || isHeld[0]) {
            return;
        }
        held(); // before threads share it
        if (chain.isOneProduct()) {
            workers.run(holdBlock, isHeld.length, share);
        } else {
            workers.run(holdSamples, heldSamples.length, share);
            Arrays.fill(isHeld, true);
        }
    }

    private void holdBlock(int block, int thread) {
        hold(block, block + 1, thread);
    }

    private void holdSamples(int share, int thread) {
        SampleViews samples = heldSamples[share];
        Tile into = held[thread].on(samples.in(held(), 0));
        Signal rows = frameSamples[share].in(Objects.requireNonNull(frame), 0);
        chain.fill(rows, samples.count(), samples.first(), into, thread);
    }

    /** Fills the currents of a frame {@code [batch x outputs]} for the blocks in use. */
    public void fillFrame(Tile current, int thread) {
        Signal rows = frame;
        if (rows == null) {
            throw new IllegalStateException("there is no frame");
        }
        chain.fillFrame(rows, current, thread);
    }

    /** Whether threads may each fill some steps: nothing was prepared for all steps together. */
    public boolean fillsAnySteps() {
        return frame == null && chain.isOneProduct() && source.samplesApart();
    }

    /** Fills the currents of some samples in a step, behind {@link #prepare} and {@link #hold(WorkerPool, boolean)}. */
    public void fill(int step, SampleViews samples, Tile current, int thread) {
        if (frame == null) {
            int at = size.inSegment(step) * batch + samples.first();
            chain.fill(source.samples(step, delay, samples), samples.count(), at, current, thread);
        } else {
            current.copyFrom(held(), samples.first(), 0, samples.count());
        }
    }

    /** The estimated time of a multiplication of {@link ChainRun#work} in some steps, whose spikes are counted. */
    double ofMultiplication(int first, int count) {
        if (frame != null || !chain.isOneProduct()) {
            return 0;
        }
        return source.from(first, delay) instanceof SpikeMatrix spikes
                ? CostModel.inUse().multiplication()
                        * active(spikes, first, count * batch)
                        / ((double) count * batch * spikes.columns())
                : NANOSECONDS_OF_VALUE;
    }

    /** How many of the first rows it is best to fill at a time. */
    int rowsAtATime(int rows) {
        if (frame != null) {
            return rows;
        }
        return source.from(0, delay) instanceof SpikeMatrix spikes
                ? chain.rowsAtATime(rows, active(spikes, 0, rows))
                : Math.min(rows, VALUE_ROWS_AT_A_TIME);
    }

    /** The spikes of some rows from a step on, which are counted once as long as nothing is written. */
    private long active(SpikeMatrix spikes, int first, int rows) {
        if (counted != rows || countedFirst != first || countedVersion != source.version()) {
            counted = rows;
            countedFirst = first;
            countedVersion = source.version();
            active = spikes.count(0, rows);
        }
        return active;
    }

    /** Inputs of the first steps of the block that are not zero. */
    long active(int count) {
        if (frame != null) {
            return 0;
        }
        return switch (source.from(0, delay)) {
            case SpikeMatrix spikes -> active(spikes, 0, count * batch);
            case FloatMatrix values -> Rows.active(values, 0, count * batch);
        };
    }

    String kernel(int count, long active) {
        return frame == null ? chain.kernel(source.from(0, delay), count * batch, active) : "constant";
    }
}
