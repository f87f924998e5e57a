package dev.spikelane.kernel.product.spike;

import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.SimdWidth;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Scratch memory of {@link SpikeMatmul} and of products of integers, used again and again, by one thread at a time.
 */
public final class ProductScratch {

    /** Permuting prepares nothing, so its tables may lie where others keep what they have prepared. */
    private static final int BYTES = Math.max(
            SimdWidth.bits() == SimdWidth.WIDEST ? SpikePermuteVector.WORKSPACE_BYTES : 0,
            SpikePanels.WORKSPACE_BYTES + SpikeLister.BYTES);

    /** Tables, and sums of rows. */
    public final MemorySegment tables;

    /** What the thread prepares for itself. */
    public final PreparedSpikes own;

    /** Active inputs of a product of integers. */
    public final ActiveLists integers = new ActiveLists();

    /** What is chosen for products of integers, and measured. */
    public final StageChoice ofIntegers;

    /** In which direction {@link SpikeActiveVector} walked last. */
    boolean down;

    /**
     * Allocates memory.
     *
     * @param arena the arena that owns it, 0.8 MB, or 1.5 MB where vectors have 512 bits
     * @throws IllegalArgumentException if the arena allocates memory on the heap or of a mapped file
     */
    public ProductScratch(Arena arena) {
        this(arena, Chooser.OF_JVM);
    }

    public ProductScratch(Arena arena, Chooser chooser) {
        this.tables = allocate(arena, BYTES);
        this.own = new PreparedSpikes(
                tables.asSlice(SpikePanels.WORKSPACE_BYTES, SpikeLister.BYTES), new StageChoice(chooser, 1));
        this.ofIntegers = new StageChoice(chooser, 1);
    }

    /** Memory of a matrix, which refuses arenas that kernels cannot take. */
    static MemorySegment allocate(Arena arena, int bytes) {
        return FloatMatrix.zeros(arena, Math.ceilDiv(bytes, PackedWeights.BLOCK_BYTES), PackedWeights.BLOCK)
                .segment();
    }

    /**
     * Tells how much memory lists take beside that of the arena.
     *
     * @return bytes on the heap
     */
    public long listBytes() {
        return own.listBytes() + (integers.entries.length == 0 ? 0 : ActiveLists.BYTES);
    }

    /**
     * Returns where this thread prepares spikes, for products of no other thread.
     *
     * @return always the same
     */
    public PreparedSpikes prepared() {
        return own;
    }
}
