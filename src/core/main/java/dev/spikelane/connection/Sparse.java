package dev.spikelane.connection;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.simd.Checks;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.function.Consumer;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Connects some pairs of neurons by synapses with a weight and a delay each: {@code current_j = sum of w_k} over the
 * synapses k to j whose source fired {@code d_k} steps before. Immutable; methods return changed copies, and throw an
 * {@link IllegalArgumentException} if a number is out of range, a list does not fit the edges, or a source does not
 * fit.
 *
 * <p>All projections into one port of a population whose path is a sparse connection alone form one sum, in the place
 * of the first one. Its order is: delays ascending (synapse and projection together), then projections in the order of
 * their sources (inputs, then populations) and of their declaration, then neurons, then synapses in the order of their
 * edges. A connection with delays stands alone in its path.
 *
 * <p>Edges, weights and delays are drawn from {@link dev.spikelane.random.CounterRandom}, so they are equal on any
 * machine and with any number of threads.
 */
@SuppressWarnings("exports") // annotations for checks at compile time
public final class Sparse implements Connection {

    static final int LONGEST_DELAY = 1 << 15;

    private static final int MOST_SET = Integer.MAX_VALUE - FloatMatrix.ROW_MULTIPLE;

    private static final String SEED = "seed";
    private static final String SEED_HIGH = "seed_high";
    private static final String QUANTUM = "quantum";
    private static final String TARGET = "target_";
    private static final String PROCEDURAL = "procedural";

    private final Options declared;
    /** The number of synapses from a source, cached because the count may take long. */
    private volatile @Nullable SynapseCount synapseCount;

    private volatile int @Nullable [] steps;

    private volatile @Nullable FanOut fanOut;

    private record SynapseCount(Shape source, long count) {}

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record FanOut(Shape source, int[] targets) {}

    /** The options, mutable while a changed copy is built. */
    private static final class Options {

        private Connectivity edges;
        private @Nullable Shape target;
        private Distribution weights = Distribution.constant(1);
        private Distribution delays = Distribution.constant(0);
        private long seed;
        private float quantum;
        private boolean procedural;
        private DoubleConsumer progress = _ -> {};

        Options(Connectivity edges) {
            this.edges = edges;
        }
    }

    private Sparse(Options declared) {
        this.declared = declared;
        requireLists(declared.weights, "weights");
        requireLists(declared.delays, "delays");
    }

    private Sparse with(Consumer<Options> change) {
        Options next = new Options(declared.edges);
        next.target = declared.target;
        next.weights = declared.weights;
        next.delays = declared.delays;
        next.seed = declared.seed;
        next.quantum = declared.quantum;
        next.procedural = declared.procedural;
        next.progress = declared.progress;
        change.accept(next);
        return new Sparse(next);
    }

    private void requireLists(Distribution numbers, String name) {
        if (numbers.isList()
                && numbers.listed().length > 0
                && (!isListed() || declared.edges.listed() != numbers.listed().length)) {
            throw new IllegalArgumentException(name + " are a list of " + numbers.listed().length
                    + ", expected as many listed edges, found " + declared.edges);
        }
    }

    /**
     * {@return a connection with weights of 1 and no delay, to a target of the source's shape}
     *
     * @param edges the connected pairs of neurons
     */
    public static Sparse of(Connectivity edges) {
        return new Sparse(new Options(Objects.requireNonNull(edges, "edges")));
    }

    /**
     * Reads synapses and their weights from a matrix {@code [sources x targets]} that {@code scipy.sparse.save_npz}
     * wrote in the format CSR, CSC or COO: row i has the synapses of neuron i, as in Brian's and NEST's pairs (source,
     * target). Each entry of the file is a synapse, also a zero, in the order of the file; float64 is rounded.
     *
     * @param file the file
     * @return a connection without delays, with a target for each column
     * @throws IOException if the file cannot be read, or holds no such matrix; the message starts with the file's name
     */
    public static Sparse readSourceRows(Path file) throws IOException {
        return SciPyMatrix.read(file, true);
    }

    /**
     * Reads synapses and their weights from a matrix {@code [targets x sources]}, the layout of torch and
     * {@link Dense}, as {@link #readSourceRows} does.
     *
     * @param file the file
     * @return a connection without delays, with a target for each row
     * @throws IOException as {@link #readSourceRows} does
     */
    public static Sparse readTargetRows(Path file) throws IOException {
        return SciPyMatrix.read(file, false);
    }

