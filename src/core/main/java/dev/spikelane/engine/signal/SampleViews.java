package dev.spikelane.engine.signal;

import dev.spikelane.memory.Signal;
import org.jspecify.annotations.Nullable;

/**
 * The rows of some samples of a batch in one step of a matrix at a time, as matrices that are created once. One thread
 * uses it at a time.
 */
public final class SampleViews {

    private final int first;
    private final int count;
    private final int batch;
    private @Nullable Signal of;
    private @Nullable Signal[] made = {};

    /** Creates views of {@code count} samples of a batch, from {@code first} on. */
    public SampleViews(int first, int count, int batch) {
        this.first = first;
        this.count = count;
        this.batch = batch;
    }

    /** Creates this number of views of the same samples, one for each matrix. */
    public static SampleViews[] of(int number, int first, int count, int batch) {
        SampleViews[] all = new SampleViews[number];
        for (int i = 0; i < number; i++) {
            all[i] = new SampleViews(first, count, batch);
        }
        return all;
    }

    /** Divides the samples among threads as evenly as possible; uses fewer threads if there are fewer samples. */
    public static SampleViews[] shares(int threads, int batch) {
        int most = Math.ceilDiv(batch, threads);
        SampleViews[] all = new SampleViews[Math.ceilDiv(batch, most)];
        for (int i = 0; i < all.length; i++) {
            all[i] = new SampleViews(i * most, Math.min(most, batch - i * most), batch);
        }
        return all;
    }

    /** Returns the first sample. */
    public int first() {
        return first;
    }

    /** Returns the number of samples. */
    public int count() {
        return count;
    }

    /** Returns the rows of a step of a matrix; the matrix should rarely change between calls. */
    @SuppressWarnings({"unchecked", "ReferenceEquality"}) // rows of a matrix have its type
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
