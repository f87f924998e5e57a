package dev.spikelane.connection;

import dev.spikelane.memory.Shape;
import dev.spikelane.memory.limit.NativeMemory;
import dev.spikelane.random.CounterRandom;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** Draws the synapses of a {@link Sparse} connection, those of one source at a time; for one thread. */
public final class SynapseRows {

    private static final int PURPOSE_EDGES = 1;
    private static final int PURPOSE_WEIGHTS = 2;
    private static final int PURPOSE_DELAYS = 3;
    private static final int PURPOSE_SOURCES = 4;

    private final Sparse sparse;
    private final Edges edges;
    private final Shape source;
    private final int sources;
    private final int targets;
    /** Whether an edge from a neuron to itself is left out. */
    private final boolean others;

    private final float[] weightTable;
    private final int[] delayTable;
    /** Edges of each source, of rules that draw their number. */
    private final int[] degrees;
    /** The targets of each source, of a rule that draws sources. */
    private final long[] starts;

    private final MemorySegment sorted;
    private final double logOfNone;
    /** The factors of the probability by distance along the height and the width, for each source and target. */
    private final double[][] alongHeight;

    private final double[][] alongWidth;
    private int[] target = new int[16];
    private float[] weight = new float[16];
    private int[] delay = new int[16];

    SynapseRows(Sparse sparse, Shape source) {
        this.sparse = sparse;
        this.edges = sparse.edges();
        this.source = source;
        Shape made = sparse.outputShape(source);
        this.sources = source.size();
        this.targets = made.size();
        this.others = !edges.mayBeSelf() && sources == targets;
        if (others && targets == 1) {
            throw new IllegalArgumentException(
                    sparse + " connects 1 neuron without itself, expected at least 2 neurons");
        }
        this.weightTable = sparse.drawnWeights().weights();
        this.delayTable = sparse.drawnDelays().delays();
        this.logOfNone = edges.rule() == Edges.Rule.PROBABILITY ? StrictMath.log1p(-edges.number()) : 0;
        this.degrees = edges.rule() == Edges.Rule.TOTAL ? degrees() : new int[0];
        boolean byTarget = edges.rule() == Edges.Rule.IN_DEGREE;
        this.starts = new long[byTarget ? sources + 1 : 0];
        this.sorted = byTarget ? sorted() : MemorySegment.NULL;
        boolean gauss = edges.rule() == Edges.Rule.GAUSSIAN;
        this.alongHeight = gauss ? factors(height(source), height(made)) : new double[0][];
        this.alongWidth = gauss ? factors(width(source), width(made)) : new double[0][];
    }

    private SynapseRows(SynapseRows other) {
        this.sparse = other.sparse;
        this.edges = other.edges;
        this.source = other.source;
        this.sources = other.sources;
        this.targets = other.targets;
        this.others = other.others;
        this.weightTable = other.weightTable;
        this.delayTable = other.delayTable;
        this.logOfNone = other.logOfNone;
        this.degrees = other.degrees;
        this.starts = other.starts;
        this.sorted = other.sorted;
        this.alongHeight = other.alongHeight;
        this.alongWidth = other.alongWidth;
    }

    /**
     * Makes another one of the same synapses, for another thread.
     *
     * @return the other one
     */
    public SynapseRows another() {
        return new SynapseRows(this);
    }

    /**
     * Returns how many synapses there are, which a rule that draws each pair counts by drawing them.
     *
     * @return synapses of all sources
     */
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

    /**
     * Returns how many synapses there are about, without drawing any: the mean of what a rule draws.
     *
     * @return synapses of all sources
     */
    public double expected() {
        return switch (edges.rule()) {
            case PROBABILITY -> edges.number() * sources * (others ? targets - 1.0 : targets);
            case GAUSSIAN -> edges.number() * sum(alongHeight) * sum(alongWidth);
            case LISTED, IN_DEGREE, OUT_DEGREE, TOTAL, ONE_TO_ONE -> count();
        };
    }

    private static double sum(double[]... factors) {
        return Arrays.stream(factors).flatMapToDouble(Arrays::stream).sum();
    }

    /**
     * Draws the synapses of a source.
     *
     * @param neuron the source, in torch's order
     * @return how many it has
     * @throws IndexOutOfBoundsException if there is no such source
     */
    public int read(int neuron) {
        Objects.checkIndex(neuron, sources);
        int count = drawTargets(neuron);
        if (weight.length < count) {
            weight = new float[target.length];
            delay = new int[target.length];
        }
        if (sparse.drawnWeights().isList()) {
            for (int i = 0; i < count; i++) {
                weight[i] = weightTable[edges.place(edges.start(neuron) + i)];
            }
        } else if (weightTable.length == 1) {
            Arrays.fill(weight, 0, count, weightTable[0]);
        } else {
            long key = key(PURPOSE_WEIGHTS, neuron);
            for (int i = 0; i < count; i++) {
                weight[i] = weightTable[word(key, i) >>> Short.SIZE];
            }
        }
        if (sparse.drawnDelays().isList()) {
            for (int i = 0; i < count; i++) {
                delay[i] = delayTable[edges.place(edges.start(neuron) + i)];
            }
        } else if (delayTable.length == 1) {
            Arrays.fill(delay, 0, count, delayTable[0]);
        } else {
            long key = key(PURPOSE_DELAYS, neuron);
            for (int i = 0; i < count; i++) {
                delay[i] = delayTable[word(key, i) >>> Short.SIZE];
            }
        }
        return count;
    }

