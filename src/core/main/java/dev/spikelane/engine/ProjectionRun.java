package dev.spikelane.engine;

import dev.spikelane.connection.operator.Cut;
import dev.spikelane.connection.operator.sparse.SparseOperator;
import dev.spikelane.description.ProjectionDescription;
import dev.spikelane.engine.signal.RunSize;
import dev.spikelane.engine.signal.SampleViews;
import dev.spikelane.engine.signal.SourceRun;
import dev.spikelane.engine.thread.WorkerPool;
import dev.spikelane.kernel.product.spike.SpikeCosts;
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
 * The currents of one projection to a population: products of its source's rows, or the currents of a frame, which are
 * computed once.
 */
public final class ProjectionRun {

    /**
     * A product of values reads the weights once for 256 rows; currents of more rows would leave the L2 cache before
     * neurons take them.
     */
    static final int VALUE_ROWS_AT_A_TIME = 256;

    /** Nanoseconds of a fused multiply-add of values (Zen 5, 512 bits, 2026-11). */
    private static final double NANOSECONDS_OF_VALUE = 0.0073;

    private final ProjectionDescription description;
    private final ChainRun chain;
    private final SourceRun source;
    private final Arena arena;
    private final RunSize size;
    private final int batch;
    private final int delay;
    private final int threads;
    /** True if its sum has other parts, so that a frame's currents are not held. */
    private final boolean isPart;
    /** True if weights change after each step. */
    private final boolean hasRule;

    /** The rows of all steps of this call; null if each has its own. */
    private @Nullable Signal frame;
    /**
     * Currents of a frame, {@code [batch x outputs]}, which drive every step: one tile of the same matrix per thread.
     */
    private Tile[] held = {};

    private @Nullable FloatMatrix heldRows;

    private final boolean[] isHeld;
    /** Samples of a frame that each thread passes through several products. */
    private SampleViews[] frameSamples = {};

    private SampleViews[] heldSamples = {};
    private final WorkerPool.Job holdBlock = this::holdBlock;
    private final WorkerPool.Job holdSamples = this::holdSamples;
    private final Fill byProduct = this::fillProduct;
    private final Fill byRows = this::fillRows;
    private final Fill byFrame = this::fillSteps;
    /** Fills currents in this call. */
    private Fill fill = byRows;

    /** The rows whose spikes were counted last, and their number of spikes. */
    private int counted;

    private int countedFirst;
    private long countedVersion;
    private long active;

    /** A way to fill currents, chosen when the source opens. */
    interface Fill {

        /**
         * Fills the currents of some steps for the blocks in use; the first step is in row 0. Call {@link #prepare}
         * first, and {@link #hold(WorkerPool, boolean)} if the path has several products.
         */
        void run(int first, int count, Tile current, int thread);
    }

    /** Creates a projection that reads a source, for the samples of a batch. */
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

    /** Returns true if it consists of synapses of one delay only. */
    boolean isSynapses() {
        return chain.operators().size() == 1 && chain.operators().getFirst() instanceof SparseOperator;
    }

    SparseOperator synapses() {
        return (SparseOperator) chain.operators().getFirst();
    }

    /** Returns true if it adds to the sum of the projection before it. */
    boolean goesOn() {
        return isPart && !synapses().begins();
    }

    /** Returns its description. */
    public ProjectionDescription description() {
        return description;
    }

    /** Returns the operators. */
    public ChainRun chain() {
        return chain;
    }

    /** Returns the source. */
    public SourceRun source() {
        return source;
    }

    /** Returns the source of the whole path, of which this may be the last part. */
    SourceRun origin() {
        return source instanceof TwoPhaseRun cut ? cut.rows().origin() : source;
    }

    /** Returns the rows that all steps of this call share; null if each step has its own. */
    public @Nullable Signal frame() {
        return frame;
    }

    /** Takes the kind of the source's rows in this call, and its frame. */
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
     * Prepares the source for some steps of the block.
     *
     * @param shares true if threads share products of all these rows, and no other rows are prepared meanwhile
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

    /** Returns the currents of a frame, and allocates them at the first call. */
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

    /** Returns the source's values from a step on, if they are the currents without any change; else null. */
    @Nullable
    FloatMatrix passed(int first) {
        boolean passes = frame == null
                && chain.operators().size() == 1
                && chain.product().passes();
        return passes && source.from(first, delay) instanceof FloatMatrix values ? values : null;
    }

    /** Returns how threads should share the currents of some steps. */
    Cut cut(int count) {
        return frame == null || !chain.isOneProduct() ? chain.cut(count * batch) : Cut.OUTPUTS;
    }

    /** Returns the way to fill currents in this call. */
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
     * Computes the currents of a frame for some blocks, unless they are there. Parts have the same blocks until all
     * blocks are there.
     */
    private void hold(int firstBlock, int endBlock, int thread) {
        if (!isHeld[firstBlock]) {
            fillFrame(held[thread].at(firstBlock, endBlock), thread);
            Arrays.fill(isHeld, firstBlock, endBlock, true);
        }
    }

    /** Returns the currents of a frame for some blocks, and computes them if needed. Call {@link #prepare} first. */
    Tile held(int firstBlock, int endBlock, int thread) {
        hold(firstBlock, endBlock, thread);
        return held[thread].on(held()).at(firstBlock, endBlock);
    }

    /** Computes all currents of a frame, before threads take some of its samples. */
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

    /** Returns true if threads may each fill some steps: nothing was prepared for all steps together. */
    public boolean fillsAnySteps() {
        return frame == null && chain.isOneProduct() && source.samplesApart();
    }

    /**
     * Fills the currents of some samples in a step. Call {@link #prepare} and {@link #hold(WorkerPool, boolean)} first.
     */
    public void fill(int step, SampleViews samples, Tile current, int thread) {
        if (frame == null) {
            int at = size.inSegment(step) * batch + samples.first();
            chain.fill(source.samples(step, delay, samples), samples.count(), at, current, thread);
        } else {
            current.copyFrom(held(), samples.first(), 0, samples.count());
        }
    }

    /** Returns the estimated time of a multiplication of {@link ChainRun#work} in some steps; counts their spikes. */
    double ofMultiplication(int first, int count) {
        if (frame != null || !chain.isOneProduct()) {
            return 0;
        }
        return source.from(first, delay) instanceof SpikeMatrix spikes
                ? SpikeCosts.multiplication()
                        * active(spikes, first, count * batch)
                        / ((double) count * batch * spikes.columns())
                : NANOSECONDS_OF_VALUE;
    }

    /** Returns the number of first rows to fill at a time. */
    int rowsAtATime(int rows) {
        if (frame != null) {
            return rows;
        }
        return source.from(0, delay) instanceof SpikeMatrix spikes
                ? chain.rowsAtATime(rows, active(spikes, 0, rows))
                : Math.min(rows, VALUE_ROWS_AT_A_TIME);
    }

    /** Returns the number of spikes of some rows from a step on, counted once until a row is written. */
    private long active(SpikeMatrix spikes, int first, int rows) {
        if (counted != rows || countedFirst != first || countedVersion != source.version()) {
            counted = rows;
            countedFirst = first;
            countedVersion = source.version();
            active = spikes.count(0, rows);
        }
        return active;
    }

    /** Returns the number of nonzero inputs in the first steps of the block. */
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
