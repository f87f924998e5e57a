package dev.spikelane.connection.operator;

import dev.spikelane.connection.IntegerDense;
import dev.spikelane.kernel.base.Tile;
import dev.spikelane.kernel.base.TorchLayout;
import dev.spikelane.kernel.product.DenseMatmul;
import dev.spikelane.kernel.product.IntegerMatmul;
import dev.spikelane.kernel.product.PackedIntegers;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.IntegerMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.memory.limit.NativeMemory;
import java.lang.foreign.Arena;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A dense connection whose weights are integers, packed for the kernels. */
public final class IntegerDenseOperator implements Operator {

    /** Scales, weights, bias. */
    private final List<ValueDescription> described;

    private final Shape rows;
    private final PackedIntegers weights;
    private Parameter spikeValue = Parameter.of(1);
    /** The weights, or the weights times what a spike carries. */
    private PackedIntegers ofSpikes;
    /** The weights as floats, once values have come. */
    private volatile @Nullable PackedWeights widened;

    public IntegerDenseOperator(
            Arena arena, IntegerDense said, List<ValueDescription> described, Shape rows, Parameter spikeValue) {
        this.described = described;
        this.rows = rows;
        this.weights = PackedIntegers.pack(arena, arranged(said.weights()), said.bias());
        this.ofSpikes = weights;
        setSpikeValue(spikeValue.values());
    }

    private IntegerDenseOperator(Arena arena, IntegerDenseOperator other) {
        this.described = other.described;
        this.rows = other.rows;
        this.weights = other.weights.copy(arena);
        this.ofSpikes = weights;
        setSpikeValue(other.spikeValue.values());
    }

    /** The weights with the columns in the order of the rows. */
    private IntegerMatrix arranged(IntegerMatrix torch) {
        return TorchLayout.differs(rows) ? torch.gatherColumns(TorchLayout.placesInTorch(rows)) : torch;
    }

    /** The weights in torch's layout. */
    IntegerMatrix read() {
        IntegerMatrix own = weights.read();
        return TorchLayout.differs(rows) ? own.gatherColumns(TorchLayout.placesInside(rows)) : own;
    }

    @Override
    public int inputs() {
        return weights.pre();
    }

    @Override
    public int outputs() {
        return weights.post();
    }

    @Override
    public void reserve(Scratch scratch) {
        scratch.spikes();
    }

    @Override
    public void multiply(SpikeMatrix spikes, int count, Tile current, Scratch scratch) {
        IntegerMatmul.multiply(spikes, count, ofSpikes, current, scratch.spikes());
    }

    @Override
    public void multiply(FloatMatrix input, int count, Tile current, Scratch scratch) {
        DenseMatmul.multiply(input, count, widened(), current);
    }

    private PackedWeights widened() {
        PackedWeights known = widened;
        return known == null ? widen() : known;
    }

    private synchronized PackedWeights widen() {
        PackedWeights known = widened;
        if (known == null) {
            known = PackedWeights.pack(NativeMemory.ofAuto(), weights.read().widened(), bias());
            widened = known;
        }
        return known;
    }

    private FloatMatrix bias() {
        FloatMatrix bias = FloatMatrix.zeros(1, outputs());
        weights.readBias(bias);
        return bias;
    }

    @Override
    public int rowsAtATime(int count, long active) {
        return IntegerMatmul.rowsAtATime(count);
    }

    @Override
    public String kernel(int count, long active) {
        return IntegerMatmul.variant(weights.type(), count, inputs(), active);
    }

    @Override
    public String kernel(int count) {
        return DenseMatmul.variant();
    }

    @Override
    public List<Values> values() {
        return List.of(
                new OperatorValues(
                        described.get(0),
                        into -> into.copyFrom(weights.readScales()),
                        from -> write(read().withScales(from.toArray()))),
                new IntegerValues(this, described.get(1)),
                new OperatorValues(described.get(2), weights::readBias, this::writeBias));
    }

    @Override
    public Operator copy(Arena arena) {
        return new IntegerDenseOperator(arena, this);
    }

    @Override
    public WeightGradients weightGradients(Arena arena, int threads) {
        throw new UnsupportedOperationException(
                this + " has no gradient, because integers change in steps; train a Dense and round it");
    }

    @Override
    public void setSpikeValue(float[] values) {
        SpikeValues.require(values, inputs());
        Parameter value = Parameter.of(values);
        requireOneValue(value);
        requireScales(weights.readScales(), value);
        spikeValue = value;
        ofSpikes = value.isAlways(1) ? weights : weights.times(value.value(0));
    }

    private void requireOneValue(Parameter value) {
        if (!value.isAlways(value.value(0))) {
            throw new IllegalArgumentException(this
                    + " sums integers, so that all spikes must carry the same value, found " + value
                    + "; use Dense where each neuron's spikes carry their own");
        }
    }

    /** Throws unless scales times what a spike carries give finite weights. */
    private void requireScales(float[] scales, Parameter value) {
        int least = -(weights.type().greatest() + 1);
        for (float scale : scales) {
            if (!Float.isFinite(scale * value.value(0) * least)) {
                throw new IllegalArgumentException(
                        this + " has the scale " + scale + ", which times what a spike carries, " + value.value(0)
                                + ", and " + least + " is not finite, expected a smaller one");
            }
        }
    }

    float[] readScales() {
        return weights.readScales();
    }

    /** Puts weights in, or leaves all as it was. */
    void write(IntegerMatrix torch) {
        requireScales(torch.scales(), spikeValue);
        set(torch.columns() == inputs() ? arranged(torch) : torch, bias());
    }

    private void writeBias(FloatMatrix bias) {
        set(weights.read(), bias);
    }

    private void set(IntegerMatrix newWeights, FloatMatrix newBias) {
        weights.set(newWeights, newBias);
        widened = null;
        setSpikeValue(spikeValue.values());
    }

    @Override
    public String toString() {
        return "dense " + weights.type() + " " + inputs() + " -> " + outputs();
    }
}
