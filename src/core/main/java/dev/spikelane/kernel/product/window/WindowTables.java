package dev.spikelane.kernel.product.window;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.spike.CostModel;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.SimdWidth;
import dev.spikelane.simd.Window;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The sums of the weights of every subset of four neighboring channels of a pixel, in the order in which
 * {@link WindowMatmul} reads them: what a pixel adds to all rows of outputs that it reaches stands together.
 *
 * <p>Layout {@code [blocks of 64 outputs][groups of four inputs of a row of the kernel][15 subsets][rows of the
 * kernel][64]}: four times the memory of the weights. Equal subsets of groups do not stand a power of 2 apart, which
 * would be one set of a cache.
 */
public final class WindowTables {

    /** Subsets of four inputs that are not empty. */
    static final int SUBSETS = 15;

    /**
     * The share of groups that fire from which on passes for the edges take less than they spare: 5x5 on 12x12 takes
     * 2.1 instead of 2.3 us without them at a share of 0.19, 5.4 instead of 4.8 at 0.6 (Zen 5, 512 bits, 2026-11).
     */
    private static final double SHARE_WITH_EDGES = 0.3;

    /** Tables of 9.4 MB, 256 to 256 channels, still take 0.6 to 0.7 of unfolding up to a density of 0.2 (Zen 5). */
    public static final long MOST_BYTES = 1 << 24;

    /** What stays in the L2 cache. */
    public static final long SMALL_BYTES = 1 << 20;

    /** What an entry from beyond the L2 cache takes of one in the L1 cache: 1.9 against 1.03 ns (Zen 5, 2026-11). */
    private static final double FAR = 1.85;

    private static final int INPUT = PackedWeights.BLOCK_BYTES;

    final Window window;
    final FloatMatrix bias;

    /** What adds up a map, in this order: at once, or with its edges by themselves. */
    private final KernelRowSpan[] whole;

    private final KernelRowSpan[] withEdges;

    /** What adds to so many rows of outputs. */
    final WindowRows[] adds;

    /** Bytes of the channels of the output that are added at a time. */
    final int strip;

    private final FloatMatrix memory;
    private final int outputs;

    /**
     * Allocates tables; {@link #fill} says of which weights.
     *
     * @param arena the arena that owns them
     * @param of windows which {@link WindowMatmul#serves}
     * @param outputs channels of the output
     */
    public WindowTables(Arena arena, Window of, int outputs) {
        this.window = WindowMatmul.upright(of);
        this.outputs = outputs;
        bias = FloatMatrix.zeros(arena, 1, outputs);
        memory = FloatMatrix.zeros(arena, rows(window, outputs), PackedWeights.BLOCK);
        whole = KernelRowSpan.whole(window.y()).toArray(KernelRowSpan[]::new);
        withEdges = KernelRowSpan.withEdges(window.y()).toArray(KernelRowSpan[]::new);
        int vectors = vectors(window.y().kernel(), outputs);
        strip = vectors == 0 ? INPUT : vectors * SimdWidth.bits() / Byte.SIZE;
        adds = new WindowRows[window.y().kernel() + 1];
        for (KernelRowSpan pass : withEdges) {
            adds[pass.rows()] = WindowRows.of(pass.rows(), vectors);
        }
    }

    /**
     * Vectors of a strip: their sums must fit the registers, and four are too wide for the last channels if these fill
     * half a block. None without vectors.
     */
    private static int vectors(int rows, int outputs) {
        if (!SimdWidth.VECTOR) {
            return 0;
        }
        boolean many = SimdWidth.bits() == SimdWidth.WIDEST;
        int four = 4 * SimdWidth.bits() / Float.SIZE;
        boolean half = outputs % four != 0 && outputs % (four / 2) == 0;
        return half || !many && rows > 3 ? 2 : 4;
    }

    /** The passes for a map in which so many of the groups fire. */
    KernelRowSpan[] passes(int entries) {
        return 4.0 * entries > SHARE_WITH_EDGES * window.inputs() ? withEdges : whole;
    }

    private static int rows(Window window, int outputs) {
        return (int) (bytes(window, outputs) / INPUT);
    }

    static long bytes(Window window, int outputs) {
        return Math.ceilDiv(outputs, PackedWeights.BLOCK) * (long) (window.size() / 4) * SUBSETS * INPUT;
    }

