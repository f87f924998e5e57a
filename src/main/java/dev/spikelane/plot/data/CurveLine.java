package dev.spikelane.plot.data;

import java.util.Objects;
import java.util.stream.IntStream;

/** A line of a curve plot: values at places. */
public final class CurveLine {

    private final String name;
    private final double[] x;
    private final double[] values;

    /** Copies both. */
    public CurveLine(String name, double[] x, double[] values) {
        this.name = Objects.requireNonNull(name, "name");
        this.x = x.clone();
        this.values = values.clone();
        if (x.length != values.length || values.length == 0) {
            throw new IllegalArgumentException(
                    x.length + " places and " + values.length + " values, expected as many, at least one");
        }
        for (double place : x) {
            Samples.requireFinite("x", place);
        }
    }

    /** Values at 0, 1, 2 and so on. */
    public static CurveLine of(String name, double[] values) {
        return new CurveLine(name, steps(values.length), values);
    }

    /** 0, 1, 2 and so on. */
    public static double[] steps(int count) {
        return IntStream.range(0, count).mapToDouble(step -> step).toArray();
    }

    public String name() {
        return name;
    }

    public double[] x() {
        return x;
    }

    public double[] values() {
        return values;
    }
}
