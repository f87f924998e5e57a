package dev.spikelane.connection.kind;

import dev.spikelane.connection.Connection;
import dev.spikelane.connection.operator.Operator;
import dev.spikelane.connection.operator.ValueDescription;
import dev.spikelane.io.file.JsonValue;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.IntegerMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import dev.spikelane.simd.Rows;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The answers of all connections of a class to networks, files and fingerprints; {@link ConnectionKinds} lists kinds.
 *
 * @param <C> the class of the connections
 */
public abstract class ConnectionKind<C extends Connection> {

    static final String TYPE = "type";

    /** Of integers: the bits of one. */
    static final String BITS = "bits";

    private final Class<C> type;
    private final String name;

    private final Set<Trait> traits;

    /** A property that all connections of a kind have in common. */
    enum Trait {
        /** No file holds them. */
        UNSTORED,
        FLATTENS,
        FOLDS,
        INNER_ORDER,
        SUMS,
        VALUES
    }

    /** A kind that files call by a name. */
    ConnectionKind(Class<C> type, String name, Trait... traits) {
        this.type = type;
        this.name = name;
        this.traits = Set.of(traits);
    }

    /** Returns the class of the connections. */
    public final Class<C> type() {
        return type;
    }

    /** Returns the name in files. */
    public final String name() {
        return name;
    }

    /** Whether a file may hold such connections. */
    public boolean isStored() {
        return !traits.contains(Trait.UNSTORED);
    }

    /**
     * Says why no file may hold a connection.
     *
     * @param declared a connection
     * @param rows the shape of its source
     * @return what follows "which a file cannot hold", perhaps nothing; null if a file may hold it
     */
    public @Nullable String unstored(C declared, Shape rows) {
        return isStored() ? null : "";
    }

    /** Whether such a connection only brings rows from their inner order into torch's. */
    public boolean flattens() {
        return traits.contains(Trait.FLATTENS);
    }

    /**
     * Whether such a connection, right behind one that flattens, takes rows in their inner order, so that nothing need
     * be moved.
     */
    public boolean takesInnerOrder() {
        return traits.contains(Trait.INNER_ORDER);
    }

    /** Whether such a connection sums inputs, so that nothing is zero behind it. */
    public boolean sums() {
        return traits.contains(Trait.SUMS);
    }

    /** Whether such a connection is a factor and a term of each channel, for the weights before it to take. */
    public boolean folds() {
        return traits.contains(Trait.FOLDS);
    }

    /**
     * Returns how many outputs an input adds to.
     *
     * @param declared a connection
     * @param source the shape of its source
     * @return one number for all inputs, or one for each, in torch's order
     */
    public int[] reach(C declared, Shape source) {
        return new int[] {sums() ? declared.outputShape(source).size() : 1};
    }

    /**
     * Counts the weights other than 0.
     *
     * @param declared a connection that {@linkplain #sums sums}
     * @param source the shape of its source
     * @param present gives the values that a name has now
     * @return counts of all its weights
     */
    public Nonzeros nonzeros(C declared, Shape source, Function<String, FloatMatrix> present) {
        FloatMatrix weights = present.apply(ValueDescription.WEIGHT);
        return Nonzeros.of(weights, Rows.nonzeros(weights));
    }

    /** Whether such connections have values. */
    public boolean hasValues() {
        return traits.contains(Trait.VALUES);
    }

    /**
     * Gives a connection a bias, so that a batch norm or scale of an output, or of all positions of a channel, can
     * go into a row of its weights and into the bias.
     *
     * @param declared a connection
     * @return the same connection with a bias; null if its weights have no such rows
     */
    public @Nullable Connection withRows(C declared) {
        return null;
    }

    /**
     * Describes the values that a network reads and writes by name.
     *
     * @param declared a connection
     * @param rows the shape of its source
     * @return names, shapes, types and roles, in the order in which they are written; empty unless {@link #hasValues}
     */
    public List<ValueDescription> values(C declared, Shape rows) {
        return List.of();
    }

    /**
     * Returns the delays that the connection itself has, on top of that of its projection.
     *
     * @param declared a connection
     * @return steps, ascending, at least one
     */
    public int[] delays(C declared) {
        return new int[1];
    }

