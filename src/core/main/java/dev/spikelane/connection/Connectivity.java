package dev.spikelane.connection;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;

/**
 * The pairs of neurons that a {@link Sparse} connection connects: listed edges, or a rule that draws them. Immutable.
 *
 * <p>Several edges between the same two neurons stay several synapses, whether they were listed or drawn. A rule that
 * draws a fixed number draws with replacement, as NEST does by default. Factories throw an
 * {@link IllegalArgumentException} if a number is out of range.
 */
public final class Connectivity {

    enum Rule {
        LISTED,
        PROBABILITY,
        IN_DEGREE,
        OUT_DEGREE,
        TOTAL,
        ONE_TO_ONE,
        GAUSSIAN
    }

    private static final String SELF = "self";
    private static final String CELLS = "cells";
    private static final String PERIODIC = "periodic";

    private final Rule rule;
    /** A probability, or a number of edges. */
    private final double number;

    private final double cells;
    private final boolean periodic;
    private final boolean self;
    /** Offsets of each source's listed edges. */
    private final int[] starts;

    private final int[] targets;
    private final int most;

    /** Index of each edge in the given list; empty if the order is unchanged. */
    private final int[] places;

    private Connectivity(Rule rule, double number, double cells, boolean periodic, boolean self) {
        this.rule = rule;
        this.number = number;
        this.cells = cells;
        this.periodic = periodic;
        this.self = self;
        this.starts = new int[1];
        this.targets = new int[0];
        this.most = -1;
        this.places = targets;
    }

    private Connectivity(int[] starts, int[] targets, int... places) {
        this.rule = Rule.LISTED;
        this.number = 0;
        this.cells = 0;
        this.periodic = false;
        this.self = true;
        this.starts = starts;
        this.targets = targets;
        this.most = Arrays.stream(targets).max().orElse(-1);
        this.places = places;
    }

    private static Connectivity ruled(Rule rule, double number, double cells) {
        boolean likely = rule == Rule.PROBABILITY || rule == Rule.GAUSSIAN;
        if (likely && !(number > 0 && number <= 1)) {
            throw new IllegalArgumentException(
                    "probability of an edge is " + number + ", expected a number above 0, at most 1");
        }
        double most = rule == Rule.TOTAL ? Long.MAX_VALUE : Integer.MAX_VALUE;
        if (!likely && rule != Rule.ONE_TO_ONE && !(number >= 1 && number <= most)) {
            throw new IllegalArgumentException("number of edges is " + (long) number + ", expected at least 1");
        }
        if (rule == Rule.GAUSSIAN && (!(cells > 0) || Double.isInfinite(cells))) {
            throw new IllegalArgumentException("width is " + cells + " cells, expected a finite number above 0");
        }
        return new Connectivity(rule, number, cells, false, true);
    }

    /**
     * Lists edges.
     *
     * @param sources the source of each edge
     * @param targets the target of each edge
     * @return the edges
     * @throws IllegalArgumentException if there are not as many sources as targets, or one is negative
     */
    public static Connectivity of(int[] sources, int[] targets) {
        if (sources.length != targets.length) {
            throw new IllegalArgumentException("edges have " + sources.length + " sources and " + targets.length
                    + " targets, expected as many of both");
        }
        int most = -1;
        for (int i = 0; i < sources.length; i++) {
            require(i, sources[i], targets[i]);
            most = Math.max(most, sources[i]);
        }
        int[] starts = new int[most + 2];
        for (int source : sources) {
            starts[source + 1]++;
        }
        for (int i = 0; i <= most; i++) {
            starts[i + 1] += starts[i];
        }
        int[] next = starts.clone();
        int[] sorted = new int[targets.length];
        int[] places = new int[targets.length];
        for (int i = 0; i < sources.length; i++) {
            int at = next[sources[i]]++;
            sorted[at] = targets[i];
            places[at] = i;
        }
        return new Connectivity(starts, sorted, places);
    }

