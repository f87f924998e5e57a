package dev.spikelane.data;

import dev.spikelane.memory.FloatMatrix;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/** A data set with additional targets for named populations. */
final class TargetedDataset extends DerivedDataset {

    /** Sorted, so that the order is constant. */
    private final SortedMap<String, FloatMatrix> targets = new TreeMap<>();

    private final SortedMap<String, Integer> sizes = new TreeMap<>();

    TargetedDataset(Dataset source, Map<String, FloatMatrix> targets) {
        super(source);
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
