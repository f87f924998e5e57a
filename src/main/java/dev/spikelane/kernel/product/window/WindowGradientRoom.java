package dev.spikelane.kernel.product.window;

import dev.spikelane.kernel.base.SimdWidth;
import dev.spikelane.kernel.product.dense.TileWalk;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Scratch memory of one thread for {@link WindowGradientInput}. */
public final class WindowGradientRoom {

    /** Positions whose sums are there at a time: 48 KB with 12 vectors of 512 bits. */
    static final int POSITIONS = 64;

    /** The bits of gradients that are not zero. */
    final long[] bits;

    final WindowGradientLists lists;
    /** Inputs of a group, padding included. */
    final MemorySegment map;

    /** What a strip of weights gives to each position. */
    final MemorySegment sums;

    final TileWalk tile = new TileWalk();
    private final WindowGradientShape shape;

    /**
     * Makes room.
     *
     * @param arena the arena that owns it
     * @param shape of a convolution
     */
    public WindowGradientRoom(Arena arena, WindowGradientShape shape) {
        this.shape = shape;
        int positions = SimdWidth.VECTOR ? Math.min(POSITIONS, shape.window().positions()) : 0;
        this.bits = new long[SimdWidth.VECTOR ? Math.ceilDiv(shape.columns(), Long.SIZE) : 0];
        this.lists = new WindowGradientLists(positions, positions * shape.outputsOfGroup(), true);
        this.map = WindowGradientStrips.memory(arena, positions == 0 ? 1 : WindowGradientStrips.mapFloats(shape));
        this.sums = WindowGradientStrips.memory(arena, (long) Math.max(1, positions) * WindowGradientStrips.MOST_FLOATS);
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