    private static void require(int edge, int source, int target) {
        if (source < 0 || target < 0) {
            throw new IllegalArgumentException(
                    "edge " + edge + " goes from " + source + " to " + target + ", expected neurons from 0");
        }
    }

    /**
     * Lists edges as compressed rows, a row for each source: SciPy's {@code csr_matrix} of a matrix {@code [sources x
     * targets]}.
     *
     * @param starts where the edges of each source start, and where the last ones end ({@code indptr}); copied
     * @param targets the target of each edge ({@code indices}); copied
     * @return the edges
     * @throws IllegalArgumentException if starts do not ascend from 0 to the number of edges, or a target is negative
     */
    public static Connectivity csr(int[] starts, int[] targets) {
        boolean ascend = starts.length > 0 && starts[0] == 0 && starts[starts.length - 1] == targets.length;
        for (int i = 1; i < starts.length && ascend; i++) {
            ascend = starts[i - 1] <= starts[i];
        }
        if (!ascend) {
            throw new IllegalArgumentException("starts of edges are " + starts.length + " numbers to "
                    + (starts.length == 0 ? "none" : starts[starts.length - 1])
                    + ", expected them to ascend from 0 to " + targets.length + ", the number of targets");
        }
        for (int i = 0; i < targets.length; i++) {
            require(i, 0, targets[i]);
        }
        return new Connectivity(starts.clone(), targets.clone());
    }

    /**
     * Connects each pair of neurons with a probability, once.
     *
     * @param probability above 0, at most 1
     * @return the rule
     * @throws IllegalArgumentException if it is out of range
     */
    public static Connectivity probability(double probability) {
        return ruled(Rule.PROBABILITY, probability, 0);
    }

    /**
     * Draws the sources of a number of edges to each target.
     *
     * @param edges to each target, at least 1
     * @return the rule
     * @throws IllegalArgumentException if it is below 1
     */
    public static Connectivity inDegree(int edges) {
        return ruled(Rule.IN_DEGREE, (double) edges, 0);
    }

    /**
     * Draws the targets of a number of edges from each source.
     *
     * @param edges from each source, at least 1
     * @return the rule
     * @throws IllegalArgumentException if it is below 1
     */
    public static Connectivity outDegree(int edges) {
        return ruled(Rule.OUT_DEGREE, (double) edges, 0);
    }

    /**
     * Draws source and target of a number of edges.
     *
     * @param edges in all, at least 1
     * @return the rule
     * @throws IllegalArgumentException if it is below 1
     */
    public static Connectivity total(long edges) {
        return ruled(Rule.TOTAL, (double) edges, 0);
    }

    /**
     * Connects each source to the target of the same number.
     *
     * @return the rule
     */
    public static Connectivity oneToOne() {
        return ruled(Rule.ONE_TO_ONE, 0, 0);
    }

    /**
     * Connects each pair of neurons with a probability that falls with their distance d: {@code peak * exp(-d^2 / (2 *
     * cells^2))}. A population of n neurons is a line; one of shape {@code [height x width]} or {@code [1 x height x
     * width]} is a plane. Distances are in cells of the target; a source of another size is spread evenly over it.
     * Pairs are left out whose probability is below 2^-32, as it is beyond 6.7 standard deviations.
     *
     * @param peak the probability at distance 0, above 0, at most 1
     * @param cells the standard deviation in cells of the target, above 0
     * @return the rule
     * @throws IllegalArgumentException if one is out of range
     */
    public static Connectivity gaussian(double peak, double cells) {
        return ruled(Rule.GAUSSIAN, peak, cells);
    }

    /**
     * Measures the distances of {@link #gaussian} around: the last cell of a line or a plane lies beside the first.
     *
     * @return the rule
     * @throws IllegalStateException if this rule knows no distances
     */
    public Connectivity periodic() {
        if (rule != Rule.GAUSSIAN) {
            throw new IllegalStateException(this + " knows no distances, expected Connectivity.gaussian(peak, cells)");
        }
        return new Connectivity(rule, number, cells, true, self);
    }

