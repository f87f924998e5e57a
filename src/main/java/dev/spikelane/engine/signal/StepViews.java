package dev.spikelane.engine.signal;

import dev.spikelane.memory.Signal;
import org.jspecify.annotations.Nullable;

/**
 * Some steps of a matrix, as matrices that are made once: threads that meet at one of them may make it twice, which
 * does no harm.
 *
 * @param <S> spikes or values
 */
public final class StepViews<S extends Signal> {

    /**
     * Different numbers of steps from one first step on: those of a whole segment, of the last one, one step; and one
     * more.
     */
    private static final int KINDS = 4;

    private final S all;
    private final int batch;
    private final @Nullable Signal[] toEnd;
    private final @Nullable Signal[] made;

    /** Views of time-major rows, a batch for each step. */
    public StepViews(S all, int batch) {
        this.all = all;
        this.batch = batch;
        this.toEnd = new Signal[all.rows() / batch];
        this.made = new Signal[toEnd.length * KINDS];
    }

    /** The matrix. */
    public S all() {
        return all;
    }

    /** The rows of a step and of all behind it, for a reader that is told how many it takes. */
    @SuppressWarnings("unchecked") // rows of a matrix are a matrix of the same kind
    public S from(int step) {
        if (step == 0) {
            return all;
        }
        Signal view = toEnd[step];
        if (view == null) {
            view = all.rows(step * batch, all.rows() - step * batch);
            toEnd[step] = view;
        }
        return (S) view;
    }

    /** The rows of some steps, for a reader that takes all rows of a matrix. */
    @SuppressWarnings("unchecked") // rows of a matrix are a matrix of the same kind
    public S steps(int first, int count) {
        int free = -1;
        for (int i = first * KINDS; i < (first + 1) * KINDS; i++) {
            Signal view = made[i];
            if (view == null) {
                free = i;
                break;
            }
            if (view.rows() == count * batch) {
                return (S) view;
            }
        }
        S view = (S) all.rows(first * batch, count * batch);
        if (free >= 0) {
            made[free] = view;
        }
        return view;
    }
}
