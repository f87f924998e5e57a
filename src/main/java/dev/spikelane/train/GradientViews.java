package dev.spikelane.train;

import dev.spikelane.memory.Signal;

/**
 * Some steps of a matrix, as matrices that are made once.
 *
 * @param <S> spikes or values
 */
final class GradientViews<S extends Signal> {

    /** Different numbers of steps from one first step on: those of a whole segment, of the last one, of a turn in a loop. */
    private static final int KINDS = 4;

    private final S all;
    private final int batch;
    private final Signal[] made;

    GradientViews(S all, int batch) {
        this.all = all;
        this.batch = batch;
        this.made = new Signal[all.rows() / batch * KINDS];
    }

    S all() {
        return all;
    }

    /** The rows of some steps. */
    @SuppressWarnings("unchecked") // rows of a matrix are a matrix of the same kind
    S steps(int first, int count) {
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
