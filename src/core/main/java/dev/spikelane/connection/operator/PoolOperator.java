package dev.spikelane.connection.operator;

import dev.spikelane.connection.Pool;
import dev.spikelane.kernel.pool.MapPool;
import dev.spikelane.kernel.pool.PoolWinners;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/** A pool laid out behind its source. */
public final class PoolOperator implements Operator {

    private final Pool declared;
    private final MapPool pool;
    /** The value of a spike of each input. */
    private final FloatMatrix carried;
    /** The same where it is one positive value and the largest is taken, so that bits suffice; else 0. */
    private float alike;

    public PoolOperator(Pool declared, MapPool pool, float[] spikeValue) {
        this.declared = declared;
        this.pool = pool;
        this.carried = FloatMatrix.zeros(1, pool.inputs());
        setSpikeValue(spikeValue);
    }

    /** Returns the windows and their rule. */
    public MapPool pool() {
        return pool;
    }

    /** Whether the largest values are taken, not sums. */
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
        return declared.rule() == Pool.Rule.MAX ? new MaxInputGradient(pool, carried) : pool::back;
    }

    /**
     * Makes room for the winners of some rows of values, which the way back needs.
     *
     * @param arena the arena that owns it
     * @param rows how many rows
     * @return an object that pools values and keeps winners; null if nothing is chosen, or too much would be kept
     */
    public @Nullable PoolWinners winners(Arena arena, int rows) {
        return declared.rule() == Pool.Rule.MAX ? pool.winners(arena, rows) : null;
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

    /** The way back through a pool of largest values, to where these were. */
    private record MaxInputGradient(MapPool pool, FloatMatrix carried) implements InputGradient.OfInputs {

        @Override
        public void pull(Signal inputs, FloatMatrix gradient, int rows, Tile into) {
            if (inputs instanceof SpikeMatrix spikes) {
                pool.back(spikes, carried, gradient, rows, into);
            } else {
                pool.back((FloatMatrix) inputs, gradient, rows, into);
            }
        }
    }
}
