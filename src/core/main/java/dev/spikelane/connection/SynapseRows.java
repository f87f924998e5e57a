package dev.spikelane.connection;

import dev.spikelane.memory.Shape;
import dev.spikelane.memory.limit.NativeMemory;
import dev.spikelane.random.CounterRandom;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The synapses of a {@link Sparse} connection, drawn for one source at a time; for one thread. */
public final class SynapseRows {

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final int EDGES = 1;
    private static final int SOURCES = 3;
    /** First random bits of an edge's weight; the delay follows. */
    private static final int WEIGHTS = 16;

    static final int DELAYS = 0;

    /** Bits drawn at a time if the number of needed bits is unknown, and sources with one key. */
    private static final int SOME = 128;

    private static final int SOURCES_OF_KEY = 4096;

    /** Smallest probability of the likeliest pair. */
    private static final double UNLIKELY = 0x1p-32;

    private final Sparse sparse;
    private final Connectivity edges;
    private final int sources;
    private final int targets;
    /** True if neurons have no edge to themselves. */
    private final boolean others;

    private final SynapseNumbers weights;
    private final SynapseNumbers delays;
    private final double logOfNone;
    private final Line height;
    private final Line width;
    private double[] factors = new double[0];
    private final SynapseNumbers.Bits random = new SynapseNumbers.Bits();
    private int[] target = new int[16];
    /** Number of synapses of the last read source. */
    private int present;

    private int[] steps = {};
    /** Draws that all readers share, made at the first use. */
    private @Nullable EdgeDraws sorted;

    /**
     * Draws of rules that do not draw targets source by source.
     *
     * @param starts offsets of each source's targets, if edges are drawn by target
     * @param degrees edges of each source, if their number is drawn
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record EdgeDraws(long[] starts, MemorySegment targets, int[] degrees) {}

    SynapseRows(Sparse sparse, Shape source) {
        this.sparse = sparse;
        this.edges = sparse.edges();
        Shape made = sparse.outputShape(source);
        this.sources = source.size();
        this.targets = made.size();
        this.others = !edges.mayBeSelf() && sources == targets;
        if (others && targets == 1) {
            throw new IllegalArgumentException(
                    sparse + " connects 1 neuron without itself, expected at least 2 neurons");
        }
        Distribution declared = sparse.drawnWeights();
        this.weights = new SynapseNumbers(edges, declared, declared.weights(), sparse.seed(), WEIGHTS);
        declared = sparse.drawnDelays();
        this.delays = new SynapseNumbers(edges, declared, declared.delays(), sparse.seed(), DELAYS);
        this.logOfNone = edges.rule() == Connectivity.Rule.PROBABILITY ? StrictMath.log1p(-edges.number()) : 0;
        boolean plane = edges.rule() == Connectivity.Rule.GAUSSIAN;
        double reach = edges.cells() * Math.sqrt(2 * Math.max(0, StrictMath.log(edges.number() / UNLIKELY)));
        this.height = plane ? new Line(height(source), height(made), edges, reach) : Line.NONE;
        this.width = plane ? new Line(width(source), width(made), edges, reach) : Line.NONE;
    }

    private SynapseRows(SynapseRows other) {
        this.sparse = other.sparse;
        this.edges = other.edges;
        this.sources = other.sources;
        this.targets = other.targets;
        this.others = other.others;
        this.weights = new SynapseNumbers(other.weights);
        this.delays = new SynapseNumbers(other.delays);
        this.logOfNone = other.logOfNone;
        this.height = other.height;
        this.width = other.width;
        this.sorted = other.sorted();
    }

    /** {@return a reader of these synapses for another thread} */
    public SynapseRows another() {
        return new SynapseRows(this);
    }

    /** {@return the number of synapses of all sources} A rule that draws each pair counts by drawing them. */
    public long count() {
        return switch (edges.rule()) {
            case LISTED -> edges.listed();
            case IN_DEGREE -> ((long) edges.number()) * targets;
            case OUT_DEGREE -> ((long) edges.number()) * sources;
            case TOTAL -> (long) edges.number();
            case ONE_TO_ONE -> sources;
            case PROBABILITY, GAUSSIAN -> {
                long all = 0;
                for (int i = 0; i < sources; i++) {
                    all += drawTargets(i);
                }
                yield all;
            }
        };
    }

