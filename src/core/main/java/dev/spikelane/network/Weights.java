package dev.spikelane.network;

import dev.spikelane.connection.operator.Values;
import dev.spikelane.description.Fingerprint;
import dev.spikelane.engine.ValuesChange;
import dev.spikelane.engine.thread.ValueGuard;
import dev.spikelane.io.file.FileText;
import dev.spikelane.io.file.JsonValue;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.IntegerMatrix;
import dev.spikelane.memory.limit.NativeMemory;
import dev.spikelane.simd.Checks;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The values of a network by name: weights and biases of its projections ({@code fc1.weight}, {@code fc1.bias}) and
 * parameters of its neurons ({@code lif1.beta}), each as a matrix in torch's layout. They change only through
 * {@link #replace} and {@link #replaceAll}, between steps. While a simulation runs these methods throw an
 * {@link IllegalStateException}; through {@link #waiting} they wait. A reader during a change sees one version:
 * {@link #get}, {@link #hash}, {@link Network#quantized}, model files and new simulations use the values before the
 * change or after it. Two calls of {@link #get} may see different versions.
 *
 * <p>Methods with a name throw an {@link IllegalArgumentException} if it is not one of {@link #names}. A change that
 * throws changes nothing.
 */
public final class Weights {

    /** Values hashed at a time: a row may hold all synapses of a network. */
    private static final int SOME = 16_384;

    private final Map<String, Values> values;
    private final ValueGuard guard;
    /** The longest wait of a change; null for none. */
    private final @Nullable Duration most;

    private volatile @Nullable KnownHash known;

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record KnownHash(long version, byte[] hash) {}

    /** Creates a view of values; the guard runs changes while no thread computes with them. */
    Weights(Map<String, Values> values, ValueGuard guard) {
        this(new LinkedHashMap<>(values), guard, null);
    }

    private Weights(Map<String, Values> values, ValueGuard guard, @Nullable Duration most) {
        this.values = values;
        this.guard = guard;
        this.most = most;
    }

    /**
     * Returns a view of these values whose changes wait until no simulation or classifier is in a call. Calls that
     * begin meanwhile wait until the change is done, and the next change waits for them, so a service that is never
     * idle can change its weights. A change takes as long as the longest call under way.
     *
     * @param most the longest wait of a change. After that it throws an {@link IllegalStateException}. It throws at
     *     once if its thread is interrupted or in a call of a simulation of this network
     * @return the values of this network
     * @throws IllegalArgumentException if the time is negative
     */
    public Weights waiting(Duration most) {
        Checks.require(!most.isNegative(), "most", most, "0 or more");
        return new Weights(values, guard, most);
    }

    /** {@return the names, in the order in which projections and populations were declared} */
    public List<String> names() {
        return List.copyOf(values.keySet());
    }

    /**
     * Copies values out.
     *
     * @param name one of {@link #names}
     * @return a matrix of its own, torch's first dimension by all others: {@code [outputs x inputs]} for weights of a
     *     dense connection, {@code [1 x n]} for a bias or a parameter
     * @throws IllegalArgumentException if there is no such name
     */
    public FloatMatrix get(String name) {
        Values found = find(name);
        return read(() -> copy(NativeMemory.ofAuto(), found));
    }

    /**
     * Returns torch's dimensions of values.
     *
     * @param name one of {@link #names}
     * @return {@code [outputs, inputs]} for weights of a dense connection, {@code [n]} for a bias or a parameter of
     *     each neuron, {@code []} for a parameter that is one number
     * @throws IllegalArgumentException if there is no such name
     */
    public List<Integer> shape(String name) {
        return find(name).description().shape();
    }

    /**
     * Returns the type of the elements.
     *
     * @param name one of {@link #names}
     * @return FLOAT32; INT8, INT16, INT4 or TERNARY for the weights of
     *     {@link dev.spikelane.connection.Dense.Integers}, which
     *     {@link #get} widens to {@code scale * integer}, rounded once; INT64 for a {@link #count}
     * @throws IllegalArgumentException if there is no such name
     */
    public ElementType type(String name) {
        return find(name).type();
    }

    /**
     * Copies integers and their scales out. The scales are also values of their own, {@code fc1.weight_scale}.
     *
     * @param name one of {@link #names} whose {@link #type} is INT8, INT16, INT4 or TERNARY
     * @return {@code [outputs x inputs]}
     * @throws IllegalArgumentException if there is no such name
     * @throws IllegalStateException if the elements are floats
     */
    public IntegerMatrix integers(String name) {
        return read(find(name)::integers);
    }

    /**
     * Copies integers and their scales in.
     *
     * @param name one of {@link #names} whose {@link #type} is INT8, INT16, INT4 or TERNARY
     * @param from of the same type and shape, with as many scales
     * @throws IllegalArgumentException if there is no such name, or the integers do not fit; nothing changes then
     * @throws IllegalStateException if the elements are floats, or a simulation is running
     */
    public void replace(String name, IntegerMatrix from) {
        Values found = find(name);
        change(() -> found.write(from));
    }

    /**
     * Returns a whole number that is counted, such as the batches that a {@link dev.spikelane.connection.BatchNorm} has
     * seen; {@link #get} rounds it to float32.
     *
     * @param name one of {@link #names} whose {@link #type} is INT64
     * @return the number
     * @throws IllegalArgumentException if there is no such name
     * @throws IllegalStateException if the elements are others
     */
    public long count(String name) {
        return read(find(name)::count);
    }

    /**
     * Changes a whole number that is counted.
     *
     * @param name one of {@link #names} whose {@link #type} is INT64
     * @param count the number, 0 or more
     * @throws IllegalArgumentException if there is no such name, or the number is negative
     * @throws IllegalStateException if the elements are others, or a simulation is running
     */
    public void replace(String name, long count) {
        Values found = find(name);
        change(() -> found.write(count));
    }

    /**
     * Copies values in.
     *
     * @param name one of {@link #names}
     * @param from the elements in torch's order, as {@link #get} returns them, or as any other matrix whose columns are
     *     the product of the last of torch's {@linkplain #shape dimensions}: a bias {@code [n]} may be a row or a
     *     column. A parameter of neurons may have one value, or a row of one for each neuron; where elements are
     *     integers, each value must be one of them times the present scale
     * @throws IllegalArgumentException if there is no such name, the shape differs, or a value is not allowed; nothing
     *     changes then
     * @throws IllegalStateException if a simulation is running; calls that begin meanwhile wait
     */
    public void replace(String name, FloatMatrix from) {
        Values found = find(name);
        FloatMatrix matrix = found.description().matrix(from);
        change(() -> found.write(matrix));
    }

    /**
     * Copies several values in, or none: parameters of a population are judged together, so that an
     * {@link dev.spikelane.neuron.Alpha} may get another alpha and beta after any two.
     *
     * @param all by name, each as {@link #replace(String, FloatMatrix)} takes it
     * @throws IllegalArgumentException if there is no such name, a shape differs, or a value is not allowed; nothing
     *     changes then
     * @throws IllegalStateException if a simulation is running, or an arena is closed; nothing changes then
     */
    public void replaceAll(Map<String, FloatMatrix> all) {
        Map<Values, FloatMatrix> found = new LinkedHashMap<>();
        all.forEach((name, from) -> {
            Values each = find(name);
            found.put(each, each.description().matrix(Objects.requireNonNull(from, name)));
        });
        change(() -> ValuesChange.apply(found));
    }

    void change(Runnable change) {
        if (most == null) {
            guard.change(change);
        } else {
            guard.change(change, most);
        }
    }

    /** Reads several values of one version; the reader must not change any. */
    <T> T read(Supplier<T> reader) {
        return guard.read(reader);
    }

    /** {@return the first 64 bits of {@link #sha256}, computed once after a change} */
    public long hash() {
        return Fingerprint.value(known().hash);
    }

    /** {@return the SHA-256 of all names and values, a copy; all NaNs count as one value} */
    public byte[] sha256() {
        return known().hash.clone();
    }

    private KnownHash known() {
        KnownHash last = known;
        if (last == null || last.version != version()) {
            last = read(() -> new KnownHash(version(), computeHash()));
            known = last;
        }
        return last;
    }

    private byte[] computeHash() {
        Fingerprint fingerprint = new Fingerprint();
        values.forEach((name, each) -> {
            fingerprint.add(name);
            try (Arena arena = Arena.ofShared()) { // garbage collection would free copies of all weights too late
                add(copy(arena, each), fingerprint);
            }
        });
        return fingerprint.sha256();
    }

    private static void add(FloatMatrix matrix, Fingerprint fingerprint) {
        ByteBuffer some = ByteBuffer.allocate(Math.min(matrix.columns(), SOME) * Float.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < matrix.rows(); i++) {
            for (int j = 0; j < matrix.columns(); j++) {
                float value =
                        matrix.segment().get(ValueLayout.JAVA_FLOAT, matrix.rowOffset(i) + (long) j * Float.BYTES);
                some.putInt(Float.floatToIntBits(value)); // one NaN
                if (!some.hasRemaining() || j == matrix.columns() - 1) {
                    fingerprint.add(some.flip());
                    some.clear();
                }
            }
        }
    }

    private static FloatMatrix copy(Arena arena, Values values) {
        FloatMatrix copy = FloatMatrix.zeros(arena, values.rows(), values.columns());
        values.read(copy);
        return copy;
    }

    long version() {
        return guard.version();
    }

    private Values find(String name) {
        Values found = values.get(name);
        if (found == null) {
            throw new IllegalArgumentException("there are no values named " + JsonValue.quoted(name)
                    + ", expected one of " + FileText.shown(values.keySet()));
        }
        return found;
    }

    @Override
    public String toString() {
        return "Weights " + values.keySet();
    }
}
