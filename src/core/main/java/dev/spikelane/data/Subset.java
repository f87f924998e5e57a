package dev.spikelane.data;

import java.util.Objects;

final class Subset extends DerivedDataset {

    private final int[] samples;

    Subset(Dataset whole, int... samples) {
        if (samples.length == 0) {
            throw new IllegalArgumentException("subset has no samples, expected at least one");
        }
        super(whole);
        this.samples = samples.clone();
        for (int sample : samples) {
            Objects.checkIndex(sample, whole.size());
        }
    }

    @Override
    int place(int sample) {
        return samples[sample];
    }

    @Override
    public int size() {
        return samples.length;
    }

    @Override
    public String toString() {
        return size() + " of " + source;
    }
}
