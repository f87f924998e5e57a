package dev.spikelane.plot.data;

import dev.spikelane.simd.Checks;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.IntStream;

/** A line of a curve plot: values at positions. */
public final class CurveLine {

    private final String name;
    private final double[] x;
    private final double[] values;
    private final boolean counted;

    public CurveLine(String name, double[] x, double[] values) {
        this(name, x, values, false);
    }

    private CurveLine(String name, double[] x, double[] values, boolean counted) {
        this.name = Objects.requireNonNull(name, "name");
        this.x = x.clone();
        this.values = values.clone();
        this.counted = counted;
        if (x.length != values.length || values.length == 0) {
            throw new IllegalArgumentException(
                    x.length + " places and " + values.length + " values, expected as many, at least one");
        }
        for (double place : x) {
            Checks.finite("x", place);
        }
    }

    /** Creates a line at 0, 1, 2 and so on, or from the first number of the figure. */
    public static CurveLine of(String name, double[] values) {
        return new CurveLine(name, steps(values.length), values, true);
    }

    public static double[] steps(int count) {
        return IntStream.range(0, count).mapToDouble(step -> step).toArray();
    }

    public boolean counted() {
        return counted;
    }

    public String name() {
        return name;
    }

    /** Returns the positions; counted ones start at {@code first}. */
    public double[] x(int first) {
        return counted ? Arrays.stream(x).map(place -> place + first).toArray() : x;
    }

    public double[] values() {
        return values;
    }
}
