package dev.spikelane.connection.operator.sparse;

import dev.spikelane.connection.Sparse;
import dev.spikelane.connection.operator.SpikeValues;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.simd.TorchLayout;
import java.lang.foreign.Arena;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The synapses of a projection with their present weights, laid out on demand. */
final class SparseStore {

    private final Arena arena;
    private final Sparse declared;
    private final Shape rows;
    private final Shape made;

    private final int[] steps;
    private final float[] spikeValue;
    private @Nullable Synapses synapses;
    /** One weight for all synapses, or one for each after the layout. */
    private @Nullable FloatMatrix weights;

    private volatile long version;

    SparseStore(Arena arena, Sparse declared, Shape rows, float[] spikeValue) {
        this.arena = arena;
        this.declared = declared;
        this.rows = rows;
        this.made = declared.outputShape(rows);
        this.steps = declared.delays();
        this.spikeValue = new float[rows.size()];
        if (!hasOwn()) {
            weights = FloatMatrix.zeros(arena, 1, 1);
            weights.set(0, 0, declared.weight());
        }
        setSpikeValue(spikeValue);
    }

    boolean hasOwn() {
        return Float.isNaN(declared.weight());
    }

    SparseStore copy(Arena owner) {
        SparseStore copy = new SparseStore(owner, declared, rows, spikeValue);
        if (weights != null) {
            FloatMatrix own = FloatMatrix.zeros(owner, 1, weights.columns());
            own.copyFrom(weights);
            copy.synapses = synapses;
            copy.weights = own;
        }
        return copy;
    }

    Sparse declared() {
        return declared;
    }

    /** Returns the shape of the source, whose rows are in inner order. */
    Shape rows() {
        return rows;
    }

    Shape made() {
        return made;
    }

    int[] steps() {
        return steps;
    }

    static int torch(Shape shape, int inside) {
        return TorchLayout.differs(shape) ? TorchLayout.torch(shape, inside, shape.size()) : inside;
    }

    static int inside(Shape shape, int torch) {
        return TorchLayout.differs(shape) ? TorchLayout.placeInside(shape, torch) : torch;
    }

    /** Returns the synapses; the first call draws them. */
    synchronized Synapses synapses() {
        Synapses known = synapses;
        if (known == null) {
            known = Synapses.of(arena, this);
            synapses = known;
            weights = hasOwn() ? known.drawn() : weights;
        }
        return known;
    }

    /** Returns the synapses if they are laid out, or null. */
    synchronized @Nullable Synapses known() {
        return synapses;
    }

    /** Returns a number that grows with every change. */
    long version() {
        return version;
    }

    /** Counts a change. The guard of the network lets one thread at a time change values. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    void changed() {
        version++;
    }

    FloatMatrix weights() {
        if (hasOwn()) {
            synapses();
        }
        return Objects.requireNonNull(weights);
    }

    /** Returns the weights that are known without a draw; null if there are none. */
    synchronized @Nullable FloatMatrix knownWeights() {
        return weights;
    }

    void setWeights(FloatMatrix from) {
        from.requireFinite("values");
        requireFinite(QuantaSum.most(from), spikeValue);
        weights().copyFrom(from);
        changed();
    }

    /** Returns the spike value of a neuron, in the order of rows. */
    float spikeValue(int input) {
        return spikeValue[input];
    }

    void setSpikeValue(float[] values) {
        SpikeValues.require(values, spikeValue.length);
        if (declared.quantum() > 0 && !SpikeValues.areOnes(values)) {
            throw new IllegalArgumentException(declared + " sums whole quanta, expected spikes that carry 1");
        }
        requireFinite(weights == null ? declared.synapses(rows).mostWeight() : QuantaSum.most(weights), values);
        SpikeValues.copy(values, spikeValue);
        changed();
    }

    private static void requireFinite(float weight, float... values) {
        float most = 0;
        for (float value : values) {
            most = Math.max(most, Math.abs(value));
        }
        if (!Float.isFinite(weight * most)) {
            throw new IllegalArgumentException("weight " + weight + " times what a spike carries, " + most
                    + ", is not finite, expected a finite number");
        }
    }

    /** Returns a weight in quanta. */
    int quanta(float weight) {
        double whole = Math.rint((double) weight / declared.quantum());
        if (Math.abs(whole) > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("weight " + weight + " is " + whole + " quanta of " + declared.quantum()
                    + ", expected at most " + Integer.MAX_VALUE);
        }
        return (int) whole;
    }
}
