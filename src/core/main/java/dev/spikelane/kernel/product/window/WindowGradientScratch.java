package dev.spikelane.kernel.product.window;

import dev.spikelane.kernel.product.dense.TileWalk;
import dev.spikelane.simd.Lanes;
import dev.spikelane.simd.SimdWidth;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Scratch memory of one thread for {@link WindowGradientInput}. */
public final class WindowGradientScratch {

    /** Positions whose sums are there at a time: 48 KB with 12 vectors of 512 bits. */
    static final int POSITIONS = 64;

    private final WindowGradientShape shape;
    private final @Nullable Vectors vectors;

    /** What vectors need. */
    static final class Vectors {

        /** Those of gradients that are not zero. */
        final long[] bits;

        final WindowGradientLists lists;
        /** In which sums are added to the map. */
        final int[] order;

        /** Inputs of a group of some rows, padding included. */
        final MemorySegment map;

        /** What a strip of weights gives to each position. */
        final MemorySegment sums;

        final TileWalk tile = new TileWalk();

        private Vectors(Arena arena, WindowGradientShape shape) {
            int positions = Math.min(POSITIONS, rows(shape) * shape.window().positions());
            this.bits = new long[Math.ceilDiv(shape.columns(), Long.SIZE)];
            this.lists = new WindowGradientLists(positions, positions * shape.outputsOfGroup() + Lanes.COUNT, true);
            this.order = new int[positions];
            this.map = WindowGradientStrips.memory(arena, WindowGradientStrips.mapFloats(shape, rows(shape)));
            this.sums = WindowGradientStrips.memory(arena, (long) positions * WindowGradientStrips.MOST_FLOATS);
        }
    }

    /**
     * Makes room.
     *
     * @param arena the arena that owns it
     * @param shape of a convolution
     */
    public WindowGradientScratch(Arena arena, WindowGradientShape shape) {
        this.shape = shape;
        this.vectors = SimdWidth.VECTOR ? new Vectors(arena, shape) : null;
    }

    /** Rows whose positions are taken together: weights, which may come from memory, are read once for them. */
    static int rows(WindowGradientShape shape) {
        return WindowGradientListVector.serves(shape.outputsOfGroup())
                ? Math.max(1, POSITIONS / shape.window().positions())
                : 1;
    }

    Vectors vectors() {
        return Objects.requireNonNull(vectors);
    }

    /**
     * Tells how much memory lists take beside that of the arena.
     *
     * @return bytes on the heap
     */
    public long listBytes() {
        return vectors == null ? 0 : vectors.lists.bytes() + (long) Long.BYTES * vectors.bits.length;
    }

    /**
     * Tells whether this serves a convolution.
     *
     * @param other its shape
     * @return whether it is of this shape
     */
    public boolean isOf(WindowGradientShape other) {
        return shape.equals(other);
    }
}
