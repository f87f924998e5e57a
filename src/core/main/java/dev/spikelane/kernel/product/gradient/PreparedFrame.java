package dev.spikelane.kernel.product.gradient;

import dev.spikelane.kernel.product.BitsVector;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.dense.DenseMatmul;
import dev.spikelane.kernel.product.spike.PreparedSpikes;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.SimdWidth;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A frame prepared for a product: lists of what is not zero in its rows, two at a time, once for all outputs. All
 * threads read it. It knows of which frame it is as {@link PreparedSpikes} does, by place and version.
 */
public final class PreparedFrame {

    /** Inputs of a frame that are taken at a time: their weights to 64 outputs are 25 KB and stay in the L1 cache. */
    private static final int PANEL = 98;

    private final Arena arena;
    private final PairListsVector.Walk[] walks;
    private @Nullable PairLists lists;
    private @Nullable SpikeMatrix notZero;
    private @Nullable FloatMatrix listed;
    private long version;

    /**
     * Prepares for frames; memory is taken when they come.
     *
     * @param arena the arena that owns it
     * @param threads threads that share the products
     */
    public PreparedFrame(Arena arena, int threads) {
        this.arena = arena;
        this.walks = new PairListsVector.Walk[SimdWidth.VECTOR ? threads : 0];
        for (int i = 0; i < walks.length; i++) {
            walks[i] = new PairListsVector.Walk();
        }
    }

    /**
     * Lists a frame, unless there is too much in it, or there are no vectors.
     *
     * @param frame {@code [batch x inputs]}, which must not change before the last product
     * @param itsVersion a number that this memory has had only while it held what it holds now
     * @return whether {@link #multiply} should compute the currents
     */
    public boolean take(FloatMatrix frame, long itsVersion) {
        if (!SimdWidth.VECTOR) {
            return false;
        }
        SpikeMatrix bits = notZero;
        PairLists rows = lists;
        if (bits == null || rows == null || bits.rows() != frame.rows() || bits.columns() != frame.columns()) {
            bits = SpikeMatrix.zeros(arena, frame.rows(), frame.columns());
            rows = new PairLists(frame.rows(), frame.columns(), PANEL);
            notZero = bits;
            lists = rows;
        }
        NonZeroVector.set(frame, bits);
        listed = frame;
        version = itsVersion;
        return rows.set(bits);
    }

    /**
     * Computes the currents of the frame that was taken, with the bits of {@link DenseMatmul}. Of two neighboring rows
     * one may be zero where the other is not, which gives NaN if a weight is not finite; and places that are left out
     * would turn a sum of -0 into +0. Both are found in the currents, and all products are computed then.
     *
     * @param weights {@code inputs -> outputs}
     * @param into {@code [batch x outputs]}, overwritten at the blocks in use
     * @param thread which of the threads computes
     * @throws IllegalArgumentException if a shape does not fit
     */
    public void multiply(PackedWeights weights, Tile into, int thread) {
        FloatMatrix frame = Objects.requireNonNull(listed, "no frame was taken");
        frame.requireShape("frame", frame.rows(), weights.inputs());
        into.require("current", frame.rows(), weights.outputs());
        FloatMatrix current = into.matrix();
        PairLists rows = Objects.requireNonNull(lists);
        boolean sure = true;
        for (int block = into.firstBlock(); block < into.endBlock(); block++) {
            long column = into.offset(0, block);
            for (int row = 0; row < frame.rows(); row++) {
                MemorySegment.copy(
                        weights.biasSegment(),
                        (long) block * PackedWeights.BLOCK_BYTES,
                        current.segment(),
                        current.rowOffset(row) + column,
                        PackedWeights.BLOCK_BYTES);
            }
            PairListsVector.multiply(rows, frame, weights, block, current, column, walks[thread]);
            long step = current.rowOffset(1);
            sure &= !BitsVector.haveNan(current.segment(), column, step, frame.rows(), PackedWeights.BLOCK_BYTES)
                    && !BitsVector.haveMinusZero(
                            current.segment(), column, step, frame.rows(), PackedWeights.BLOCK_BYTES);
        }
        if (!sure) {
            DenseMatmul.multiply(frame, frame.rows(), weights, into);
        }
    }

    /** What is not zero in a frame, if it was taken last, in this version; null otherwise. */
    @Nullable
    SpikeMatrix notZero(FloatMatrix frame, long itsVersion) {
        FloatMatrix taken = listed;
        boolean same = taken != null
                && taken.segment().address() == frame.segment().address()
                && taken.rows() == frame.rows()
                && taken.columns() == frame.columns()
                && version == itsVersion;
        return same ? notZero : null;
    }

    /**
     * Tells how much memory lists may take beside that of the arena, for frames of so many rows.
     *
     * @param rows of a frame
     * @return the most bytes on the heap; 0 if no frame has come
     */
    public long listBytes(int rows) {
        SpikeMatrix bits = notZero;
        return bits == null ? 0 : PairLists.bytes(rows, bits.columns(), PANEL);
    }
}
