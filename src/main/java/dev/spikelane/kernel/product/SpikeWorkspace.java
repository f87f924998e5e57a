package dev.spikelane.kernel.product;

import dev.spikelane.kernel.base.SimdWidth;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Scratch memory of {@link SpikeMatmul}, to be used again and again by one thread at a time. */
public final class SpikeWorkspace {

    private static final int BYTES = SimdWidth.bits() == SimdWidth.WIDEST
            ? Math.max(SpikePermuteVector.WORKSPACE_BYTES, SpikePanels.WORKSPACE_BYTES)
            : SpikePanels.WORKSPACE_BYTES;

    /** Tables, and sums of rows. */
    final MemorySegment tables;

    /** What the thread prepares for itself. */
    final PreparedSpikes own;

    /** In which direction {@link SpikeActiveVector} walked last. */
    boolean down;

    /**
     * Allocates memory.
     *
     * @param arena the arena that owns it, 0.8 MB, or 2 MB where vectors have 512 bits
     */
    public SpikeWorkspace(Arena arena) {
        this(arena, new PreparedSpikes(arena));
    }

    /**
     * Allocates memory, but for what is prepared.
     *
     * @param arena the arena that owns it
     * @param own where this thread prepares spikes
     */
    public SpikeWorkspace(Arena arena, PreparedSpikes own) {
        this.tables = arena.allocate(BYTES, Long.SIZE);
        this.own = own;
    }
}
