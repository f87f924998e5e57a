package dev.spikelane.train.gradient;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Tile;

/** The blocks of a population that a thread takes back, in matrices of its own and in those of all neurons. */
final class GradientTiles {

    private final Tile here;
    private final Tile added;
    private final Tile whole;

    /** Tiles laid out as one in a thread's own memory. */
    GradientTiles(Tile own) {
        this.here = own;
        this.added = own.another();
        this.whole = Tile.whole(FloatMatrix.zeros(1, own.columns()));
    }

    /** Goes to other blocks. */
    void at(int firstBlock, int endBlock) {
        here.at(firstBlock, endBlock);
    }

    /** The blocks in memory of the thread. */
    Tile in(FloatMatrix own) {
        return at(here, own);
    }

    /** The same, beside {@link #in}. */
    Tile addedIn(FloatMatrix own) {
        return at(added, own);
    }

    /** The blocks in a matrix of all neurons. */
    Tile inWhole(FloatMatrix all) {
        return at(whole, all);
    }

    private Tile at(Tile tile, FloatMatrix matrix) {
        int first = here.firstBlock();
        int end = here.endBlock();
        return tile.on(matrix).at(first, end);
    }
}
