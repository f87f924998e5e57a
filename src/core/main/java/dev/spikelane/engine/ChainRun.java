package dev.spikelane.engine;

import dev.spikelane.connection.operator.Cut;
import dev.spikelane.connection.operator.Operator;
import dev.spikelane.connection.operator.Scratch;
import dev.spikelane.connection.operator.window.PooledConvOperator;
import dev.spikelane.kernel.pool.PoolWinners;
import dev.spikelane.kernel.product.gradient.PreparedFrame;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The operators of a path. A thread runs the whole path for its part of the work. A single product fills the tile that
 * the thread passes to the neurons, and elementwise operators then change this tile. Several products pass a few rows
 * at a time through the path, in memory of the thread.
 */
public final class ChainRun {

    /** Most groups of samples in a batch: each group has its own views and state. */
    private static final int MOST_GROUPS = 64;

    /** Most numbers that an operator passes to the next one: half of an L1 cache of 32 KB. */
    private static final int MOST_FLOATS = 4096;

    private final Arena arena;
    private final List<Operator> operators;
    private final Operator[] first;
    /** Outputs of these operators for some rows, per thread. */
    private final Tile[][] made;

    private final Scratch[] scratch;
    /** Winners of each operator's windows, for the backward pass; null if there are none. */
    private final @Nullable PoolWinners[] winners;

    /** For each of these pools, its convolution and pool in one operator; null if they cannot be joined. */
    private final @Nullable PooledConvOperator[] pooled;

    private final Operator product;
    private final Operator.OnTile[] behind;
    private boolean reservedSpikes;
    private boolean reservedValues;
    /** Created with the first frame. */
    private @Nullable PreparedFrame lists;

    private boolean listed;

    /** Creates a chain for as many threads as there are scratch memories. */
    public ChainRun(List<Operator> operators, Arena arena, Scratch[] ofThreads) {
        this.operators = List.copyOf(operators);
        int last = operators.size() - 1;
        while (last > 0 && operators.get(last) instanceof Operator.OnTile) {
            last--;
        }
        this.arena = arena;
        this.first = operators.subList(0, last).toArray(Operator[]::new);
        this.made = new Tile[ofThreads.length][last];
        this.scratch = ofThreads;
        this.winners = new PoolWinners[operators.size()];
        this.pooled = new PooledConvOperator[operators.size()];
        this.product = operators.get(last);
        this.behind = operators.subList(last + 1, operators.size()).toArray(Operator.OnTile[]::new);
    }

    /**
     * Keeps the winners of windows from now on, for a pool that follows other operators.
     *
     * @param place index of the pool among the operators
     */
    public void keep(int place, PoolWinners of) {
        winners[place] = of;
        pooled[place] = PooledConvOperator.join(operators.get(place - 1), operators.get(place));
    }

    /** Returns the operators, from source to target. */
    public List<Operator> operators() {
        return operators;
    }

    /** Returns the number of inputs of the first operator. */
    int inputs() {
        return entry().inputs();
    }

    /** Returns the number of outputs of the last operator. */
    int outputs() {
        return product.outputs();
    }

    /** Allocates room for this number of rows between operators, on each thread. */
    void makeRoom(int rows) {
        for (Tile[] ofThread : made) {
            for (int i = 0; i < first.length; i++) {
                if (ofThread[i] == null || ofThread[i].matrix().rows() < rows) {
                    ofThread[i] = Tile.whole(FloatMatrix.zeros(arena, rows, first[i].outputs()));
                }
            }
        }
    }

    /** Reserves the scratch memory that threads need for this source. */
    void reserve(Signal source) {
        boolean spikes = source instanceof SpikeMatrix;
        if (spikes ? reservedSpikes : reservedValues) {
            return;
        }
        reservedSpikes |= spikes;
        reservedValues |= !spikes;
        for (Scratch ofThread : scratch) {
            for (int i = 0; i < operators.size(); i++) {
                if (i == 0 && spikes) {
                    operators.get(i).reserve(ofThread);
                } else {
                    operators.get(i).reserveValues(ofThread);
                }
            }
        }
    }

    /** Returns true if a tile of outputs can be filled without computing rows for the other tiles too. */
    public boolean isOneProduct() {
        return first.length == 0 && product.takesTiles();
    }