    /** Groups of four inputs of a row of the kernel. */
    private static int groups(Window window) {
        return window.x().kernel() * window.channels() / 4;
    }

    /**
     * Makes the tables of weights that are new, or have changed.
     *
     * @param weights {@code window.size() -> outputs}
     * @throws IllegalArgumentException if their shape differs
     */
    public void fill(PackedWeights weights) {
        if (weights.inputs() != window.size() || weights.outputs() != outputs) {
            throw new IllegalArgumentException("weights are " + weights.inputs() + " -> " + weights.outputs()
                    + ", expected " + window.size() + " -> " + outputs);
        }
        weights.readBias(bias);
        int groups = groups(window);
        for (int block = 0; block < blocks(); block++) {
            for (int row = 0; row < window.y().kernel(); row++) {
                for (int group = 0; group < groups; group++) {
                    long from = weights.blockOffset(block) + (long) (row * groups + group) * (4 * INPUT);
                    long to = blockOffset(block) + (long) group * SUBSETS * entryBytes() + (long) row * INPUT;
                    if (SimdWidth.VECTOR) {
                        WindowTablesVector.make(weights.segment(), from, memory.segment(), to, entryBytes());
                    } else {
                        make(weights.segment(), from, memory.segment(), to, entryBytes());
                    }
                }
            }
        }
    }

    /** The table of a group, for 64 outputs: a subset is one with one input less, and the last input. */
    static void make(MemorySegment weights, long from, MemorySegment tables, long to, int step) {
        for (int subset = 1; subset <= SUBSETS; subset++) {
            int last = Integer.highestOneBit(subset);
            long input = from + (long) Integer.numberOfTrailingZeros(last) * INPUT;
            long at = to + (long) (subset - 1) * step;
            for (long lane = 0; lane < INPUT; lane += Float.BYTES) {
                float weight = weights.get(JAVA_FLOAT, input + lane);
                float sum = subset == last ? weight : tables.get(JAVA_FLOAT, at - (long) last * step + lane) + weight;
                tables.set(JAVA_FLOAT, at + lane, sum);
            }
        }
    }

    /** Whether they stay in the L2 cache, where nothing is faster at any density. */
    public boolean areSmall() {
        return bytes(window, outputs) <= SMALL_BYTES;
    }

    /**
     * Tells how much memory they take.
     *
     * @param window which {@link WindowMatmul#serves}
     * @param outputs channels of the output
     * @return bytes
     */
    public static long bytesOf(Window window, int outputs) {
        return bytes(WindowMatmul.upright(window), outputs);
    }

    /**
     * Estimates how long a product takes, where entries come from beyond the L2 cache.
     *
     * @param rows rows of spikes
     * @param active spikes in these rows
     * @return nanoseconds
     */
    public double estimate(int rows, long active) {
        double silent = 1 - Math.min(1, active / ((double) rows * window.inputs()));
        double firing = 1 - silent * silent * silent * silent;
        double groups = reached(window.y()) * reached(window.x()) * window.channels() / 4;
        return (double) rows
                * blocks()
                * groups
                * firing
                * FAR
                * CostModel.inUse().entry();
    }

    /** Places of all windows that are not in the padding. */
    private static double reached(Window.Axis axis) {
        int places = 0;
        for (int output = 0; output < axis.outputs(); output++) {
            int first = axis.at(output, 0);
            places += Math.clamp(first + axis.kernel(), 0, axis.inputs()) - Math.clamp(first, 0, axis.inputs());
        }
        return places;
    }

    /** Channels of the output. */
    int outputs() {
        return outputs;
    }

    int blocks() {
        return Math.ceilDiv(outputs, PackedWeights.BLOCK);
    }

    /** Bytes of a subset: 64 outputs for each row of the kernel. */
    int entryBytes() {
        return window.y().kernel() * INPUT;
    }

    /** Bytes of the tables of a pixel's channels. */
    int pixelBytes() {
        return window.channels() / 4 * SUBSETS * entryBytes();
    }

    MemorySegment segment() {
        return memory.segment();
    }

    long blockOffset(int block) {
        return (long) block * groups(window) * SUBSETS * entryBytes();
    }
}
