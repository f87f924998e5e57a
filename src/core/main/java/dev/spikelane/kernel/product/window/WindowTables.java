package dev.spikelane.kernel.product.window;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.spike.SpikeCosts;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.SimdWidth;
import dev.spikelane.simd.Window;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Sums of the weights of every subset of four neighboring channels of a pixel, in the order in which
 * {@link WindowMatmul} reads them: the entries for all rows of outputs that a pixel reaches are consecutive.
 *
 * <p>The layout is {@code [blocks of 64 outputs][groups of four inputs of a row of the kernel][15 subsets][rows of the
 * kernel][64]}, four times the memory of the weights. Equal subsets of groups are not a power of 2 apart, because they
 * would share a set of a cache.
 */
public final class WindowTables {

    static final int SUBSETS = 15;

    /**
     * Share of firing groups from which on passes for the edges save time. 5x5 on 12x12 takes 2.1 us without them and
     * 2.3 with them at a share of 0.19, 5.4 and 4.8 at 0.6 (Zen 5, 512 bits, 2026-11).
     */
    private static final double SHARE_WITH_EDGES = 0.3;

    /**
     * Most bytes of tables: tables of 9.4 MB, 256 to 256 channels, still take 0.6 to 0.7 times the time of unfolding up
     * to a density of 0.2 (Zen 5).
     */
    public static final long MOST_BYTES = 1 << 24;

    /** Most bytes that stay in the L2 cache. */
    public static final long SMALL_BYTES = 1 << 20;

    /** Time of an entry from beyond the L2 cache relative to one in the L1 cache: 1.9 and 1.03 ns (Zen 5, 2026-11). */
    private static final double FAR = 1.85;

    private static final int INPUT = PackedWeights.BLOCK_BYTES;

    final Window window;
    final FloatMatrix bias;

    /** Passes over a map: one pass, or with separate passes for the edges. */
    private final KernelRowSpan[] whole;

    private final KernelRowSpan[] withEdges;

    /** The loop for each number of rows of outputs. */
    final WindowRows[] adds;

    /** Bytes of the output channels that are added at a time. */
    final int strip;

    private final FloatMatrix memory;
    private final int outputs;

    /**
     * Allocates tables; {@link #fill} sets the weights.
     *
     * @param windows windows that {@link WindowMatmul#serves} accepts
     */
    public WindowTables(Arena arena, Window windows, int outputs) {
        this.window = WindowMatmul.upright(windows);
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
     * Returns the vectors of a strip; 0 without vectors. Their sums must fit the registers. Four are too wide if the
     * last channels fill half a strip.
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

    /** Returns the passes for a map with this number of firing groups. */
    KernelRowSpan[] passes(int entries) {
        return 4.0 * entries > SHARE_WITH_EDGES * window.inputs() ? withEdges : whole;
    }

    private static int rows(Window window, int outputs) {
        return (int) (bytes(window, outputs) / INPUT);
    }

    static long bytes(Window window, int outputs) {
        return Math.ceilDiv(outputs, PackedWeights.BLOCK) * (long) (window.size() / 4) * SUBSETS * INPUT;
    }

    private static int groups(Window window) {
        return window.x().kernel() * window.channels() / 4;
    }

    /**
     * Makes the tables for new or changed weights.
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

    /** Makes the table of a group for 64 outputs: a subset is its last input and a smaller subset. */
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

    /** Returns true if the tables stay in the L2 cache, where nothing is faster at any density. */
    public boolean areSmall() {
        return bytes(window, outputs) <= SMALL_BYTES;
    }

    /**
     * Returns the bytes of the tables.
     *
     * @param window a window that {@link WindowMatmul#serves} accepts
     */
    public static long bytesOf(Window window, int outputs) {
        return bytes(WindowMatmul.upright(window), outputs);
    }

    /**
     * Estimates the time of a product with entries from beyond the L2 cache.
     *
     * @param active the number of spikes in these rows
     */
    public double estimate(int rows, long active) {
        double silent = 1 - Math.min(1, active / ((double) rows * window.inputs()));
        double firing = 1 - silent * silent * silent * silent;
        double groups = reached(window.y()) * reached(window.x()) * window.channels() / 4;
        return (double) rows * blocks() * groups * firing * FAR * SpikeCosts.entry();
    }

    /** Returns the places of all windows that are not padding. */
    private static double reached(Window.Axis axis) {
        int places = 0;
        for (int output = 0; output < axis.outputs(); output++) {
            int first = axis.at(output, 0);
            places += Math.clamp(first + axis.kernel(), 0, axis.inputs()) - Math.clamp(first, 0, axis.inputs());
        }
        return places;
    }

    int outputs() {
        return outputs;
    }

    int blocks() {
        return Math.ceilDiv(outputs, PackedWeights.BLOCK);
    }

    /** Returns the bytes of a subset: 64 outputs for each row of the kernel. */
    int entryBytes() {
        return window.y().kernel() * INPUT;
    }

    /** Returns the bytes of the tables of a pixel's channels. */
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