    /**
     * Returns the target of a synapse.
     *
     * @param synapse its number among those of the source that was read, from 0
     * @return the neuron, in torch's order
     */
    public int target(int synapse) {
        return target[synapse];
    }

    /**
     * Returns the weight of a synapse.
     *
     * @param synapse its number among those of the source that was read, from 0
     * @return the weight
     */
    public float weight(int synapse) {
        return weight[synapse];
    }

    /**
     * Returns the delay of a synapse.
     *
     * @param synapse its number among those of the source that was read, from 0
     * @return steps, without those of the projection
     */
    public int delay(int synapse) {
        return delay[synapse];
    }

    private long key(int purpose, int neuron) {
        return CounterRandom.rowKey(sparse.seed(), purpose, neuron);
    }

    private static int word(long key, int counter) {
        return (int) CounterRandom.block((int) key, (int) (key >>> Integer.SIZE), counter, 0);
    }

    /** A number below a bound, from the high half of a product. */
    private static int below(int bound, int word) {
        return (int) (Integer.toUnsignedLong(word) * bound >>> Integer.SIZE);
    }

    private int drawTargets(int neuron) {
        return switch (edges.rule()) {
            case LISTED -> listed(neuron);
            case PROBABILITY -> gaps(neuron);
            case IN_DEGREE -> stored(neuron);
            case OUT_DEGREE -> drawn(neuron, (int) edges.number());
            case TOTAL -> drawn(neuron, degrees[neuron]);
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
        int count = (int) (starts[neuron + 1] - starts[neuron]);
        reserve(count);
        MemorySegment.copy(sorted, ValueLayout.JAVA_INT, starts[neuron] * Integer.BYTES, target, 0, count);
        return count;
    }

    /** The neuron of a number among all, or among all others. */
    private int neuron(int number, int self) {
        return others && number >= self ? number + 1 : number;
    }

    private int drawn(int neuron, int count) {
        reserve(count);
        long key = key(PURPOSE_EDGES, neuron);
        int among = others ? targets - 1 : targets;
        for (int i = 0; i < count; i++) {
            target[i] = neuron(below(among, word(key, i)), neuron);
        }
        return count;
    }

    /** Edges of a probability by their distances, which are geometric. */
    private int gaps(int neuron) {
        long key = key(PURPOSE_EDGES, neuron);
        int among = others ? targets - 1 : targets;
        int count = 0;
        long at = -1;
        for (int i = 0; ; i++) {
            double share = (Integer.toUnsignedLong(word(key, i)) + 0.5) * 0x1p-32;
            at += 1 + (edges.number() == 1 ? 0 : (long) (StrictMath.log(share) / logOfNone));
            if (at >= among) {
                return count;
            }
            reserve(count + 1);
            target[count++] = neuron((int) at, neuron);
        }
    }

    private int near(int neuron) {
        long key = key(PURPOSE_EDGES, neuron);
        double[] height = alongHeight[neuron / alongWidth.length];
        double[] width = alongWidth[neuron % alongWidth.length];
        int count = 0;
        reserve(targets);
        for (int y = 0; y < height.length; y++) {
            double bound = edges.number() * height[y] * 0x1p32;
            for (int x = 0; x < width.length; x++) {
                int to = y * width.length + x;
                if (Integer.toUnsignedLong(word(key, to)) < bound * width[x] && !(others && to == neuron)) {
                    target[count++] = to;
                }
            }
        }
        return count;
    }

    private double[][] factors(int from, int to) {
        double[][] factors = new double[from][to];
        for (int i = 0; i < from; i++) {
            double place = (i + 0.5) * to / from - 0.5;
            for (int j = 0; j < to; j++) {
                double away = Math.abs(place - j);
                double d = (edges.isPeriodic() ? Math.min(away, to - away) : away) / edges.cells();
                factors[i][j] = StrictMath.exp(-d * d / 2);
            }
        }
        return factors;
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

    private int[] degrees() {
        int[] counts = new int[sources];
        long key = key(PURPOSE_SOURCES, 0);
        for (long i = 0; i < (long) edges.number(); i++) {
            int word = (int)
                    CounterRandom.block((int) key, (int) (key >>> Integer.SIZE), (int) i, (int) (i >>> Integer.SIZE));
            counts[below(sources, word)]++;
        }
        return counts;
    }

    /** Draws the sources of each target twice: to count, and to sort. */
    private MemorySegment sorted() {
        int each = (int) edges.number();
        MemorySegment made = NativeMemory.ofAuto().allocate((long) each * targets * Integer.BYTES, Integer.BYTES);
        int among = others ? sources - 1 : sources;
        for (int to = 0; to < targets; to++) {
            long key = key(PURPOSE_EDGES, to);
            for (int i = 0; i < each; i++) {
                starts[1 + neuron(below(among, word(key, i)), to)]++;
            }
        }
        for (int i = 0; i < sources; i++) {
            starts[i + 1] += starts[i];
        }
        long[] next = starts.clone();
        for (int to = 0; to < targets; to++) {
            long key = key(PURPOSE_EDGES, to);
            for (int i = 0; i < each; i++) {
                int from = neuron(below(among, word(key, i)), to);
                made.setAtIndex(ValueLayout.JAVA_INT, next[from]++, to);
            }
        }
        return made;
    }
}