    /** {@return the expected number of synapses of all sources, without draws} */
    public double expected() {
        return switch (edges.rule()) {
            case PROBABILITY -> edges.number() * sources * (others ? targets - 1.0 : targets);
            case GAUSSIAN -> edges.number() * height.sum() * width.sum();
            case LISTED, IN_DEGREE, OUT_DEGREE, TOTAL, ONE_TO_ONE -> count();
        };
    }

    /**
     * {@return an upper bound of the synapses of a target, without draws} Listed edges are counted. Random ones exceed
     * the bound, the mean and twelve times its root, once in 10^30 times.
     */
    public double mostInto() {
        return switch (edges.rule()) {
            case LISTED -> edges.mostInto();
            case PROBABILITY -> Math.min(sources, likely(edges.number() * sources));
            case IN_DEGREE -> edges.number();
            case OUT_DEGREE, TOTAL -> {
                double all = (double) count();
                yield Math.min(all, likely(all / (others ? targets - 1 : targets)));
            }
            case ONE_TO_ONE -> 1;
            case GAUSSIAN -> Math.min(sources, likely(edges.number() * height.most() * width.most()));
        };
    }

    private static double likely(double mean) {
        return mean + 12 * Math.sqrt(mean) + 64;
    }

    /** {@return the largest magnitude of a possible weight} */
    public float mostWeight() {
        return weights.most();
    }

    /**
     * Draws the synapses of a source.
     *
     * @param neuron the source, in torch's order
     * @return their number
     * @throws IndexOutOfBoundsException if there is no such source
     */
    public int read(int neuron) {
        Objects.checkIndex(neuron, sources);
        int count = drawTargets(neuron);
        weights.read(neuron, count);
        delays.read(neuron, count);
        present = count;
        return count;
    }

    /**
     * {@return the index of each synapse of the last read source, in the order of the network's weights} The order is
     * by delay, then by target, then as they were listed or drawn.
     */
    public int[] order() {
        steps = steps.length == 0 ? sparse.delays() : steps;
        long[] keys = new long[present];
        int[] next = new int[steps.length + 1];
        for (int i = 0; i < present; i++) {
            keys[i] = (long) target[i] << Integer.SIZE | i;
            next[Arrays.binarySearch(steps, delay(i)) + 1]++;
        }
        Arrays.sort(keys);
        Arrays.parallelPrefix(next, Integer::sum);
        int[] order = new int[present];
        for (long key : keys) {
            order[next[Arrays.binarySearch(steps, delay((int) key))]++] = (int) key;
        }
        return order;
    }

    /**
     * Returns the target of a synapse.
     *
     * @param synapse its index in the last read source, from 0
     * @return the neuron, in torch's order
     */
    public int target(int synapse) {
        return target[synapse];
    }

    /**
     * {@return the weight of a synapse}
     *
     * @param synapse its index in the last read source, from 0
     */
    public float weight(int synapse) {
        return weights.get(synapse);
    }

    /**
     * Returns the delay of a synapse.
     *
     * @param synapse its index in the last read source, from 0
     * @return steps, without the delay of the projection
     */
    public int delay(int synapse) {
        return (int) delays.get(synapse);
    }

    /**
     * Returns the number of a source's synapses. A rule that draws each pair counts by drawing them.
     *
     * @param neuron the source, in torch's order
     * @return its synapses
     */
    public int count(int neuron) {
        return switch (edges.rule()) {
            case TOTAL -> sorted().degrees[neuron];
            case OUT_DEGREE -> (int) edges.number();
            case LISTED, PROBABILITY, IN_DEGREE, ONE_TO_ONE, GAUSSIAN -> drawTargets(neuron);
        };
    }

    /** {@return the only possible weight; NaN if there are several} */
    public float onlyWeight() {
        return weights.only();
    }