    /**
     * Creates a connection from the options of a file.
     *
     * @param options the result of {@link #options}
     * @return the connection, without lists
     * @throws IllegalArgumentException if an option is missing or does not fit
     */
    public static Sparse of(Map<String, Double> options) {
        Map<String, Double> left = new LinkedHashMap<>(Objects.requireNonNull(options, "options"));
        Sparse made = of(Connectivity.read(left))
                .weights(Distribution.read("weight", left))
                .delays(Distribution.read("delay", left))
                .seed((long) Distribution.take(left, SEED) | (long) Distribution.take(left, SEED_HIGH) << Integer.SIZE);
        double quantum = Distribution.take(left, QUANTUM);
        made = quantum == 0 ? made : made.fixedPoint(quantum);
        made = Distribution.take(left, PROCEDURAL) == 1 ? made.procedural() : made;
        int[] sizes = new int[0];
        while (left.containsKey(TARGET + sizes.length)) {
            sizes = Arrays.copyOf(sizes, sizes.length + 1);
            sizes[sizes.length - 1] = (int) Distribution.take(left, TARGET + (sizes.length - 1));
        }
        if (!left.isEmpty()) {
            throw new IllegalArgumentException("options have " + left.keySet() + ", expected no others");
        }
        return switch (sizes.length) {
            case 0 -> made;
            case 1 -> made.to(sizes[0]);
            case 2 -> made.to(Shape.of(sizes[0], sizes[1]));
            default -> made.to(Shape.of(sizes[0], sizes[1], sizes[2]));
        };
    }

    /**
     * Puts lists in place of those that files do not say as options.
     *
     * @param listed the edges
     * @param listedWeights the weight of each edge, for a connection whose weights are a list
     * @param listedDelays the delay of each edge, for one whose delays are a list
     * @return the same connection with lists
     * @throws IllegalArgumentException if a list does not fit
     */
    public Sparse with(Connectivity listed, float[] listedWeights, float[] listedDelays) {
        Objects.requireNonNull(listed, "listed");
        Objects.requireNonNull(listedWeights, "listedWeights");
        Objects.requireNonNull(listedDelays, "listedDelays");
        return with(next -> {
            next.edges = listed;
            boolean none = listed.listed() == 0;
            next.weights = none || declared.weights.isConstant() ? declared.weights : Distribution.list(listedWeights);
            next.delays = none || declared.delays.isConstant() ? declared.delays : Distribution.list(listedDelays);
        });
    }

    /** {@return true if edges are listed, not drawn} */
    public boolean isListed() {
        return declared.edges.rule() == Connectivity.Rule.LISTED;
    }

    /**
     * {@return this connection with another target shape}
     *
     * @param shape the shape
     */
    public Sparse to(Shape shape) {
        Objects.requireNonNull(shape, "shape");
        return with(next -> next.target = shape);
    }

    /**
     * Sets the target's size.
     *
     * @param neurons how many, at least 1
     * @return the same connection to so many neurons
     * @throws IllegalArgumentException if it is below 1
     */
    public Sparse to(int neurons) {
        return to(Shape.of(neurons));
    }

    /**
     * Sets the weights. A constant is one weight of all synapses, which is not learned; other weights are.
     *
     * @param numbers the weights
     * @return the same connection with these weights
     * @throws IllegalArgumentException if they are a list that does not fit the edges
     */
    public Sparse weights(Distribution numbers) {
        Distribution finite = Objects.requireNonNull(numbers, "numbers").requireFinite();
        return with(next -> next.weights = finite);
    }

    /**
     * Sets the weight of all synapses. It is stored once, unless the projection has a rule, which needs one for each.
     *
     * @param weight the weight, finite
     * @return the same connection with this weight
     * @throws IllegalArgumentException if it is NaN or infinite
     */
    public Sparse weights(double weight) {
        return weights(Distribution.constant(weight));
    }

    /**
     * Returns a connection with a stored weight for each synapse, which can be learned. Projections with a plasticity
     * rule call it.
     *
     * @return this connection if its synapses have separate weights; else one whose weights all start at
     *     {@link #weight}
     */
    public Sparse withOwnWeights() {
        return declared.weights.isConstant() && !isProcedural()
                ? weights(Distribution.uniform(weight(), weight()))
                : this;
    }

