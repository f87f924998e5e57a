package dev.spikelane.train.gradient;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Tile;

/** The blocks of a tile, in matrices of its thread and in matrices of all neurons. */
final class GradientTiles {

    private final Tile here;
    private final Tile added;
    private final Tile whole;

    GradientTiles(Tile own) {
        this.here = own;
        this.added = own.another();
        this.whole = Tile.whole(FloatMatrix.zeros(1, own.columns()));
    }

    void at(int firstBlock, int endBlock) {
        here.at(firstBlock, endBlock);
    }

    /** Returns the blocks in memory of the thread. */
    Tile in(FloatMatrix own) {
        return at(here, own);
    }

    Tile addedIn(FloatMatrix own) {
        return at(added, own);
    }

    Tile inWhole(FloatMatrix all) {
        return at(whole, all);
    }

    private Tile at(Tile tile, FloatMatrix matrix) {
        int first = here.firstBlock();
        int end = here.endBlock();
        return tile.on(matrix).at(first, end);
    }
}