    private int[] draw(int purpose, int neuron, int first, int count) {
        return random.draw(CounterRandom.rowKey(sparse.seed(), purpose, neuron), first, count);
    }

    /** Returns a number below a bound, from the high half of a product. */
    private static int below(int bound, int word) {
        return (int) (Integer.toUnsignedLong(word) * bound >>> Integer.SIZE);
    }

    private int drawTargets(int neuron) {
        return switch (edges.rule()) {
            case LISTED -> listed(neuron);
            case PROBABILITY -> gaps(neuron);
            case IN_DEGREE -> stored(neuron);
            case OUT_DEGREE -> drawn(neuron, (int) edges.number());
            case TOTAL -> drawn(neuron, sorted().degrees[neuron]);
            case ONE_TO_ONE -> own(neuron);
            case GAUSSIAN -> near(neuron);
        };
    }

    private void reserve(int count) {
        if (target.length < count) {
            target = Arrays.copyOf(target, Math.max(count, 2 * target.length));
        }
    }

    private int own(int neuron) {
        target[0] = neuron;
        return 1;
    }

    private int listed(int neuron) {
        int first = edges.start(neuron);
        int count = edges.start(neuron + 1) - first;
        reserve(count);
        for (int i = 0; i < count; i++) {
            target[i] = edges.target(first + i);
        }
        return count;
    }

    private int stored(int neuron) {
        EdgeDraws all = sorted();
        int count = Math.toIntExact(all.starts[neuron + 1] - all.starts[neuron]);
        reserve(count);
        MemorySegment.copy(all.targets, INT, all.starts[neuron] * Integer.BYTES, target, 0, count);
        return count;
    }

    /** Returns a neuron by its index among all neurons, or among all but {@code self}. */
    private int neuron(int number, int self) {
        return others && number >= self ? number + 1 : number;
    }

    private int drawn(int neuron, int count) {
        reserve(count);
        int[] drawn = draw(EDGES, neuron, 0, count);
        int among = others ? targets - 1 : targets;
        for (int i = 0; i < count; i++) {
            target[i] = neuron(below(among, drawn[i]), neuron);
        }
        return count;
    }

    /** Draws edges with a probability by their distances, which have a geometric distribution. */
    private int gaps(int neuron) {
        int among = others ? targets - 1 : targets;
        int count = 0;
        long at = -1;
        int[] drawn = {};
        for (int i = 0; ; i++) {
            if (i % SOME == 0) {
                drawn = draw(EDGES, neuron, i, SOME);
            }
            double share = (Integer.toUnsignedLong(drawn[i % SOME]) + 0.5) * 0x1p-32;
            at += 1 + (edges.number() == 1 ? 0 : (long) (StrictMath.log(share) / logOfNone));
            if (at >= among) {
                return count;
            }
            reserve(count + 1);
            target[count++] = neuron((int) at, neuron);
        }
    }

    private int near(int neuron) {
        int y = neuron / width.from;
        int x = neuron % width.from;
        int first = width.first(x);
        int end = width.end(x);
        factors = factors.length < end - first ? new double[end - first] : factors;
        for (int i = first; i < end; i++) {
            factors[i - first] = width.factor(x, i);
        }
        int count = 0;
        for (int i = height.first(y); i < height.end(y); i++) {
            double bound = edges.number() / UNLIKELY * height.factor(y, i);
            int row = Math.floorMod(i, height.to) * width.to;
            reserve(count + end - first);
            long key = CounterRandom.rowKey(sparse.seed(), EDGES, neuron);
            for (int j = first; j < end; j++) {
                int to = row + Math.floorMod(j, width.to);
                long bits = Integer.toUnsignedLong(CounterRandom.bits(key, to));
                if (bits < bound * factors[j - first] && !(others && to == neuron)) {
                    target[count++] = to;
                }
            }
        }
        return count;
    }

    /** A line of cells, with factors that decrease with the distance from a source. */
    private record Line(int from, int to, double cells, boolean around, double reach) {

        private static final Line NONE = new Line(1, 1, 1, false, 0);