    /**
     * Leaves edges out that would connect a neuron to itself, where source and target are of the same size.
     *
     * @return the rule
     * @throws IllegalStateException if edges are listed or go one to one
     */
    public Connectivity withoutSelf() {
        if (rule == Rule.LISTED || rule == Rule.ONE_TO_ONE) {
            throw new IllegalStateException(
                    this + " are not drawn, expected a rule that may connect a neuron to itself");
        }
        return new Connectivity(rule, number, cells, periodic, false);
    }

    Rule rule() {
        return rule;
    }

    double number() {
        return number;
    }

    double cells() {
        return cells;
    }

    boolean isPeriodic() {
        return periodic;
    }

    boolean mayBeSelf() {
        return self;
    }

    int start(int source) {
        return starts[Math.min(source, starts.length - 1)];
    }

    int target(int edge) {
        return targets[edge];
    }

    int place(int edge) {
        return places.length == 0 ? edge : places[edge];
    }

    /** Returns the number of listed edges. */
    int listed() {
        return targets.length;
    }

    /** Returns the largest source of listed edges plus 1. */
    int sources() {
        return starts.length - 1;
    }

    /** Returns the largest number of listed edges to one target. */
    int mostInto() {
        int[] counts = new int[most + 1];
        for (int target : targets) {
            counts[target]++;
        }
        return Arrays.stream(counts).max().orElse(0);
    }

    /** Throws if edges do not fit these sizes. */
    void require(int sourceCount, int targetCount) {
        if (rule == Rule.ONE_TO_ONE && sourceCount != targetCount) {
            throw new IllegalArgumentException("edges go one to one from " + sourceCount + " neurons to " + targetCount
                    + ", expected as many targets as sources");
        }
        for (int source = 0; source < sources() && (sources() > sourceCount || most >= targetCount); source++) {
            for (int i = starts[source]; i < starts[source + 1]; i++) {
                if (source >= sourceCount || targets[i] >= targetCount) {
                    throw new IllegalArgumentException("edge " + place(i) + " goes from " + source + " to " + targets[i]
                            + ", expected sources below " + sourceCount + " and targets below " + targetCount);
                }
            }
        }
    }

    /** Writes the rule as options of files, without listed edges. */
    void say(SequencedMap<String, Number> options) {
        if (rule == Rule.LISTED) {
            return;
        }
        options.put(name(rule), number);
        options.put(SELF, self ? 1 : 0);
        if (rule == Rule.GAUSSIAN) {
            options.put(CELLS, cells);
            options.put(PERIODIC, periodic ? 1 : 0);
        }
    }

    /** Reads the options that {@link #say} writes, without listed edges. */
    static Connectivity read(Map<String, Double> options) {
        for (Rule rule : Rule.values()) {
            Double number = options.remove(name(rule));
            if (number != null) {
                boolean self = Distribution.take(options, SELF) == 1;
                boolean gauss = rule == Rule.GAUSSIAN;
                Connectivity read = ruled(rule, number, gauss ? Distribution.take(options, CELLS) : 0);
                read = gauss && Distribution.take(options, PERIODIC) == 1 ? read.periodic() : read;
                return self ? read : read.withoutSelf();
            }
        }
        return csr(new int[1], new int[0]);
    }

    private static String name(Rule rule) {
        return rule.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public String toString() {
        return switch (rule) {
            case LISTED -> targets.length + " edges";
            case PROBABILITY -> "probability " + number;
            case IN_DEGREE -> (long) number + " edges to each target";
            case OUT_DEGREE -> (long) number + " edges from each source";
            case TOTAL -> (long) number + " edges";
            case ONE_TO_ONE -> "one to one";
            case GAUSSIAN -> "gaussian " + number + " over " + cells + (periodic ? " cells, around" : " cells");
        };
    }
}
