package dev.spikelane.engine.signal;

import dev.spikelane.memory.Signal;
import org.jspecify.annotations.Nullable;

/**
 * The rows of some samples of a batch in one step of a matrix at a time, as matrices that are made once. One thread
 * uses it at a time.
 */
public final class SampleViews {

    private final int first;
    private final int count;
    private final int batch;
    private @Nullable Signal of;
    private @Nullable Signal[] made = {};

    /** Samples of a batch, from the first on. */
    public SampleViews(int first, int count, int batch) {
        this.first = first;
        this.count = count;
        this.batch = batch;
    }

    /** As many views of the same samples, for as many matrices. */
    public static SampleViews[] of(int number, int first, int count, int batch) {
        SampleViews[] all = new SampleViews[number];
        for (int i = 0; i < number; i++) {
            all[i] = new SampleViews(first, count, batch);
        }
        return all;
    }

    /** The samples of each of some threads, as evenly as can be; of fewer threads if there are fewer samples. */
    public static SampleViews[] shares(int threads, int batch) {
        int most = Math.ceilDiv(batch, threads);
        SampleViews[] all = new SampleViews[Math.ceilDiv(batch, most)];
        for (int i = 0; i < all.length; i++) {
            all[i] = new SampleViews(i * most, Math.min(most, batch - i * most), batch);
        }
        return all;
    }

    /** The first of the samples. */
    public int first() {
        return first;
    }

    /** How many samples. */
    public int count() {
        return count;
    }

    /** The rows of a step of a matrix: of the same one in all calls, but for rare changes. */
    @SuppressWarnings({"unchecked", "ReferenceEquality"}) // rows of a matrix are a matrix of the same kind
    public <S extends Signal> S in(S all, int step) {
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