        Line(int from, int to, Connectivity edges, double reach) {
            this(from, to, edges.cells(), edges.isPeriodic(), reach);
        }

        private double place(int source) {
            return (source + 0.5) * to / from - 0.5;
        }

        private boolean isWhole() {
            return 2 * reach + 1 >= to;
        }

        /**
         * Returns the first cell within a source's reach; negative if the line is a ring and the reach crosses its
         * start.
         */
        private int first(int source) {
            return isWhole() ? 0 : Math.max(around ? -to : 0, (int) Math.ceil(place(source) - reach));
        }

        private int end(int source) {
            return isWhole() ? to : Math.min(around ? 2 * to : to, (int) Math.floor(place(source) + reach) + 1);
        }

        private double factor(int source, int cell) {
            double away = Math.abs(place(source) - cell);
            double d = (around ? Math.min(away, Math.abs(to - away)) : away) / cells;
            return StrictMath.exp(-d * d / 2);
        }

        /** Returns an upper bound of the sum of all sources' factors at a cell. */
        private double most() {
            return Math.min(from, 1 + cells * Math.sqrt(2 * Math.PI) * from / to);
        }

        /** Estimates the sum of all factors from at most 100 sources. */
        private double sum() {
            double sum = 0;
            int some = Math.min(from, 100);
            for (int k = 0; k < some; k++) {
                int source = (int) ((k + 0.5) * from / some);
                for (int j = first(source); j < end(source); j++) {
                    sum += factor(source, j);
                }
            }
            return sum * from / some;
        }
    }

    private int height(Shape shape) {
        List<Integer> sizes = shape.sizes();
        if (sizes.size() == 3 && shape.channels() > 1) {
            throw new IllegalArgumentException(
                    sparse + " has distances in a shape of " + shape + ", expected a line or a plane");
        }
        return sizes.size() == 1 ? 1 : sizes.get(sizes.size() - 2);
    }

    private static int width(Shape shape) {
        return shape.sizes().getLast();
    }

    private EdgeDraws sorted() {
        EdgeDraws known = sorted;
        if (known == null) {
            boolean byTarget = edges.rule() == Connectivity.Rule.IN_DEGREE;
            known = byTarget ? ofTargets() : new EdgeDraws(new long[0], MemorySegment.NULL, degrees());
            sorted = known;
        }
        return known;
    }

    private int[] degrees() {
        int[] counts = new int[edges.rule() == Connectivity.Rule.TOTAL ? sources : 0];
        long all = counts.length == 0 ? 0 : (long) edges.number();
        for (long first = 0; first < all; first += SOURCES_OF_KEY) {
            int count = (int) Math.min(SOURCES_OF_KEY, all - first);
            int[] drawn = draw(SOURCES, (int) (first / SOURCES_OF_KEY), 0, count);
            for (int i = 0; i < count; i++) {
                counts[below(sources, drawn[i])]++;
            }
        }
        return counts;
    }

    /** Draws the sources of each target twice: to count and to sort them. */
    private EdgeDraws ofTargets() {
        int each = (int) edges.number();
        long[] starts = new long[sources + 1];
        MemorySegment made = NativeMemory.ofAuto().allocate((long) each * targets * Integer.BYTES, Integer.BYTES);
        int among = others ? sources - 1 : sources;
        for (int to = 0; to < targets; to++) {
            int[] drawn = draw(EDGES, to, 0, each);
            for (int i = 0; i < each; i++) {
                starts[1 + neuron(below(among, drawn[i]), to)]++;
            }
        }
        for (int i = 0; i < sources; i++) {
            starts[i + 1] += starts[i];
        }
        long[] next = starts.clone();
        for (int to = 0; to < targets; to++) {
            int[] drawn = draw(EDGES, to, 0, each);
            for (int i = 0; i < each; i++) {
                int from = neuron(below(among, drawn[i]), to);
                made.setAtIndex(INT, next[from]++, to);
            }
        }
        return new EdgeDraws(starts, made, new int[0]);
    }

    @Override
    public String toString() {
        return "SynapseRows of " + sources + " sources and " + targets + " targets";
    }
}
