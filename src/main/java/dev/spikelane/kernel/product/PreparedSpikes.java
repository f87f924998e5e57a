package dev.spikelane.kernel.product;

import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Spikes of some rows, prepared for a product: counted, and listed or laid out as the variant that serves wants them, once for all outputs. All
 * threads that share the product read it.
 */
public final class PreparedSpikes {

    /** Lists for {@link SpikeActiveVector}. */
    final ActiveLists lists = new ActiveLists();

    /** Lists or panels for {@link SpikePanels}, factors for {@link SpikeDenseVector}. */
    final MemorySegment panels;

    /** What {@link #keep} was told; null if nothing is kept. */
    private @Nullable SpikeMatrix kept;

    private @Nullable PackedWeights weights;
    private int rows;
    private SpikeMatmul.Variant variant = SpikeMatmul.Variant.SCALAR;
    private int tile;
    private boolean complete;

    /**
     * Allocates memory, to be used again and again.
     *
     * @param arena the arena that owns it
     * @throws IllegalArgumentException if the arena allocates memory on the heap or of a mapped file
     */
    public PreparedSpikes(Arena arena) {
        this(SpikeWorkspace.allocate(arena, SpikeLister.BYTES));
    }

    PreparedSpikes(MemorySegment panels) {
        this.panels = panels;
    }

    /**
     * Tells how much memory lists take beside that of the arena, whichever variant serves.
     *
     * @return bytes on the heap; 0 if no spikes were taken
     */
    public long listBytes() {
        return weights == null ? 0 : ActiveLists.BYTES;
    }

    /** Takes spikes, and lists or lays them out if that can be done in one go. */
    void take(SpikeMatrix spikes, int newRows, PackedWeights newWeights) {
        long active = spikes.count(0, newRows);
        take(
                SpikeMatmul.choose(newRows, newWeights.pre(), newWeights.post(), active),
                active,
                spikes,
                newRows,
                newWeights);
    }

    void take(SpikeMatmul.Variant newVariant, long active, SpikeMatrix spikes, int newRows, PackedWeights newWeights) {
        kept = null;
        rows = newRows;
        weights = newWeights;
        variant = newVariant;
        tile = SpikeCosts.inUse().rowsForeseen(newRows, active);
        complete = switch (newVariant) {
            case SCALAR, PERMUTE -> false;
            case DENSE -> newRows <= SpikeFactors.mostRows(newWeights.paddedPre());
            case ACTIVE -> newRows <= tile && SpikeActiveVector.takesLists(newWeights);
            case WIDE, NARROW, LISTS -> newRows <= SpikePanels.ROWS && newWeights.paddedPre() <= SpikePanels.INPUTS;
        };
        if (complete) {
            switch (newVariant) {
                case ACTIVE -> lists.list(spikes, 0, newRows, active);
                case WIDE, NARROW, LISTS ->
                    SpikePanels.prepare(shape(), spikes, 0, newRows, 0, newWeights.paddedPre(), panels);
                case DENSE -> SpikeFactors.prepare(spikes, 0, newRows, newWeights.paddedPre(), panels);
                default -> {}
            }
        }
    }

    /** The shape of panels. Half of a wide one would do nothing for few outputs. */
    SpikePanels.Shape shape() {
        boolean few = weights != null && 2 * weights.post() <= PackedWeights.BLOCK;
        return switch (variant) {
            case WIDE -> few ? SpikePanels.Shape.NARROW : SpikePanels.Shape.WIDE;
            case NARROW -> SpikePanels.Shape.NARROW;
            default -> SpikePanels.Shape.LISTS;
        };
    }

    /** Promises that the spikes that were taken last stay as they are until others are taken. */
    void keep(SpikeMatrix spikes) {
        kept = spikes;
    }

    /** Forgets what is kept, before its memory is used for something else. */
    public void forget() {
        kept = null;
    }

    /** Whether these spikes are kept, for a product with these weights. */
    boolean isOf(SpikeMatrix spikes, int otherRows, PackedWeights otherWeights) {
        return kept == spikes && rows == otherRows && weights == otherWeights;
    }

    SpikeMatmul.Variant variant() {
        return variant;
    }

    /** Rows whose active inputs are foreseen. */
    int tile() {
        return tile;
    }

    /** Whether all rows are listed or laid out. */
    boolean complete() {
        return complete;
    }
}