    /**
     * Sets the delays, in steps from 0 to 32,768. The delay of the projection is added to them.
     *
     * @param numbers the delays, rounded to whole steps
     * @return the same connection with these delays
     * @throws IllegalArgumentException if a delay is out of range, or a list of delays does not fit the edges
     */
    public Sparse delays(Distribution numbers) {
        Objects.requireNonNull(numbers, "numbers").delays(); // checks the range
        return with(next -> next.delays = numbers);
    }

    /**
     * Sets the delay of all synapses, in steps.
     *
     * @param steps the delay, from 0 to 32,768
     * @return the same connection with this delay
     * @throws IllegalArgumentException if it is out of range
     */
    public Sparse delays(int steps) {
        return delays(Distribution.constant(steps));
    }

    /**
     * {@return this connection with another seed of edges, weights and delays} Each connection of a network needs its
     * own seed.
     *
     * @param number the seed; 0 by default
     */
    public Sparse seed(long number) {
        return with(next -> next.seed = number);
    }

    /**
     * Sums whole quanta in place of floats: weights are rounded to the nearest multiple of a quantum, summed as
     * integers of 32 bits, in any order, and become floats once. All sparse connections into one port have the same
     * quantum.
     *
     * @param quantum the quantum, above 0
     * @return the same connection in fixed point
     * @throws IllegalArgumentException if the quantum is no finite float above 0
     */
    public Sparse fixedPoint(double quantum) {
        float rounded = (float) quantum;
        Checks.require(rounded > 0 && !Float.isInfinite(rounded), "quantum", quantum, "a finite float above 0");
        return with(next -> next.quantum = rounded);
    }

    /**
     * Draws the synapses whenever a spike arrives, with the bits that stored synapses have, and stores none.
     *
     * @return a connection
     * @throws IllegalStateException if edges are listed, or have a number to each target, since these cannot be drawn
     *     by source
     */
    public Sparse procedural() {
        if (isListed() || declared.edges.rule() == Connectivity.Rule.IN_DEGREE) {
            throw new IllegalStateException(
                    this + " cannot be drawn source by source, expected another rule for procedural synapses");
        }
        return with(next -> next.procedural = true);
    }

    /**
     * Reports the progress of the synapses' layout, which takes seconds for hundreds of millions.
     *
     * @param listener receives the finished share, from 0 to 1, on any thread
     * @return a connection
     */
    public Sparse onProgress(DoubleConsumer listener) {
        Objects.requireNonNull(listener, "listener");
        return with(next -> next.progress = listener);
    }

    /** {@return the listener that receives the layout's progress} */
    public DoubleConsumer progress() {
        return declared.progress;
    }

    /** {@return the connected pairs of neurons} */
    public Connectivity edges() {
        return declared.edges;
    }

    /** {@return the quantum of fixed point; 0 for floats} */
    public float quantum() {
        return declared.quantum;
    }

    /** {@return true if synapses are drawn when a spike arrives} */
    public boolean isProcedural() {
        return declared.procedural;
    }

    /** {@return the delays that synapses may have, in steps, ascending} */
    public int[] delays() {
        int[] known = steps;
        if (known == null) {
            known = declared.delays.isConstant() || !isListed() ? distinct(declared.delays.delays()) : ofEdges();
            steps = known;
        }
        return known.clone();
    }

    /** Returns the drawn delays of listed edges. A file lists them, so a network read from it has no others. */
    private int[] ofEdges() {
        float[] table = declared.delays.delays();
        SynapseNumbers drawn =
                new SynapseNumbers(declared.edges, declared.delays, table, declared.seed, SynapseRows.DELAYS);
        float[] all = new float[Math.max(1, declared.edges.listed())];
        for (int source = 0; source < declared.edges.sources(); source++) {
            int first = declared.edges.start(source);
            int count = declared.edges.start(source + 1) - first;
            drawn.read(source, count);
            for (int i = 0; i < count; i++) {
                all[first + i] = drawn.get(i);
            }
        }
        return distinct(all);
    }

    private static int[] distinct(float... delays) {
        BitSet seen = new BitSet();
        for (float each : delays) {
            seen.set((int) each);
        }
        return seen.stream().toArray();
    }

