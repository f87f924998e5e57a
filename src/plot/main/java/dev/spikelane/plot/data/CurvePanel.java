package dev.spikelane.plot.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A panel of a curve plot: lines over one vertical axis, or the spikes of one neuron. */
public final class CurvePanel {

    private final String name;
    private final List<CurveLine> lines = new ArrayList<>();
    private List<Integer> spikes = List.of();
    private String label = "";
    private double threshold = Double.NaN;
    private @Nullable Range limits;

    public CurvePanel(String name) {
        this.name = Objects.requireNonNull(name, "name");
    }

    public CurvePanel add(CurveLine line) {
        lines.add(line);
        return this;
    }

    public CurvePanel spikes(List<Integer> steps) {
        spikes = steps;
        return this;
    }

    public void label(String newLabel) {
        label = newLabel;
    }

    public void threshold(double value) {
        threshold = value;
    }

    public void limits(Range range) {
        limits = range;
    }

    /** Returns the name, for a panel of spikes with their number. */
    public String caption() {
        if (!lines.isEmpty()) {
            return name;
        }
        return name + " – " + spikes.size();
    }

    /** Returns the lines; empty for a panel of spikes. */
    public List<CurveLine> lines() {
        return lines;
    }

    public List<Integer> spikes() {
        return spikes;
    }

    public String label() {
        return label;
    }

    /** Returns the threshold; NaN without one. */
    public double threshold() {
        return threshold;
    }

    public Range range() {
        if (limits != null) {
            return limits;
        }
        double[] finite = lines.stream()
                .flatMapToDouble(line -> Arrays.stream(line.values()))
                .filter(Double::isFinite)
                .toArray();
        double least = Arrays.stream(finite).min().orElse(0);
        double most = Arrays.stream(finite).max().orElse(0);
        boolean drawn = !Double.isNaN(threshold);
        return Range.of(drawn ? Math.min(least, threshold) : least, drawn ? Math.max(most, threshold) : most)
                .wider(0.08, 0.08);
    }
}
