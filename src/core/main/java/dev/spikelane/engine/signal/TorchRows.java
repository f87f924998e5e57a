package dev.spikelane.engine.signal;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.TorchLayout;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/**
 * Shows callers rows of inner order in torch's order: a copy in reused memory, or the rows themselves if both orders
 * are equal.
 *
 * @param <S> spikes or values
 */
public final class TorchRows<S extends Signal> {

    private final Shape shape;
    private final Arena arena;
    private @Nullable Signal torch;
    /** True if callers may write to the copies. */
    private boolean lent;

    /** Creates copies of rows of a shape, in memory of an arena. */
    public TorchRows(Shape shape, Arena arena) {
        this.shape = shape;
        this.arena = arena;
    }

    /** Returns rows in torch's order, and updates the first {@code count} of them. */
    public S show(S inside, int count) {
        if (!TorchLayout.differs(shape)) {
            return inside;
        }
        S made = rows(inside);
        TorchLayout.copyTorch(shape, inside, 0, made, 0, count);
        return made;
    }

    /** Returns rows in torch's order for a caller to write; {@link #take} copies its values back. */
    public S lend(S inside) {
        if (lent) {
            return rows(inside);
        }
        lent = TorchLayout.differs(shape);
        return show(inside, inside.rows());
    }

    /** Copies the values of lent rows back. */
    public void take(S inside) {
        if (lent) {
            TorchLayout.copyInside(shape, rows(inside), 0, inside, 0, inside.rows());
        }
    }

    @SuppressWarnings("unchecked") // a copy has the same type
    private S rows(S like) {
        Signal made = torch;
        if (made == null || made.rows() != like.rows()) {
            made = like instanceof SpikeMatrix
                    ? SpikeMatrix.zeros(arena, like.rows(), like.columns())
                    : FloatMatrix.zeros(arena, like.rows(), like.columns());
            torch = made;
        }
        return (S) made;
    }
}
