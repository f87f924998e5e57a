package dev.spikelane.kernel.product;

import dev.spikelane.kernel.base.Tile;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Lists of what is not zero in a frame: in its rows, for the currents that it makes, and in its columns, for the gradients of weights. */
final class FrameLists {

    /** Inputs of a frame that are taken at a time: their weights to 64 outputs are 25 KB and stay in the L1 cache. */
    private static final int PANEL = 98;

    private final Arena arena;
    private final int inputs;
    private @Nullable PairLists ofRows;
    private @Nullable PairLists ofColumns;
    private @Nullable SpikeMatrix rowsNotZero;
    private @Nullable SpikeMatrix columnsNotZero;
    private int columnRows;

    /** Makes lists for frames of so many columns; memory is taken when it is needed. */
    FrameLists(Arena arena, int inputs) {
        this.arena = arena;
        this.inputs = inputs;
    }

    /** Lists the columns, unless there is too much in them. */
    boolean listColumns(FloatMatrix frame) {
        PairLists lists = ofColumns;
        if (lists == null || columnRows != frame.rows()) {
            lists = new PairLists(inputs, frame.rows(), frame.rows());
            ofColumns = lists;
            columnsNotZero = SpikeMatrix.zeros(arena, inputs, frame.rows());
            columnRows = frame.rows();
        }
        SpikeMatrix columns = Objects.requireNonNull(columnsNotZero);
        SpikeTranspose.transpose(notZero(frame), columns);
        return lists.set(columns);
    }

    /** Lists the rows, unless there is too much in them. */
    boolean listRows(FloatMatrix frame) {
        PairLists lists = ofRows;
        if (lists == null || lists.lines != frame.rows()) {
            lists = new PairLists(frame.rows(), inputs, PANEL);
            ofRows = lists;
        }
        return lists.set(notZero(frame));
    }

    private SpikeMatrix notZero(FloatMatrix frame) {
        SpikeMatrix made = rowsNotZero;
        if (made == null || made.rows() != frame.rows()) {
            made = SpikeMatrix.zeros(arena, frame.rows(), inputs);
            rowsNotZero = made;
        }
        NonZeroVector.set(frame, made);
        return made;
    }

    /** The lists of the columns. */
    PairLists columns() {
        return Objects.requireNonNull(ofColumns, "no frame was listed");
    }

    /**
     * Computes the currents of a frame whose rows are listed, at the blocks in use. Of two neighboring rows one may be zero where the other
     * is not, which gives NaN if a weight is not finite; and places that are left out would turn a sum of -0 into +0. Both are found in the currents.
     *
     * @return whether the currents have the bits of all products; otherwise they are to be overwritten
     */
    boolean multiply(FloatMatrix frame, PackedWeights weights, Tile into, PairListsVector.Walk walk) {
        FloatMatrix current = into.matrix();
        PairLists lists = Objects.requireNonNull(ofRows, "no frame was opened");
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
            PairListsVector.multiply(lists, frame, weights, block, current, column, walk);
            MemorySegment sums = current.segment();
            long step = current.rowOffset(1);
            sure &= !BitsVector.haveNan(sums, column, step, frame.rows(), PackedWeights.BLOCK_BYTES)
                    && !BitsVector.haveMinusZero(sums, column, step, frame.rows(), PackedWeights.BLOCK_BYTES);
        }
        return sure;
    }

    /** Bytes on the heap for frames of so many rows. */
    long bytes(int rows) {
        long ofCurrents = ofRows == null ? 0 : PairLists.bytes(rows, inputs, PANEL);
        return ofCurrents + (ofColumns == null ? 0 : PairLists.bytes(inputs, rows, rows));
    }
}
