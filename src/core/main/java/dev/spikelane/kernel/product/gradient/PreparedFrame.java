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
 * A frame prepared for a product: lists of the nonzero values in pairs of its rows, made once for all outputs and read
 * by all threads. The frame is known by address and version, as in {@link PreparedSpikes}.
 */
public final class PreparedFrame {

    /** Inputs of a frame at a time: their weights to 64 outputs are 25 KB and stay in the L1 cache. */
    private static final int PANEL = 98;

    private final Arena arena;
    private final PairListsVector.Walk[] walks;
    private @Nullable PairLists lists;
    private @Nullable SpikeMatrix notZero;
    private @Nullable FloatMatrix listed;
    private long version;

    /** Creates a preparation; memory is allocated for the first frame. */
    public PreparedFrame(Arena arena, int threads) {
        this.arena = arena;
        this.walks = new PairListsVector.Walk[SimdWidth.VECTOR ? threads : 0];
        for (int i = 0; i < walks.length; i++) {
            walks[i] = new PairListsVector.Walk();
        }
    }

    /**
     * Lists a frame, unless too many values are nonzero or there are no vectors.
     *
     * @param frame {@code [batch x inputs]}, which must not change before the last product
     * @param itsVersion a number that identifies the current contents of this memory
     * @return true if {@link #multiply} should compute the currents
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
     * Computes the currents of the frame, with the bits of {@link DenseMatmul}. Lists differ in two cases. If one of
     * two neighboring rows is zero and the other is not, a weight that is not finite gives NaN. And leaving out zeros
     * turns a sum of -0 into +0. If the currents have either, all products are computed instead.
     *
     * @param weights {@code inputs -> outputs}
     * @param into {@code [batch x outputs]}, overwritten at the blocks in use
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

    /** Returns the nonzero values of a frame, if it was listed last in this version; null otherwise. */
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
     * Returns the most bytes of lists on the heap for frames with this number of rows.
     *
     * @return the most bytes; 0 before the first frame
     */
    public long listBytes(int rows) {
        SpikeMatrix bits = notZero;
        return bits == null ? 0 : PairLists.bytes(rows, bits.columns(), PANEL);
    }
}
