package dev.spikelane.connection.operator.sparse;

import dev.spikelane.connection.Sparse;
import dev.spikelane.connection.operator.Cut;
import dev.spikelane.connection.operator.InputGradient;
import dev.spikelane.connection.operator.Operator;
import dev.spikelane.connection.operator.OperatorValues;
import dev.spikelane.connection.operator.PlasticOperator;
import dev.spikelane.connection.operator.Scratch;
import dev.spikelane.connection.operator.ValueDescription;
import dev.spikelane.connection.operator.Values;
import dev.spikelane.connection.operator.WeightGradients;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Tile;
import dev.spikelane.simd.ZeroInputs;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The synapses of a connection with one delay, applied to rows of the source. Several operators form a sum, delays
 * ascending: the first starts it at zero, and the last converts quanta to floats.
 *
 * @param part the index of its delay
 * @param begins true if this operator starts a sum at zero
 * @param shared gradients shared by all delays; null if each trainer owns them
 */
public record SparseOperator(
        SparseStore store,
        List<ValueDescription> described,
        int part,
        boolean begins,
        boolean ends,
        @Nullable SparseGradient shared)
        implements PlasticOperator<FloatMatrix> {

    public static final String DEGREE = "degree";

    public static final String TARGET = "target";

    public static final String DELAY = "delay";

    /** Creates an operator. Its weights have a name unless they are drawn and constant. */
    public static SparseOperator of(
            Arena arena, Sparse declared, Shape rows, List<ValueDescription> described, float[] spikeValue) {
        SparseStore store = new SparseStore(arena, declared, rows, spikeValue);
        return new SparseOperator(store, described, 0, true, true, null);
    }

    public Sparse declared() {
        return store.declared();
    }

    /** Returns true if another operator has these synapses, perhaps with another delay. */
    public boolean isPartWith(SparseOperator other) {
        return store.equals(other.store);
    }

    public int delay() {
        return store.steps()[part];
    }

    /** Returns an operator for each delay, with common learned values. */
    public SparseOperator[] slices() {
        SparseOperator[] slices = new SparseOperator[store.steps().length];
        SparseGradient all = new SparseGradient(store);
        for (int i = 0; i < slices.length; i++) {
            slices[i] = new SparseOperator(store, described, i, begins, ends, all);
        }
        return slices;
    }

    /** Returns this operator as a part of a sum. */
    public SparseOperator inSum(boolean first, boolean last) {
        return new SparseOperator(store, described, part, first, last, shared);
    }

    /** Returns true if its sum has other parts. */
    public boolean isPart() {
        return !begins || !ends;
    }

    @Override
    public int inputs() {
        return store.rows().size();
    }

    @Override
    public int outputs() {
        return store.made().size();
    }

    @Override
    public long work() {
        return store.synapses().count();
    }

    @Override
    public boolean takesTiles() {
        return false;
    }

    @Override
    public Cut cut(int rows, int threads) {
        return Cut.ROWS;
    }

    @Override
    public int fewestRows() {
        return 1;
    }

    @Override
    public void multiply(SpikeMatrix spikes, int rows, Tile current, Scratch scratch) {
        Synapses synapses = store.synapses();
        FloatMatrix weights = store.weights();
        for (int row = 0; row < rows; row++) {
            open(current, row);
            for (int input = spikes.next(row, 0); input >= 0; input = spikes.next(row, input + 1)) {
                add(synapses, weights, input, 1, store.spikeValue(input), current.matrix(), row);
            }
            close(current, row);
        }
    }

    /** Adds one fused product for each synapse of a nonzero value. */
    @Override
    public void multiply(FloatMatrix input, int rows, Tile current, Scratch scratch) {
        require(input, "");
        Synapses synapses = store.synapses();
        FloatMatrix weights = store.weights();
        for (int row = 0; row < rows; row++) {
            open(current, row);
            for (int i = 0; i < inputs(); i++) {
                if (input.get(row, i) != 0) {
                    add(synapses, weights, i, input.get(row, i), 1, current.matrix(), row);
                }
            }
            close(current, row);
        }
    }

    /** Adds a value times the weights of its input. A spike adds weights times its spike value, rounded once. */
    private void add(
            Synapses synapses, FloatMatrix weights, int input, float value, float carried, FloatMatrix into, int row) {
        int source = torch(input);
        long end = synapses.end(source, part);
        boolean own = weights.columns() > 1;
        boolean whole = declared().quantum() > 0;
        for (long i = synapses.first(source, part); i < end; i++) {
            int target = synapses.target(i);
            float weight = weights.get(0, own ? (int) i : 0);
            if (whole) {
                long at = into.rowOffset(row) + (long) target * Integer.BYTES;
                int sum = into.segment().get(ValueLayout.JAVA_INT_UNALIGNED, at);
                into.segment().set(ValueLayout.JAVA_INT_UNALIGNED, at, sum + store.quanta(weight));
            } else {
                into.set(row, target, ZeroInputs.fma(value, weight * carried, into.get(row, target)));
            }
        }
    }

    /** Throws if values arrive at synapses with quanta. */
    public void require(Signal source, String projection) {
        if (declared().quantum() > 0 && source instanceof FloatMatrix) {
            throw new IllegalArgumentException((projection.isEmpty() ? "" : "projection '" + projection + "': ")
                    + declared() + " sums whole quanta, expected spikes, found values");
        }
    }

    /** Returns the place of an input in torch's order, the order of the synapses' sources. */
    public int torch(int input) {
        return SparseStore.torch(store.rows(), input);
    }

    private void open(Tile current, int row) {
        for (int i = 0; i < outputs() && begins; i++) {
            current.matrix().set(row, i, 0);
        }
    }

    private void close(Tile current, int row) {
        float quantum = declared().quantum();
        for (int i = 0; i < outputs() && ends && quantum > 0; i++) {
            current.matrix()
                    .set(row, i, Float.floatToRawIntBits(current.matrix().get(row, i)) * quantum);
        }
    }

    @Override
    public List<Values> values() {
        return described.stream().map(this::values).toList();
    }

    private Values values(ValueDescription each) {
        return switch (each.name()) {
            case DEGREE -> listed(each, (synapses, i) -> synapses.end(i, synapses.delays() - 1) - synapses.first(i, 0));
            case TARGET -> listed(each, (synapses, i) -> SparseStore.torch(store.made(), synapses.target(i)));
            case DELAY -> listed(each, (synapses, i) -> store.steps()[synapses.delayOf(i)]);
            default -> new OperatorValues(each, into -> into.copyFrom(store.weights()), store::setWeights);
        };
    }

    private interface OfEdge {
        float of(Synapses synapses, int i);
    }

    private Values listed(ValueDescription each, OfEdge of) {
        Consumer<FloatMatrix> read = into -> {
            Synapses synapses = store.synapses();
            int count = each.name().equals(DEGREE) ? synapses.sources() : (int) synapses.count();
            into.fill(0);
            for (int i = 0; i < count; i++) {
                into.set(0, i, of.of(synapses, i));
            }
        };
        return new OperatorValues(each, read, from -> {
            FloatMatrix now = FloatMatrix.zeros(1, from.columns());
            read.accept(now);
            if (now.segment().mismatch(from.segment()) >= 0) {
                throw new IllegalArgumentException(
                        "edges of " + declared() + " would change, expected those that it was declared with");
            }
        });
    }

    @Override
    public @Nullable String refusesRules() {
        return declared().isProcedural()
                ? ", which is procedural"
                : declared().quantum() > 0 ? ", which sums whole quanta" : null;
    }

    public Synapses placed() {
        return store.synapses();
    }

    @Override
    public FloatMatrix synapses() {
        return store.weights();
    }

    @Override
    public FloatMatrix zeros(Arena arena) {
        return FloatMatrix.zeros(arena, 1, synapses().columns());
    }

    @Override
    public void fill(FloatMatrix numbers, float value) {
        numbers.fill(value);
    }

    @Override
    public Values like(String name, FloatMatrix numbers) {
        return new OperatorValues(
                ValueDescription.buffer(name, numbers.columns()), into -> into.copyFrom(numbers), numbers::copyFrom);
    }

    @Override
    public Operator copy(Arena arena) {
        return new SparseOperator(store.copy(arena), described, part, begins, ends, null);
    }

    @Override
    public void update() {
        store.changed();
    }

    @Override
    public void setSpikeValue(float[] values) {
        store.setSpikeValue(values);
    }

    @Override
    public InputGradient inputGradient(Arena arena) {
        requireGradient();
        return this::pull;
    }

    private void pull(FloatMatrix gradients, int rows, Tile into) {
        Synapses synapses = store.synapses();
        FloatMatrix weights = store.weights();
        boolean own = weights.columns() > 1;
        for (int row = 0; row < rows; row++) {
            for (int i = into.firstColumn(); i < into.endColumn(); i++) {
                float sum = 0;
                long end = synapses.end(torch(i), part);
                for (long at = synapses.first(torch(i), part); at < end; at++) {
                    sum = ZeroInputs.fma(
                            gradients.get(row, synapses.target(at)), weights.get(0, own ? (int) at : 0), sum);
                }
                into.matrix().set(row, i - into.origin(), sum);
            }
        }
    }

    @Override
    public @Nullable WeightGradients weightGradients(Arena arena, int threads) {
        requireGradient();
        return described.isEmpty() || described.getFirst().role() != ValueDescription.Role.WEIGHT
                ? null
                : (shared == null ? new SparseGradient(store) : shared).of(arena, described.getFirst(), part);
    }

    private void requireGradient() {
        if (declared().quantum() > 0 || declared().isProcedural()) {
            throw new UnsupportedOperationException(this + " has no gradient, expected stored weights of float32");
        }
    }

    @Override
    public String toString() {
        return declared() + " " + inputs() + " -> " + outputs();
    }
}