    /**
     * Returns the number of samples of a step to pass through all operators at a time, so that their outputs stay in
     * caches; 0 if some operator needs more samples than the batch has.
     */
    int samplesAtATime(int batch) {
        int fewest = Math.max(Math.ceilDiv(batch, MOST_GROUPS), product.fewestRows());
        int outputs = product.outputs();
        for (Operator operator : first) {
            fewest = Math.max(fewest, operator.fewestRows());
            outputs = Math.max(outputs, operator.outputs());
        }
        return fewest > batch ? 0 : Math.clamp(MOST_FLOATS / outputs, fewest, batch);
    }

    /** Returns how threads should share these rows. */
    Cut cut(int rows) {
        return isOneProduct() ? product.cut(rows, scratch.length) : Cut.ROWS;
    }

    /**
     * Fills the currents of the first rows of the blocks in use, from a source for which nothing was prepared.
     *
     * @param at the row of the segment that is filled first
     */
    void fill(Signal source, int rows, int at, Tile current, int thread) {
        Signal from = source;
        for (int i = 0; i <= first.length; ) {
            boolean joins = i < first.length && pooled[i + 1] != null;
            int last = joins ? i + 1 : i;
            Tile into = last == first.length ? current : made[thread][last];
            if (joins) {
                Objects.requireNonNull(pooled[last])
                        .multiplyKeeping(from, rows, into, scratch[thread], Objects.requireNonNull(winners[last]), at);
            } else {
                multiply(i, last == first.length ? product : first[i], from, rows, at, into, thread);
            }
            from = into.matrix();
            i = last + 1;
        }
        apply(current, rows);
    }

    /** Returns the last product. */
    Operator product() {
        return product;
    }

    Scratch scratch(int thread) {
        return scratch[thread];
    }

    /** Applies the operators after the last product to its currents. */
    void apply(Tile current, int rows) {
        for (Operator.OnTile operator : behind) {
            operator.apply(current, rows);
        }
    }

    /** Prepares the rows of a frame; {@link #fillFrame} then computes its currents. */
    void prepareFrame(Signal frame, long version) {
        listed = false;
        if (isOneProduct() && frame instanceof FloatMatrix values) {
            PreparedFrame prepared = lists;
            if (prepared == null) {
                prepared = new PreparedFrame(arena, scratch.length);
                lists = prepared;
            }
            listed = product.prepareFrame(values, version, prepared);
        }
    }

    /** Fills the currents of a prepared frame. */
    void fillFrame(Signal frame, Tile current, int thread) {
        if (listed) {
            product.multiplyFrame(Objects.requireNonNull(lists), current, thread);
            apply(current, frame.rows());
        } else {
            fill(frame, frame.rows(), 0, current, thread);
        }
    }

    /** Returns the lists prepared from frames; null before the first frame, or if the path has several products. */
    public @Nullable PreparedFrame lists() {
        return lists;
    }

    /** Returns the heap bytes of lists of frames with this number of rows, if frames are used. */
    public long listBytes(int rows) {
        return lists == null ? 0 : lists.listBytes(rows);
    }

    private void multiply(int place, Operator operator, Signal source, int rows, int at, Tile current, int thread) {
        PoolWinners kept = winners[place];
        if (source instanceof SpikeMatrix spikes) {
            operator.multiply(spikes, rows, current, scratch[thread]);
        } else if (kept != null) {
            kept.run((FloatMatrix) source, rows, current, at);
        } else {
            operator.multiply((FloatMatrix) source, rows, current, scratch[thread]);
        }
    }

    /** Returns the operator that reads the source. */
    private Operator entry() {
        return first.length == 0 ? product : first[0];
    }

    /** Returns the number of first rows of spikes to fill at a time. */
    int rowsAtATime(int rows, long active) {
        return entry().rowsAtATime(rows, active);
    }

    String kernel(Signal source, int rows, long active) {
        return source instanceof SpikeMatrix ? entry().kernel(rows, active) : entry().kernel(rows);
    }

    /** Returns the multiplications of inputs by outputs, per row. */
    long work() {
        long work = product.work();
        for (Operator operator : first) {
            work += operator.work();
        }
        return work;
    }
}
