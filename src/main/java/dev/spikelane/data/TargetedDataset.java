package dev.spikelane.data;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/** Samples of another data set with targets for populations by name, beside its labels and targets. */
final class TargetedDataset implements Dataset {

    private final Dataset source;
    /** In an order that does not change from run to run. */
    private final SortedMap<String, FloatMatrix> targets = new TreeMap<>();

    private final SortedMap<String, Integer> sizes = new TreeMap<>();

    TargetedDataset(Dataset source, Map<String, FloatMatrix> targets) {
        this.source = source;
        targets.forEach((population, each) -> {
            String name = "targets of population '" + population + "'";
            Objects.requireNonNull(each, name);
            each.requireShape(name, source.size(), each.columns());
            each.requireShared(name);
            this.targets.put(population, each);
        });
        sizes.putAll(source.targetSizes());
        this.targets.forEach((population, each) -> sizes.put(population, each.columns()));
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
        return source.label(sample);
    }

    @Override
    public void read(int sample, FloatMatrix into, int row) {
        source.read(sample, into, row);
    }

    @Override
    public int targetSize() {
        return source.targetSize();
    }

    @Override
    public void readTarget(int sample, FloatMatrix into, int row) {
        source.readTarget(sample, into, row);
    }

    @Override
    public Map<String, Integer> targetSizes() {
        return Collections.unmodifiableMap(sizes);
    }

    @Override
    public void readTarget(String population, int sample, FloatMatrix into, int row) {
        FloatMatrix own = targets.get(population);
        if (own == null) {
            source.readTarget(population, sample, into, row);
        } else {
            ArrayDataset.copy(own, sample, into, row);
        }
    }

    @Override
    public String toString() {
        return source + ", targets of " + sizes.keySet();
    }
}
