package dev.spikelane.connection.operator;

import dev.spikelane.connection.Dense;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.dense.DenseMatmul;
import dev.spikelane.kernel.product.gradient.NarrowMatmul;
import dev.spikelane.kernel.product.gradient.PreparedFrame;
import dev.spikelane.kernel.product.integer.IntegerMatmul;
import dev.spikelane.kernel.product.integer.PackedIntegers;
import dev.spikelane.kernel.product.integer.RoundedWeights;
import dev.spikelane.kernel.product.integer.ScaleRule;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.IntegerMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.memory.limit.NativeMemory;
import dev.spikelane.simd.Tile;
import dev.spikelane.simd.TorchLayout;
import java.lang.foreign.Arena;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A dense connection with integer weights, packed for the kernels. */
public final class IntegerDenseOperator implements IntegerOperator {

    private final List<ValueDescription> described;

    private final Shape rows;
    private final PackedIntegers weights;
    private Parameter spikeValue = Parameter.of(1);
    private PackedIntegers ofSpikes;
    /** Weights as floats, for sources of values. */
    private volatile @Nullable PackedWeights widened;

    private @Nullable RoundedFloats floats;

    public IntegerDenseOperator(
            Arena arena, Dense.Integers declared, List<ValueDescription> described, Shape rows, Parameter spikeValue) {
        this.described = described;
        this.rows = rows;
        this.weights = PackedIntegers.pack(arena, arranged(declared.weights()), declared.bias());
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

    private IntegerMatrix arranged(IntegerMatrix torch) {
        return TorchLayout.differs(rows) ? torch.gatherColumns(TorchLayout.placesInTorch(rows)) : torch;
    }

    IntegerMatrix read() {
        IntegerMatrix own = weights.read();
        return TorchLayout.differs(rows) ? own.gatherColumns(TorchLayout.placesInside(rows)) : own;
    }

    @Override
    public int inputs() {
        return weights.inputs();
    }

    @Override
    public int outputs() {
        return weights.outputs();
    }

    @Override
    public void reserve(Scratch scratch) {
        scratch.spikes();
        if (addsFloats(scratch)) {
            scratch.narrow();
        }
    }

    /** Returns true if integers of few outputs are added as floats, which is exact, over many rows, as in training. */
    private boolean addsFloats(Scratch scratch) {
        return floats != null
                && scratch.manyRows()
                && NarrowMatmul.fits(outputs())
                && (long) inputs() * -weights.type().least() <= 1 << 24;
    }

    @Override
    public void multiply(SpikeMatrix spikes, int count, Tile current, Scratch scratch) {
        RoundedFloats from = floats;
        if (from != null && addsFloats(scratch)) {
            scratch.narrow().multiply(spikes, count, from.rounding().items(), current);
            IntegerMatmul.finish(ofSpikes, current, count);
        } else {
            IntegerMatmul.multiply(spikes, count, ofSpikes, current, scratch.spikes());
        }
    }

    @Override
    public void multiply(FloatMatrix input, int count, Tile current, Scratch scratch) {
        DenseMatmul.multiply(input, count, widened(), current);
    }

    @Override
    public boolean prepareFrame(FloatMatrix frame, long version, PreparedFrame prepared) {
        return prepared.take(frame, version);
    }

    @Override
    public void multiplyFrame(PreparedFrame prepared, Tile current, int thread) {
        prepared.multiply(widened(), current, thread);
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
        return floats != null && NarrowMatmul.fits(outputs()) ? count : IntegerMatmul.rowsAtATime(count);
    }

    @Override
    public String kernel(int count, long active) {
        return IntegerMatmul.variant(weights.type(), count, inputs(), outputs(), active);
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
                new IntegerValues(described.get(1), this::read, this::write),
                new OperatorValues(described.get(2), weights::readBias, this::writeBias));
    }

    @Override
    public Operator copy(Arena arena) {
        return new IntegerDenseOperator(arena, this);
    }

    @Override
    public ElementType type() {
        return weights.type();
    }

    @Override
    public void follow(PackedOperator other, ScaleRule rule) {
        PackedOperator widens = (PackedOperator) other.copy(NativeMemory.ofAuto());
        PackedIntegers[] own = {weights};
        RoundedWeights rounding =
                new RoundedWeights(other.synapses(), own, widens.synapses(), rule, NarrowMatmul.fits(outputs()));
        floats = new RoundedFloats(other, widens, rounding);
        widened = widens.synapses()[0];
    }

    @Override
    public @Nullable RoundedFloats floats() {
        return floats;
    }

    @Override
    public void setSpikeValue(float[] values) {
        SpikeValues.require(values, inputs());
        Parameter value = Parameter.of(values);
        SpikeValues.requireOne(values, this);
        SpikeValues.requireScales(weights.readScales(), weights.type(), values[0], this);
        spikeValue = value;
        ofSpikes = value.isAlways(1) ? weights : weights.times(value.value(0));
    }

    /** Sets the weights; if this throws, nothing has changed. */
    void write(IntegerMatrix torch) {
        SpikeValues.requireScales(torch.scales(), torch.type(), spikeValue.value(0), this);
        set(torch.columns() == inputs() ? arranged(torch) : torch, bias());
    }

    private void writeBias(FloatMatrix bias) {
        weights.setBias(bias);
        widened = null;
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
