package dev.spikelane.kernel.product.spike;

import dev.spikelane.choose.Chooser;
import dev.spikelane.choose.StageChoice;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The spikes of some rows, counted, and listed or laid out once for all outputs as the chosen variant needs them. All
 * threads that share the product read them.
 *
 * <p>Rows are known by their address and version, not by an object: the same matrix may hold other spikes later.
 */
public final class PreparedSpikes {

    /** Active inputs from which on threads share listing them, which then takes some microseconds. */
    private static final int LEAST_SHARED = 1_000;

    /** Parts of the listing for each thread, because some threads are late. */
    private static final int PARTS_OF_THREAD = 4;

    final ActiveLists lists = new ActiveLists();

    /** Lists or panels for {@link SpikePanels}, factors for {@link SpikeDenseVector}. */
    final MemorySegment panels;

    final StageChoice choice;

    /** True if the prepared rows are known; then {@link #address} and {@link #version} identify them. */
    private boolean kept;

    private long address;
    private long version;
    private boolean apart;
    private int first;
    private int rows;
    private int inputs;
    private int outputs;
    private SpikeMatmul.Variant variant = SpikeMatmul.Variant.SCALAR;
    private int tile;
    private boolean complete;
    /** True if threads list active inputs together. */
    private boolean isShared;

    /**
     * Allocates memory for all later products.
     *
     * @throws IllegalArgumentException if the arena allocates memory on the heap or of a mapped file
     */
    public PreparedSpikes(Arena arena, int threads) {
        this(arena, threads, Chooser.OF_JVM);
    }

    PreparedSpikes(Arena arena, int threads, Chooser chooser) {
        this(ProductScratch.allocate(arena, SpikeLister.BYTES), new StageChoice(chooser, threads));
    }

    PreparedSpikes(MemorySegment panels, StageChoice choice) {
        this.panels = panels;
        this.choice = choice;
    }

    /** Returns the bytes of lists on the heap, whichever variant serves; 0 before the first rows. */
    public long listBytes() {
        return rows == 0 ? 0 : ActiveLists.BYTES;
    }

    /** Chooses the variant for some rows, and prepares them if they fit its memory. */
    void take(SpikeMatrix spikes, int newFirst, int newRows, long active, PackedWeights weights, int blocks) {
        SpikeMatmul.open(choice, newRows, weights.inputs(), weights.outputs(), active, blocks);
        long start = choice.now();
        take(SpikeMatmul.variant(choice.way), active, spikes, newFirst, newRows, weights);
        choice.prepared(start);
    }

    /** Prepares the first rows for a variant without measuring it. */
    void take(SpikeMatmul.Variant given, long active, SpikeMatrix spikes, int newRows, PackedWeights weights) {
        choice.stopMeasuring();
        take(given, active, spikes, 0, newRows, weights);
    }

    /** Prepares some rows for a variant, if they fit its memory. */
    void take(
            SpikeMatmul.Variant newVariant,
            long active,
            SpikeMatrix spikes,
            int newFirst,
            int newRows,
            PackedWeights weights) {
        kept = false;
        apart = false;
        first = newFirst;
        rows = newRows;
        inputs = weights.inputs();
        outputs = weights.outputs();
        variant = newVariant;
        tile = SpikeCosts.rowsForeseen(choice.chooser.costs(), newRows, active);
        complete = switch (newVariant) {
            case SCALAR, PERMUTE -> false;
            case DENSE -> newRows <= SpikeFactors.mostRows(weights.paddedInputs());
            case ACTIVE -> newRows <= tile || ActiveLists.fits(newRows, active);
            case WIDE, NARROW, LISTS -> newRows <= SpikePanels.ROWS && weights.paddedInputs() <= SpikePanels.INPUTS;
        };
        if (complete) {
            switch (newVariant) {
                case ACTIVE -> {
                    isShared = choice.threads > 1 && active >= LEAST_SHARED;
                    if (isShared) {
                        lists.open(active, PARTS_OF_THREAD * choice.threads);
                    } else {
                        lists.list(spikes, newFirst, newRows, active);
                    }
                }
                case WIDE, NARROW, LISTS ->
                    SpikePanels.prepare(shape(), spikes, newFirst, newRows, 0, weights.paddedInputs(), panels);
                case DENSE -> SpikeFactors.prepare(spikes, newFirst, newRows, weights.paddedInputs(), panels);
                default -> {}
            }
        }
    }

    /** Records rows that each part of the product prepares itself, some at a time. */
    void takeApart(int newRows, PackedWeights weights) {
        apart = true;
        rows = newRows;
        inputs = weights.inputs();
        outputs = weights.outputs();
    }

    /** Returns the lists of active inputs, after sharing their listing; null if each part makes its own. */
    @Nullable
    ActiveLists listed(SpikeMatrix spikes) {
        if (complete && isShared) {
            lists.listShared(spikes, first, rows);
        }
        return complete ? lists : null;
    }

    /** Returns the shape of panels. For few outputs half of a wide panel would be unused. */
    SpikePanels.Shape shape() {
        boolean few = 2 * outputs <= PackedWeights.BLOCK;
        return switch (variant) {
            case WIDE -> few ? SpikePanels.Shape.NARROW : SpikePanels.Shape.WIDE;
            case NARROW -> SpikePanels.Shape.NARROW;
            default -> SpikePanels.Shape.LISTS;
        };
    }

    /** Marks the rows prepared last as known, with their version. */
    void keep(SpikeMatrix spikes, long itsVersion) {
        kept = true;
        address = spikes.segment().address();
        version = itsVersion;
    }

    boolean kept() {
        return kept;
    }

    /** Restores the mark after the same rows were prepared again. */
    void keep(boolean asBefore) {
        kept = asBefore;
    }

    /** Forgets the prepared rows. Call this before their memory is used for something else. */
    public void forget() {
        kept = false;
    }

    /**
     * Returns true if rows are prepared for a product with weights of this shape, so that {@link
     * SpikeMatmul#multiply(PreparedSpikes, SpikeMatrix, int, PackedWeights, dev.spikelane.simd.Tile, ProductScratch)}
     * may be called.
     *
     * @param spikes rows whose memory lives as long as this object
     * @param someRows the number of first rows
     * @param itsVersion a number that identifies the current contents of this memory
     * @param weights weights of the product; only their shape counts
     */
    public boolean isOf(SpikeMatrix spikes, int someRows, long itsVersion, PackedWeights weights) {
        return kept
                && address == spikes.segment().address()
                && version == itsVersion
                && rows == someRows
                && inputs == weights.inputs()
                && outputs == weights.outputs();
    }

    /** Throws unless this many rows are prepared for weights of this shape. */
    void require(int someRows, PackedWeights weights) {
        if (!kept || rows != someRows || inputs != weights.inputs() || outputs != weights.outputs()) {
            throw new IllegalStateException(
                    (kept ? rows + " rows are prepared for " + inputs + " -> " + outputs : "nothing is prepared")
                            + ", expected " + someRows + " for " + weights.inputs() + " -> " + weights.outputs());
        }
    }

    SpikeMatmul.Variant variant() {
        return variant;
    }

    /** Returns true if each part of the product takes some rows at a time, and chooses its variant. */
    boolean isApart() {
        return apart;
    }

    int first() {
        return first;
    }

    int rows() {
        return rows;
    }

    /** Returns the number of rows whose active inputs the branch predictor remembers. */
    int tile() {
        return tile;
    }

    /** Returns true if all rows are listed or laid out. */
    boolean complete() {
        return complete;
    }
}
