package dev.spikelane.connection.operator;

import dev.spikelane.kernel.base.Tile;

/** An operator that computes each output from the input of the same number, so that it can work on a product's tile. */
public interface TileOperator extends Operator {

    /**
     * Computes outputs where the inputs stand.
     *
     * @param current {@code [at least rows x outputs]}, of which these rows of the blocks in use are overwritten
     * @param rows how many rows
     */
    void apply(Tile current, int rows);
}
