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
 * Facts about all connections of a class, for networks, files and fingerprints; {@link ConnectionKinds} lists the
 * kinds. In methods, {@code rows} or {@code source} is the shape of the connection's source, and {@code present}
 * returns the present values of a name.
 *
 * @param <C> the class of the connections
 */
public abstract class ConnectionKind<C extends Connection> {

    static final String TYPE = "type";

    static final String BITS = "bits";

    private final Class<C> type;
    private final String name;

    private final Set<Trait> traits;

    /** A property of all connections of a kind. */
    enum Trait {
        UNSTORED,
        FLATTENS,
        FOLDS,
        INNER_ORDER,
        SUMS,
        VALUES
    }

    ConnectionKind(Class<C> type, String name, Trait... traits) {
        this.type = type;
        this.name = name;
        this.traits = Set.of(traits);
    }

    public final Class<C> type() {
        return type;
    }

    public final String name() {
        return name;
    }

    public boolean isStored() {
        return !traits.contains(Trait.UNSTORED);
    }

    /**
     * Returns the reason why no file may hold a connection.
     *
     * @return the text after "which a file cannot hold", which may be empty; null if a file may hold it
     */
    public @Nullable String unstored(C declared, Shape rows) {
        return isStored() ? null : "";
    }

    /** Returns true if such a connection only reorders rows from their inner order to torch's. */
    public boolean flattens() {
        return traits.contains(Trait.FLATTENS);
    }

    /** Returns true if such a connection, directly after a flattening one, takes rows in inner order without a copy. */
    public boolean takesInnerOrder() {
        return traits.contains(Trait.INNER_ORDER);
    }

    /** Returns true if such a connection sums inputs, so that its outputs count as nonzero. */
    public boolean sums() {
        return traits.contains(Trait.SUMS);
    }

    /**
     * Returns true if such a connection is a factor and a term of each channel, which can fold into the weights before
     * it.
     */
    public boolean folds() {
        return traits.contains(Trait.FOLDS);
    }

    /**
     * Returns the number of outputs that an input adds to.
     *
     * @return one number for all inputs, or one for each, in torch's order
     */
    public int[] reach(C declared, Shape source) {
        return new int[] {sums() ? declared.outputShape(source).size() : 1};
    }

    /** Counts the nonzero weights of a connection that {@linkplain #sums sums}. */
    public Nonzeros nonzeros(C declared, Shape source, Function<String, FloatMatrix> present) {
        FloatMatrix weights = present.apply(ValueDescription.WEIGHT);
        return Nonzeros.of(weights, Rows.nonzeros(weights));
    }

    public boolean hasValues() {
        return traits.contains(Trait.VALUES);
    }

    /**
     * Returns the connection with a bias for each output, or for all positions of a channel, into which a batch norm or
     * a scale can fold.
     *
     * @return the connection; null if its weights have no such rows
     */
    public @Nullable Connection withRows(C declared) {
        return null;
    }

    /**
     * Describes the values that a network reads and writes by name.
     *
     * @return names, shapes, types and roles, in the order in which they are written; empty unless {@link #hasValues}
     */
    public List<ValueDescription> values(C declared, Shape rows) {
        return List.of();
    }

    /**
     * Returns the delays of the connection, in addition to its projection's delay.
     *
     * @return steps, ascending, at least one
     */
    public int[] delays(C declared) {
        return new int[1];
    }

    /** Returns the other options of a connection in files: numbers that determine shapes and files. */
    public SequencedMap<String, Number> options(C declared) {
        return new LinkedHashMap<>();
    }

    /**
     * Creates the operator of a connection, with its own weights.
     *
     * @param arena the arena that owns the operator's memory; shared if several threads use it
     * @param rows the shape, of the right size, that defines the inner order (y, x, channel) of the source's rows. A
     *     connection that {@linkplain #takesInnerOrder takes this order} after a flattened source gets the shape before
     *     the flatten
     * @param spikeValue the value of a spike of the source: one, or one for each input, in the order of the rows
     * @throws IllegalArgumentException if a size differs, or a weight times a spike's value is not finite
     */
    public abstract Operator bind(Arena arena, C declared, Shape rows, Parameter spikeValue);

    /**
     * Replaces weights that are large and often read by the nearest integers.
     *
     * @param type INT8, INT16, INT4 or TERNARY
     * @return the new connection; {@code declared} if there is nothing to round
     * @throws IllegalArgumentException if it cannot have such weights
     */
    public Connection quantized(C declared, ElementType type, Function<String, FloatMatrix> present) {
        return declared;
    }

    /**
     * Replaces weights by given integers.
     *
     * @param integers the integers in torch's layout
     * @return the new connection; {@code declared} if its weights cannot be integers
     * @throws IllegalArgumentException if the shape differs
     */
    public Connection withIntegers(C declared, IntegerMatrix integers, Function<String, FloatMatrix> present) {
        return declared;
    }

    /**
     * Reads a connection.
     *
     * @param declared its name and options
     * @param values its values in the file
     * @throws IOException if options or values are missing or contradict each other
     */
    public abstract Connection read(JsonValue declared, StoredValues values) throws IOException;

    /** Reads integers; an option may say that they have fewer bits than in the file. */
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

    /** Throws unless a file has exactly the options that follow from its values. */
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

    static void requireOptions(JsonValue declared, Set<String> names) throws IOException {
        Set<String> all = new LinkedHashSet<>(names);
        all.add(TYPE);
        declared.requireOnly(all);
    }

    static IntegerMatrix nearest(ElementType type, Function<String, FloatMatrix> present) {
        return IntegerMatrix.nearest(type, present.apply(ValueDescription.WEIGHT));
    }

    @Override
    public final String toString() {
        return name;
    }
}