    /** {@return the weight of all synapses; NaN if they have separate weights} */
    public float weight() {
        return declared.weights.isConstant() ? declared.weights.weights()[0] : Float.NaN;
    }

    /**
     * Returns an object that draws the synapses of one source at a time.
     *
     * @param source the shape of the source
     * @return the synapses, for one thread
     * @throws IllegalArgumentException if the source does not fit
     */
    public SynapseRows synapses(Shape source) {
        outputShape(Objects.requireNonNull(source, "source"));
        return new SynapseRows(this, source);
    }

    /**
     * Counts the synapses of weights of their own.
     *
     * @param source the shape of the source
     * @return how many, at least 1, as a matrix has no fewer
     * @throws IllegalArgumentException if there are more than a matrix has columns
     */
    public int count(Shape source) {
        Objects.requireNonNull(source, "source");
        SynapseCount known = synapseCount;
        if (known == null || !known.source.equals(source)) {
            SynapseRows rows = synapses(source);
            known = new SynapseCount(source, rows.expected() > 1.1 * MOST_SET ? (long) rows.expected() : rows.count());
            synapseCount = known;
        }
        if (known.count > MOST_SET) {
            throw new IllegalArgumentException(this + " has " + known.count
                    + " synapses with weights that can be set, expected at most " + MOST_SET
                    + "; fixed point or procedural synapses may be more");
        }
        return (int) Math.max(1, known.count);
    }

    /**
     * Returns the element of the network's weights that belongs to each synapse: elements are ordered by source, then
     * by delay, then by target. Listed synapses come in the order of their list, drawn ones as {@link #synapses} reads
     * them, source by source.
     *
     * @param source the shape of the source
     * @return for each synapse the column of its weight
     * @throws IllegalArgumentException if the source does not fit, or there are more synapses than {@link #count} takes
     */
    public int[] places(Shape source) {
        int[] places = new int[count(source)];
        SynapseRows rows = synapses(source);
        int first = 0;
        for (int from = 0; from < source.size(); from++) {
            rows.read(from);
            int at = first;
            for (int synapse : rows.order()) {
                int edge = first + synapse;
                places[isListed() ? declared.edges.place(edge) : edge] = at++;
            }
            first = at;
        }
        return Arrays.copyOf(places, first); // count() is at least 1
    }

    /**
     * Counts the synapses of each neuron of a source.
     *
     * @param source the shape of the source
     * @return a number for each neuron, in torch's order
     * @throws IllegalArgumentException if the source does not fit
     */
    public int[] fanOut(Shape source) {
        Objects.requireNonNull(source, "source");
        FanOut known = fanOut;
        if (known == null || !known.source.equals(source)) {
            SynapseRows rows = synapses(source);
            int[] targets = new int[source.size()];
            Arrays.setAll(targets, rows::read);
            known = new FanOut(source, targets);
            fanOut = known;
        }
        return known.targets.clone();
    }

    Distribution drawnWeights() {
        return declared.weights;
    }

    Distribution drawnDelays() {
        return declared.delays;
    }

    long seed() {
        return declared.seed;
    }

    @Override
    public Shape outputShape(Shape input) {
        int sources = Objects.requireNonNull(input, "input").size();
        Shape made = declared.target == null ? input : declared.target;
        declared.edges.require(sources, made.size());
        return made;
    }

    /** {@return the options of this connection by name, without its lists, as files hold them} */
    public SequencedMap<String, Number> options() {
        SequencedMap<String, Number> options = new LinkedHashMap<>();
        declared.edges.say(options);
        if (!isListed() || declared.weights.isConstant()) {
            declared.weights.say("weight", options);
        }
        if (!isListed() || declared.delays.isConstant()) {
            declared.delays.say("delay", options);
        }
        options.put(SEED, declared.seed & 0xffff_ffffL);
        options.put(SEED_HIGH, declared.seed >>> Integer.SIZE);
        options.put(QUANTUM, declared.quantum);
        options.put(PROCEDURAL, declared.procedural ? 1 : 0);
        List<Integer> sizes = declared.target == null ? List.of() : declared.target.sizes();
        for (int i = 0; i < sizes.size(); i++) {
            options.put(TARGET + i, sizes.get(i));
        }
        return options;
    }

    @Override
    public String toString() {
        return "sparse " + declared.edges;
    }
}
