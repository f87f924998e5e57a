package dev.spikelane.data;

import dev.spikelane.simd.Checks;

/** A data set with lengths. */
final class SeriesDataset extends DerivedDataset {

    private final int[] lengths;

    SeriesDataset(Dataset source, int... lengths) {
        if (lengths.length != source.size()) {
            throw new IllegalArgumentException(
                    "there are " + lengths.length + " lengths, expected " + source.size() + ", one for each sample");
        }
        super(source);
        this.lengths = lengths.clone();
        for (int i = 0; i < lengths.length; i++) {
            Checks.atLeast(1, "length of sample " + i, lengths[i]);
        }
    }

    @Override
    public int length(int sample) {
        return lengths[sample];
    }

    @Override
    public String toString() {
        return source + " of different lengths";
    }
}
