package dev.spikelane.kernel.product.spike;

import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Spikes of some rows, prepared for a product: counted, and listed or laid out as the variant that serves wants them,
 * once for all outputs. All threads that share the product read it.
 *
 * <p>It knows of which rows it is by the place and the version that they had, never by an object: a matrix is the same
 * object when it holds other spikes.
 */
public final class PreparedSpikes {

    /** Active inputs from which on threads share listing them: some microseconds. */
    private static final int LEAST_SHARED = 1_000;

    /** Parts that each of them lists: some are late. */
    private static final int PARTS_OF_THREAD = 4;

    /** Lists for {@link SpikeActiveVector}. */
    final ActiveLists lists = new ActiveLists();

    /** Lists or panels for {@link SpikePanels}, factors for {@link SpikeDenseVector}. */
    final MemorySegment panels;

    /** What is chosen, and measured. */
    final StageChoice choice;

    /** Whether something is kept; then where the rows are, and which version they had. */
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
    /** Whether threads list active inputs together. */
    private boolean isShared;

    /**
     * Allocates memory, to be used again and again.
     *
     * @param arena the arena that owns it
     * @param threads threads that share products
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

    /**
     * Tells how much memory lists take beside that of the arena, whichever variant serves.
     *
     * @return bytes on the heap; 0 if no spikes were taken
     */
    public long listBytes() {
        return rows == 0 ? 0 : ActiveLists.BYTES;
    }

    /** Takes some rows, chooses how they are multiplied, and lists or lays them out if that can be done in one go. */
    void take(SpikeMatrix spikes, int newFirst, int newRows, long active, PackedWeights weights, int blocks) {
        SpikeMatmul.open(choice, newRows, weights.inputs(), weights.outputs(), active, blocks);
        long start = choice.now();
        take(SpikeMatmul.variant(choice.way), active, spikes, newFirst, newRows, weights);
        choice.prepared(start);
    }

    /** Takes the first rows for a variant, which is not measured. */
    void take(SpikeMatmul.Variant given, long active, SpikeMatrix spikes, int newRows, PackedWeights weights) {
        choice.rest();
        take(given, active, spikes, 0, newRows, weights);
    }

    /** Takes some rows for a variant. */
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
        tile = choice.chooser.costs().rowsForeseen(newRows, active);
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

    /** Takes rows of which each part of the product takes some at a time. */
    void takeApart(int newRows, PackedWeights weights) {
        apart = true;
        rows = newRows;
        inputs = weights.inputs();
        outputs = weights.outputs();
    }

    /** Lists for active inputs, of which the caller makes what is left; null if each part makes its own. */
    @Nullable
    ActiveLists listed(SpikeMatrix spikes) {
        if (complete && isShared) {
            lists.listShared(spikes, first, rows);
        }
        return complete ? lists : null;
    }

    /** The shape of panels. Half of a wide one would do nothing for few outputs. */
    SpikePanels.Shape shape() {
        boolean few = 2 * outputs <= PackedWeights.BLOCK;
        return switch (variant) {
            case WIDE -> few ? SpikePanels.Shape.NARROW : SpikePanels.Shape.WIDE;
            case NARROW -> SpikePanels.Shape.NARROW;
            default -> SpikePanels.Shape.LISTS;
        };
    }

    /** Keeps what was taken last, of rows in this version. */
    void keep(SpikeMatrix spikes, long itsVersion) {
        kept = true;
        address = spikes.segment().address();
        version = itsVersion;
    }

    boolean kept() {
        return kept;
    }

    /** Keeps what was kept before the same rows were taken once more. */
    void keep(boolean asBefore) {
        kept = asBefore;
    }

    /** Forgets what is kept, before its memory is used for something else. */
    public void forget() {
        kept = false;
    }

    /**
     * Tells whether rows are prepared for a product with such weights.
     *
     * @param spikes rows whose memory lives as long as this
     * @param someRows how many of the first rows
     * @param itsVersion a number that this memory has had only while it held the spikes that it holds now
     * @param weights of a product; their shape counts, not their values
     * @return whether
     *     {@link SpikeMatmul#multiply(PreparedSpikes, SpikeMatrix, int, PackedWeights, dev.spikelane.simd.Tile,
     *     ProductScratch)} may be called
     */
    public boolean isOf(SpikeMatrix spikes, int someRows, long itsVersion, PackedWeights weights) {
        return kept
                && address == spikes.segment().address()
                && version == itsVersion
                && rows == someRows
                && inputs == weights.inputs()
                && outputs == weights.outputs();
    }

    /** Throws unless something is kept of so many rows, for products with weights of this shape. */
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

    /** Whether each part takes some rows at a time, and chooses for itself. */
    boolean isApart() {
        return apart;
    }

    /** The first row. */
    int first() {
        return first;
    }

    /** How many rows. */
    int rows() {
        return rows;
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
