package dev.spikelane.kernel.product.gradient;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Lists of the nonzero values in the columns of a frame, for the gradients of weights. */
final class FrameLists {

    private final Arena arena;
    private final int inputs;
    private @Nullable PairLists columnLists;
    private @Nullable SpikeMatrix rowsNotZero;
    private @Nullable SpikeMatrix columnsNotZero;
    private int columnRows;

    /** Creates lists for frames with this number of columns; memory is allocated for the first frame. */
    FrameLists(Arena arena, int inputs) {
        this.arena = arena;
        this.inputs = inputs;
    }

    /**
     * Lists the columns, unless too many values are nonzero.
     *
     * @param forward the frame prepared for its currents; null if it was not
     */
    boolean listColumns(FloatMatrix frame, long version, @Nullable PreparedFrame forward) {
        PairLists lists = columnLists;
        if (lists == null || columnRows != frame.rows()) {
            lists = new PairLists(inputs, frame.rows(), frame.rows());
            columnLists = lists;
            columnsNotZero = SpikeMatrix.zeros(arena, inputs, frame.rows());
            columnRows = frame.rows();
        }
        SpikeMatrix columns = Objects.requireNonNull(columnsNotZero);
        SpikeMatrix known = forward == null ? null : forward.notZero(frame, version);
        SpikeTranspose.transpose(known == null ? notZero(frame) : known, columns);
        return lists.set(columns);
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

    PairLists columns() {
        return Objects.requireNonNull(columnLists, "no frame was listed");
    }

    /** Returns the bytes of the arena for frames with this number of rows, beyond the first {@value Long#SIZE}. */
    long blockBytes(int rows) {
        return columnsNotZero == null ? 0 : (Math.ceilDiv(rows, Long.SIZE) - 1L) * inputs * Long.BYTES;
    }

    /** Returns the bytes on the heap for frames with this number of rows. */
    long bytes(int rows) {
        return columnLists == null ? 0 : PairLists.bytes(inputs, rows, rows);
    }
}
