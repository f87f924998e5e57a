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

    /** Positions whose sums are in memory at a time: 48 KB with 12 vectors of 512 bits. */
    static final int POSITIONS = 64;

    private final WindowGradientShape shape;
    private final @Nullable Vectors vectors;

    /** Memory for vectors. */
    static final class Vectors {

        /** Bits of the nonzero gradients. */
        final long[] bits;

        final WindowGradientLists lists;
        /** The order in which sums are added to the map. */
        final int[] order;

        /** Inputs of a group for some rows, padding included. */
        final MemorySegment map;

        /** Sums of a strip of weights for each position. */
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

    public WindowGradientScratch(Arena arena, WindowGradientShape shape) {
        this.shape = shape;
        this.vectors = SimdWidth.VECTOR ? new Vectors(arena, shape) : null;
    }

    /**
     * Returns the rows whose positions are computed together, because weights may come from memory and are then read
     * once.
     */
    static int rows(WindowGradientShape shape) {
        return WindowGradientListVector.serves(shape.outputsOfGroup())
                ? Math.max(1, POSITIONS / shape.window().positions())
                : 1;
    }

    Vectors vectors() {
        return Objects.requireNonNull(vectors);
    }

    /** Returns the bytes of lists on the heap. */
    public long listBytes() {
        return vectors == null ? 0 : vectors.lists.bytes() + (long) Long.BYTES * vectors.bits.length;
    }

    /** Returns true if this memory serves convolutions of a shape. */
    public boolean isOf(WindowGradientShape other) {
        return shape.equals(other);
    }
}
