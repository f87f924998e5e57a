package dev.spikelane.kernel.product.gradient;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Lists of what is not zero in the columns of a frame, for the gradients of weights. */
final class FrameLists {

    private final Arena arena;
    private final int inputs;
    private @Nullable PairLists ofColumns;
    private @Nullable SpikeMatrix rowsNotZero;
    private @Nullable SpikeMatrix columnsNotZero;
    private int columnRows;

    /** Makes lists for frames of so many columns; memory is taken when it is needed. */
    FrameLists(Arena arena, int inputs) {
        this.arena = arena;
        this.inputs = inputs;
    }

    /**
     * Lists the columns, unless there is too much in them.
     *
     * @param version of the frame
     * @param forward what was found of the frame on the way forward; null if nothing was
     */
    boolean listColumns(FloatMatrix frame, long version, @Nullable PreparedFrame forward) {
        PairLists lists = ofColumns;
        if (lists == null || columnRows != frame.rows()) {
            lists = new PairLists(inputs, frame.rows(), frame.rows());
            ofColumns = lists;
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

    /** The lists of the columns. */
    PairLists columns() {
        return Objects.requireNonNull(ofColumns, "no frame was listed");
    }

    /** Bytes of the arena for frames of so many rows, behind the first {@value Long#SIZE} of them. */
    long blockBytes(int rows) {
        return columnsNotZero == null ? 0 : (Math.ceilDiv(rows, Long.SIZE) - 1L) * inputs * Long.BYTES;
    }

    /** Bytes on the heap for frames of so many rows. */
    long bytes(int rows) {
        return ofColumns == null ? 0 : PairLists.bytes(inputs, rows, rows);
    }
}
