package dev.spikelane.data;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import java.util.Map;
import java.util.Objects;

/** Some samples of another data set. */
final class Subset implements Dataset {

    private final Dataset whole;
    private final int[] samples;

    Subset(Dataset whole, int... samples) {
        if (samples.length == 0) {
            throw new IllegalArgumentException("subset has no samples, expected at least one");
        }
        this.whole = whole;
        this.samples = samples.clone();
        for (int sample : samples) {
            Objects.checkIndex(sample, whole.size());
        }
    }

    @Override
    public int size() {
        return samples.length;
    }

    @Override
    public Shape shape() {
        return whole.shape();
    }

    @Override
    public int classes() {
        return whole.classes();
    }

    @Override
    public int label(int sample) {
        return whole.label(samples[sample]);
    }

    @Override
    public void read(int sample, FloatMatrix into, int row) {
        whole.read(samples[sample], into, row);
    }

    @Override
    public int targetSize() {
        return whole.targetSize();
    }

    @Override
    public void readTarget(int sample, FloatMatrix into, int row) {
        whole.readTarget(samples[sample], into, row);
    }

    @Override
    public Map<String, Integer> targetSizes() {
        return whole.targetSizes();
    }

    @Override
    public void readTarget(String population, int sample, FloatMatrix into, int row) {
        whole.readTarget(population, samples[sample], into, row);
    }

    @Override
    public String toString() {
        return size() + " of " + whole;
    }
}
