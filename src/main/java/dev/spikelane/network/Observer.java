package dev.spikelane.network;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.nio.ByteBuffer;

/**
 * Sees what a layer does. It is called on the thread that runs the simulation, once for each block of steps, in order;
 * it should neither allocate nor keep the matrices.
 */
public interface Observer {

    /**
     * Tells whether this observer needs the membrane of every step.
     *
     * @return whether the membranes given to {@link #observe} are filled
     */
    default boolean needsMembranes() {
        return false;
    }

    /**
     * Called after a block of steps.
     *
     * @param firstStep the number of the block's first step, counted from the last reset
     * @param steps how many steps
     * @param spikes {@code [at least steps * batch x neurons]}, time-major, the first rows of which are the block's
     * @param membranes {@code [at least steps * batch x neurons]}, likewise, after each step, if some observer of the
     *     layer needs them; else {@code [batch x neurons]}, after the last step
     */
    void observe(long firstStep, int steps, SpikeMatrix spikes, FloatMatrix membranes);

    /**
     * Called when this observer is attached to a layer.
     *
     * @param batch samples of the simulation
     * @param neurons neurons of the layer
     * @throws IllegalArgumentException if this observer was made for others
     */
    default void attach(int batch, int neurons) {}

    /** Called when the simulation starts anew. */
    default void reset() {}

    /**
     * Returns how long what this observer holds of a run is when it is written, for {@link Simulation#keepInState}.
     *
     * @return bytes, always the same; 0 if this observer cannot be part of a state
     */
    default long stateBytes() {
        return 0;
    }

    /**
     * Writes what this observer holds of a run. It should not allocate.
     *
     * @param to takes {@link #stateBytes} from its position, which must be behind them afterwards; little endian
     */
    default void writeState(ByteBuffer to) {}

    /**
     * Reads what {@link #writeState} has written, in place of what this observer holds. It should not allocate.
     *
     * @param from holds {@link #stateBytes} from its position, which must be behind them afterwards; little endian
     */
    default void readState(ByteBuffer from) {}
}
