package dev.spikelane.kernel.product.spike;

import dev.spikelane.choose.Chooser;
import dev.spikelane.choose.StageChoice;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.SimdWidth;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Scratch memory of {@link SpikeMatmul} and of integer products. One thread uses it at a time. */
public final class ProductScratch {

    /** Permuting prepares nothing, so its tables may overlap the memory of prepared spikes. */
    private static final int BYTES = Math.max(
            SimdWidth.bits() == SimdWidth.WIDEST ? SpikePermuteVector.WORKSPACE_BYTES : 0,
            SpikePanels.WORKSPACE_BYTES + SpikeLister.BYTES);

    /** Tables, and sums of rows. */
    public final MemorySegment tables;

    public final PreparedSpikes prepared;

    public final ActiveLists integerLists = new ActiveLists();

    public final StageChoice integerChoice;

    /** The direction in which {@link SpikeActiveVector} last walked the blocks; true if downwards. */
    boolean down;

    /**
     * Allocates memory.
     *
     * @throws IllegalArgumentException if the arena allocates memory on the heap or of a mapped file
     */
    public ProductScratch(Arena arena) {
        this(arena, Chooser.OF_JVM);
    }

    public ProductScratch(Arena arena, Chooser chooser) {
        this.tables = allocate(arena, BYTES);
        this.prepared = new PreparedSpikes(
                tables.asSlice(SpikePanels.WORKSPACE_BYTES, SpikeLister.BYTES), new StageChoice(chooser, 1));
        this.integerChoice = new StageChoice(chooser, 1);
    }

    /** Allocates memory as a matrix does, which rejects arenas that kernels cannot use. */
    static MemorySegment allocate(Arena arena, int bytes) {
        return FloatMatrix.zeros(arena, Math.ceilDiv(bytes, PackedWeights.BLOCK_BYTES), PackedWeights.BLOCK)
                .segment();
    }

    /** Returns the bytes of lists on the heap. */
    public long listBytes() {
        return prepared.listBytes() + (integerLists.entries.length == 0 ? 0 : ActiveLists.BYTES);
    }

    /** Returns the spikes that this thread prepares for itself, always the same object. */
    public PreparedSpikes prepared() {
        return prepared;
    }
}
