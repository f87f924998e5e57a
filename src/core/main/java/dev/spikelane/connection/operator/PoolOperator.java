package dev.spikelane.connection.operator;

import dev.spikelane.connection.Pool;
import dev.spikelane.kernel.pool.MapPool;
import dev.spikelane.kernel.pool.PoolWinners;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Elements;
import dev.spikelane.simd.SpikeExpand;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/** A pool bound to the shape of its source. */
public final class PoolOperator implements Operator {

    private final Pool declared;
    private final MapPool pool;
    private final FloatMatrix carried;
    /** The only spike value of a max pool, if it is positive, so that bits suffice; otherwise 0. */
    private float alike;

    public PoolOperator(Pool declared, MapPool pool, float[] spikeValue) {
        this.declared = declared;
        this.pool = pool;
        this.carried = FloatMatrix.zeros(1, pool.inputs());
        setSpikeValue(spikeValue);
    }

    public MapPool pool() {
        return pool;
    }

    public boolean isMax() {
        return declared.rule() == Pool.Rule.MAX;
    }

    @Override
    public int inputs() {
        return pool.inputs();
    }

    @Override
    public int outputs() {
        return pool.outputs();
    }

    @Override
    public void multiply(SpikeMatrix spikes, int rows, Tile current, Scratch scratch) {
        if (alike > 0) {
            pool.anySpike(spikes, alike, rows, current);
        } else {
            pool.run(spikes, carried, rows, current);
        }
    }

    @Override
    public void multiply(FloatMatrix input, int rows, Tile current, Scratch scratch) {
        pool.run(input, rows, current);
    }

    @Override
    public PoolOperator copy(Arena arena) {
        return new PoolOperator(declared, pool, carried.toArray());
    }

    @Override
    public InputGradient inputGradient(Arena arena) {
        if (isMax()) {
            throw new IllegalStateException("a max pool goes back by its winners, expected a call of winners()");
        }
        return pool::back;
    }

    /** Writes the values of the first rows of spikes, or values with equal winners. */
    public void expand(SpikeMatrix spikes, int rows, FloatMatrix into) {
        SpikeExpand.expand(spikes, 0, rows, into);
        if (alike > 0) {
            return; // ones have the winners of any other positive value
        }
        for (int row = 0; row < rows; row++) {
            for (int input = spikes.next(row, 0); input >= 0; input = spikes.next(row, input + 1)) {
                Elements.set(into, row, input, Elements.get(carried, 0, input));
            }
        }
    }

    /**
     * Allocates the winners of some rows of values, which the backward pass needs.
     *
     * @param arena the arena that owns them
     * @param rows the number of rows
     * @return an object that pools values and keeps winners
     * @throws IllegalArgumentException if the winners of one row take too much memory
     */
    public PoolWinners winners(Arena arena, int rows) {
        return pool.winners(arena, rows);
    }

    @Override
    public @Nullable WeightGradients weightGradients(Arena arena, int threads) {
        return null;
    }

    @Override
    public void setSpikeValue(float[] values) {
        SpikeValues.require(values, inputs());
        float[] each = new float[inputs()];
        SpikeValues.copy(values, each);
        carried.copyFrom(each);
        alike = declared.rule() == Pool.Rule.MAX ? each[0] : 0;
        for (float value : each) {
            alike = value == alike ? alike : 0;
        }
    }

    @Override
    public long work() {
        return pool.work();
    }

    @Override
    public int fewestRows() {
        return 1;
    }

    @Override
    public String toString() {
        return declared.toString();
    }
}
