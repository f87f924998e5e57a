package dev.spikelane.data;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import java.util.Map;

/** A data set with the content of {@code source}, except for the changes of its subclass. */
abstract class DerivedDataset implements Dataset {

    final Dataset source;

    DerivedDataset(Dataset source) {
        this.source = source;
    }

    /** Returns the number of a sample in the source. */
    int place(int sample) {
        return sample;
    }

    @Override
    public int size() {
        return source.size();
    }

    @Override
    public Shape shape() {
        return source.shape();
    }

    @Override
    public int classes() {
        return source.classes();
    }

    @Override
    public int label(int sample) {
        return source.label(place(sample));
    }

    @Override
    public void read(int sample, FloatMatrix into, int row) {
        source.read(place(sample), into, row);
    }

    @Override
    public int length(int sample) {
        return source.length(place(sample));
    }

    @Override
    public void readSpikes(int sample, SpikeMatrix into, int row, int stride) {
        source.readSpikes(place(sample), into, row, stride);
    }

    @Override
    public int steps() {
        return source.steps();
    }

    @Override
    public int targetSize() {
        return source.targetSize();
    }

    @Override
    public void readTarget(int sample, FloatMatrix into, int row) {
        source.readTarget(place(sample), into, row);
    }

    @Override
    public Map<String, Integer> targetSizes() {
        return source.targetSizes();
    }

    @Override
    public void readTarget(String population, int sample, FloatMatrix into, int row) {
        source.readTarget(population, place(sample), into, row);
    }
}
