package dev.spikelane.engine.signal;

import dev.spikelane.memory.Signal;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Some steps of a matrix, as matrices that are made once: threads that meet at one of them may make it twice, which
 * does no harm.
 *
 * @param <S> spikes or values
 */
public final class StepViews<S extends Signal> {

    /** Different numbers of steps from one first step on: series end where they like. */
    private static final int KINDS = 64;

    private static final Signal[] NONE = {};

    private final S all;
    private final int batch;
    private final @Nullable Signal[] toEnd;
    /** By the first step. */
    private final Signal[][] made;

    /** Views of time-major rows, a batch for each step. */
    public StepViews(S all, int batch) {
        this.all = all;
        this.batch = batch;
        this.toEnd = new Signal[all.rows() / batch];
        this.made = new Signal[toEnd.length][];
        Arrays.fill(made, NONE);
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
        Signal[] known = made[first];
        for (Signal view : known) {
            if (view != null && view.rows() == count * batch) { // null where another thread is just adding it
                return (S) view;
            }
        }
        S view = (S) all.rows(first * batch, count * batch);
        if (known.length < KINDS) {
            Signal[] more = Arrays.copyOf(known, known.length + 1);
            more[known.length] = view;
            made[first] = more;
        }
        return view;
    }
}
