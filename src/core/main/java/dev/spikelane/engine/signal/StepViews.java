package dev.spikelane.engine.signal;

import dev.spikelane.memory.Signal;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Some steps of a matrix, as matrices that are created once. Two threads that need the same view may both create it,
 * which is harmless.
 *
 * @param <S> spikes or values
 */
public final class StepViews<S extends Signal> {

    /** Most different numbers of steps from one first step on: series can end anywhere. */
    private static final int KINDS = 64;

    private static final Signal[] NONE = {};

    private final S all;
    private final int batch;
    private final @Nullable Signal[] toEnd;
    /** Views by first step. */
    private final Signal[][] made;

    /** Creates views of time-major rows, a batch for each step. */
    public StepViews(S all, int batch) {
        this.all = all;
        this.batch = batch;
        this.toEnd = new Signal[all.rows() / batch];
        this.made = new Signal[toEnd.length][];
        Arrays.fill(made, NONE);
    }

    /** Returns the whole matrix. */
    public S all() {
        return all;
    }

    /** Returns the rows of a step and of all later steps, for readers that are given a row count. */
    @SuppressWarnings("unchecked") // rows of a matrix have its type
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

    /** Returns the rows of exactly some steps, for readers that take all rows of a matrix. */
    @SuppressWarnings("unchecked") // rows of a matrix have its type
    public S steps(int first, int count) {
        Signal[] known = made[first];
        for (Signal view : known) {
            if (view != null && view.rows() == count * batch) { // null if another thread is just adding it
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
