package dev.spikelane.train;

import dev.spikelane.memory.Signal;
import org.jspecify.annotations.Nullable;

/** The rows of some samples of a batch in one step of a matrix at a time, as matrices that are made once. One thread uses it at a time. */
final class GradientSamples {

    private final int first;
    private final int count;
    private final int batch;
    private @Nullable Signal of;
    private Signal[] made = {};

    /** Samples of a batch, from the first on. */
    GradientSamples(int first, int count, int batch) {
        this.first = first;
        this.count = count;
        this.batch = batch;
    }

    int first() {
        return first;
    }

    int count() {
        return count;
    }

    /** The rows of a step of a matrix: of the same one in all calls, but for rare changes. */
    @SuppressWarnings({"unchecked", "ReferenceEquality"}) // rows of a matrix are a matrix of the same kind
    <S extends Signal> S in(S all, int step) {
        if (of != all) {
            of = all;
            made = new Signal[all.rows() / batch];
        }
        Signal view = made[step];
        if (view == null) {
            view = all.rows(step * batch + first, count);
            made[step] = view;
        }
        return (S) view;
    }
}
