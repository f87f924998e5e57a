package dev.spikelane.connection.operator;

import dev.spikelane.kernel.base.Tile;
import dev.spikelane.kernel.map.MapPool;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;

/** The way back through a pool of largest values, to where these were. */
record PoolInputGradient(MapPool pool, FloatMatrix carried) implements InputGradient.OfInputs {

    @Override
    public void pull(Signal inputs, FloatMatrix gradient, int rows, Tile into) {
        if (inputs instanceof SpikeMatrix spikes) {
            pool.back(spikes, carried, gradient, rows, into);
        } else {
            pool.back((FloatMatrix) inputs, gradient, rows, into);
        }
    }
}
