package dev.spikelane.connection.operator.sparse;

import dev.spikelane.connection.Sparse;
import dev.spikelane.connection.operator.SpikeValues;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.simd.TorchLayout;
import java.lang.foreign.Arena;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The synapses of a projection with their present weights, which are laid out when somebody asks for them. */
final class SparseStore {

    private final Arena arena;
    private final Sparse said;
    private final Shape rows;
    private final float[] spikeValue;
    private @Nullable Synapses synapses;
    private @Nullable FloatMatrix weights;
    private volatile long version;

    SparseStore(Arena arena, Sparse said, Shape rows, float[] spikeValue) {
        this.arena = arena;
        this.said = said;
        this.rows = rows;
        this.spikeValue = new float[rows.size()];
        setSpikeValue(spikeValue);
    }

    SparseStore copy(Arena owner) {
        SparseStore copy = new SparseStore(owner, said, rows, spikeValue);
        if (weights != null) {
            copy.synapses = synapses;
            copy.weights = FloatMatrix.zeros(owner, 1, weights.columns());
            copy.weights.copyFrom(weights);
        }
        return copy;
    }

    Sparse said() {
        return said;
    }

    /** The shape of the source, whose rows have its inner order. */
    Shape rows() {
        return rows;
    }

    /** Where an input stands in torch's order. */
    int torch(int input) {
        return torch(rows, input);
    }

    static int torch(Shape shape, int inside) {
        return TorchLayout.differs(shape) ? TorchLayout.torch(shape, inside, shape.size()) : inside;
    }

    static int inside(Shape shape, int torch) {
        return TorchLayout.differs(shape) ? TorchLayout.placeInside(shape, torch) : torch;
    }

    int outputs() {
        return said.outputShape(rows).size();
    }

    /** The synapses, drawn now if they were not. */
    synchronized Synapses synapses() {
        Synapses known = synapses;
        if (known == null) {
            known = Synapses.of(arena, said, rows);
            synapses = known;
            weights = known.drawn();
            requireFinite(known.drawn(), spikeValue);
        }
        return known;
    }

    /** The synapses, if somebody has asked for them. */
    synchronized @Nullable Synapses known() {
        return synapses;
    }

    /** A number that grows with every change. */
    long version() {
        return version;
    }

    /** Takes notice of a change; the guard of the network lets one thread at a time change values. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    void changed() {
        version++;
    }

    /** The weights: one for all synapses, or one for each. */
    FloatMatrix weights() {
        synapses();
        return Objects.requireNonNull(weights);
    }

    void setWeights(FloatMatrix from) {
        from.requireFinite("values");
        requireFinite(from, spikeValue);
        weights().copyFrom(from);
        changed();
    }

    /** What a spike of a neuron carries, in the order of rows. */
    float spikeValue(int input) {
        return spikeValue[input];
    }

    void setSpikeValue(float[] values) {
        SpikeValues.require(values, spikeValue.length);
        if (said.quantum() > 0 && !SpikeValues.areOnes(values)) {
            throw new IllegalArgumentException(said + " sums whole quanta, expected spikes that carry 1");
        }
        if (weights != null) {
            requireFinite(weights, values);
        }
        SpikeValues.copy(values, spikeValue);
        changed();
    }

    private static void requireFinite(FloatMatrix weights, float[] values) {
        float most = 0;
        for (float value : values) {
            most = Math.max(most, Math.abs(value));
        }
        for (int i = 0; i < weights.columns(); i++) {
            if (!Float.isFinite(weights.get(0, i) * most)) {
                throw new IllegalArgumentException("weight " + weights.get(0, i) + " times what a spike carries, "
                        + most + ", is not finite, expected a finite number");
            }
        }
    }

    /** A weight in whole quanta. */
    int quanta(float weight) {
        double whole = Math.rint((double) weight / said.quantum());
        if (Math.abs(whole) > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("weight " + weight + " is " + whole + " quanta of " + said.quantum()
                    + ", expected at most " + Integer.MAX_VALUE);
        }
        return (int) whole;
    }
}