    /**
     * Returns the other options of a connection, as files say them: numbers that shapes and files depend on.
     *
     * @param declared a connection
     * @return integers, floats and doubles by name
     */
    public SequencedMap<String, Number> options(C declared) {
        return new LinkedHashMap<>();
    }

    /**
     * Lays a connection out behind a source.
     *
     * @param arena the arena that owns the operator's memory; shared if several threads are to use it
     * @param declared the connection
     * @param rows the shape whose inner order (y, x, channel) the source's rows have; of the right size. A connection
     *     that {@linkplain #takesInnerOrder takes this order} behind a flattened source is given the shape from before
     * @param spikeValue the value of a spike of the source: one value, or one for each input, in the order of the
     *     rows
     * @return an operator with weights of its own
     * @throws IllegalArgumentException if a size does not fit, or a weight times a spike's value is not finite
     */
    public abstract Operator bind(Arena arena, C declared, Shape rows, Parameter spikeValue);

    /**
     * Puts integers in place of weights that are large and read often.
     *
     * @param declared a connection
     * @param type INT8, INT16, INT4 or TERNARY
     * @param present gives the values that a name has now
     * @return a connection with integers nearest to them; the same connection where there is nothing to round
     * @throws IllegalArgumentException if it cannot have such weights
     */
    public Connection quantized(C declared, ElementType type, Function<String, FloatMatrix> present) {
        return declared;
    }

    /**
     * Puts given integers in place of weights.
     *
     * @param declared a connection
     * @param integers in torch's layout
     * @param present gives the values that a name has now
     * @return a connection with these integers; the same connection where it has no weights that can be such
     * @throws IllegalArgumentException if they do not fit
     */
    public Connection withIntegers(C declared, IntegerMatrix integers, Function<String, FloatMatrix> present) {
        return declared;
    }

    /**
     * Reads a connection.
     *
     * @param declared its name and options
     * @param values the values that a file has for it
     * @return the connection
     * @throws IOException if options or values are missing or do not fit each other
     */
    public abstract Connection read(JsonValue declared, StoredValues values) throws IOException;

    /** The integers of a file, which are of fewer bits than they take there where its options say so. */
    static IntegerMatrix integers(JsonValue declared, StoredValues values, int dimensions) throws IOException {
        IntegerMatrix stored = values.integers(ValueDescription.WEIGHT, dimensions);
        JsonValue bits = declared.members().get(BITS);
        for (ElementType type : List.of(ElementType.INT4, ElementType.TERNARY)) {
            if (bits != null && stored.type() == ElementType.INT8 && bits.integer(0, Long.SIZE) == type.bits()) {
                try {
                    return stored.withType(type);
                } catch (IllegalArgumentException misfit) {
                    throw bits.unexpected("as many as the tensor '" + values.tensor(ValueDescription.WEIGHT)
                            + "' needs; " + misfit.getMessage());
                }
            }
        }
        return stored;
    }

    /** Throws unless a file says these options, which follow from values, and nothing else. */
    static void requireOptions(JsonValue declared, Map<String, Number> expected, StoredValues values)
            throws IOException {
        for (Map.Entry<String, Number> each : expected.entrySet()) {
            JsonValue found = declared.member(each.getKey());
            if (found.integer(0, Integer.MAX_VALUE) != each.getValue().longValue()) {
                throw found.unexpected(each.getValue() + ", as many as the tensor '"
                        + values.tensor(ValueDescription.WEIGHT) + "' has");
            }
        }
        requireOptions(declared, expected.keySet());
    }

    /** Throws where a file says others than these options. */
    static void requireOptions(JsonValue declared, Set<String> names) throws IOException {
        Set<String> all = new LinkedHashSet<>(names);
        all.add(TYPE);
        declared.requireOnly(all);
    }

    /** The present weights, rounded. */
    static IntegerMatrix nearest(ElementType type, Function<String, FloatMatrix> present) {
        return IntegerMatrix.nearest(type, present.apply(ValueDescription.WEIGHT));
    }

    @Override
    public final String toString() {
        return name;
    }
}
