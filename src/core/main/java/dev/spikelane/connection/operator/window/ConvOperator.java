package dev.spikelane.connection.operator.window;

import dev.spikelane.connection.Convolution;
import dev.spikelane.connection.operator.InputGradient;
import dev.spikelane.connection.operator.Operator;
import dev.spikelane.connection.operator.OperatorValues;
import dev.spikelane.connection.operator.PackedOperator;
import dev.spikelane.connection.operator.Scratch;
import dev.spikelane.connection.operator.SpikeValues;
import dev.spikelane.connection.operator.ValueDescription;
import dev.spikelane.connection.operator.Values;
import dev.spikelane.connection.operator.WeightGradients;
import dev.spikelane.kernel.product.PackedGroups;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.spike.SpikeMatmul;
import dev.spikelane.kernel.product.window.WindowGradientShape;
import dev.spikelane.kernel.product.window.WindowTables;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.memory.limit.NativeMemory;
import dev.spikelane.simd.Tile;
import dev.spikelane.simd.Window;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A convolution whose weights are packed for products of unfolded rows, for each group separately. */
public final class ConvOperator extends UnfoldedOperator implements PackedOperator {

    private final String name;
    private final List<ValueDescription> described;

    /** {@code [outputs of a group x inputs of a window]} for each group, with its part of the bias. */
    private final PackedWeights[] weights;

    private final PackedGroups all;

    /** Spike values: one, or one for each input. */
    private float[] spikeValue = {1};
    /** Spike values of each group's windows. */
    private float[][] factors = {};
    /** Weights times the spike values, if these are not 1. */
    private @Nullable PackedWeights[] scaled;

    private PackedWeights[] ofSpikes;

    /**
     * Creates the operator of a convolution.
     *
     * @param described its weights, and its bias if it has one
     * @param source the shape of a row
     * @param spikeValue the value of a spike
     */
    public ConvOperator(
            Arena arena, Convolution declared, List<ValueDescription> described, Shape source, Parameter spikeValue) {
        super(arena, ConvolutionLayout.of(declared, source), WindowTables.MOST_BYTES);
        this.name = declared.toString();
        this.described = described;
        this.all = PackedGroups.zeros(arena, windows[0].size(), layout.outputs(), windows.length);
        this.weights = all.groups();
        this.scaled = new PackedWeights[weights.length];
        this.ofSpikes = weights;
        layout.write(declared.weights(), weights);
        layout.writeBias(declared.bias(), all);
        setSpikeValue(spikeValue.values());
    }

    private ConvOperator(Arena arena, ConvOperator other, PackedGroups weights, long mostBytes) {
        super(arena, other.layout, mostBytes);
        this.name = other.name;
        this.described = other.described;
        this.all = weights;
        this.weights = all.groups();
        this.scaled = new PackedWeights[this.weights.length];
        this.ofSpikes = this.weights;
        setSpikeValue(other.spikeValue);
    }

    @Override
    protected Operator withoutBias() {
        boolean biased = described.size() > 1;
        return biased ? new ConvOperator(NativeMemory.ofAuto(), this, all.withoutBias(), 0) : this;
    }

    @Override
    void multiply(int group, SpikeMatrix unfolded, int count, Tile current, Scratch scratch) {
        SpikeMatmul.multiply(unfolded, count, ofSpikes[group], current, scratch.spikes());
    }

    @Override
    PackedWeights[] ofValues() {
        return weights;
    }

    @Override
    double estimate(int count, long active) {
        return UNFOLD * unfolded(count)
                + weights.length
                        * SpikeMatmul.estimate(
                                unfolded(count),
                                windows[0].size(),
                                layout.outputs(),
                                unfolded(active) / weights.length);
    }

    @Override
    String variant(int count, long active) {
        return SpikeMatmul.variant(
                unfolded(count), windows[0].size(), layout.outputs(), unfolded(active) / weights.length);
    }

    @Override
    public List<Values> values() {
        List<Values> values = new ArrayList<>();
        values.add(new OperatorValues(described.getFirst(), this::readWeights, this::setWeights));
        if (described.size() > 1) {
            values.add(new OperatorValues(described.getLast(), this::readBias, this::setBias));
        }
        return values;
    }

    private void readWeights(FloatMatrix torch) {
        layout.read(weights, torch);
    }

    private void readBias(FloatMatrix into) {
        layout.readBias(all, into);
    }

    private void setWeights(FloatMatrix torch) {
        torch.requireFinite("weights");
        PackedWeights[] packed = new PackedWeights[weights.length];
        for (int group = 0; group < packed.length; group++) {
            packed[group] = PackedWeights.pack(NativeMemory.ofAuto(), layout.arranged(torch, group));
        }
        requireFinite(packed, spikeValue);
        for (int group = 0; group < packed.length; group++) {
            weights[group].packed().copyFrom(packed[group].packed());
        }
        update();
    }

    private void setBias(FloatMatrix torch) {
        layout.writeBias(torch, all);
        update();
    }

    private void requireFinite(PackedWeights[] of, float[] values) {
        for (int group = 0; group < of.length && !SpikeValues.areOnes(values); group++) {
            of[group].scaled(factors(values, group));
        }
    }

    /** Returns the spike value of each input of a window. */
    private float[] factors(float[] values, int group) {
        float[] factors = layout.factors(values, group);
        float[] each = new float[windows[group].size()];
        SpikeValues.copy(factors, each);
        return each;
    }

    @Override
    public PackedWeights[] synapses() {
        return weights.clone();
    }

    @Override
    public Window[] reach() {
        return windows.clone();
    }

    @Override
    public Values like(String of, PackedWeights[] groups) {
        ValueDescription declared =
                ValueDescription.buffer(of, described.getFirst().shape().toArray(Integer[]::new));
        return new OperatorValues(declared, into -> layout.read(groups, into), from -> layout.take(from, groups));
    }

    @Override
    public Operator copy(Arena arena) {
        ConvOperator copy = new ConvOperator(arena, this, all.copy(arena), WindowTables.MOST_BYTES);
        copy.takeNumbersOf(this);
        return copy;
    }

    @Override
    public void setSpikeValue(float[] values) {
        SpikeValues.require(values, inputs());
        requireFinite(weights, values);
        spikeValue = values.clone();
        factors = new float[weights.length][];
        for (int group = 0; group < factors.length; group++) {
            factors[group] = factors(values, group);
        }
        update();
    }

    @Override
    public void update() {
        for (PackedWeights group : weights) {
            for (int i = 0; i < group.outputs(); i++) {
                group.bias().set(0, i, group.bias(i) + 0.0f);
            }
        }
        if (SpikeValues.areOnes(spikeValue)) {
            ofSpikes = weights;
        } else {
            scale();
        }
        fast.fill(ofSpikes[0]);
    }

    private void scale() {
        for (int group = 0; group < weights.length; group++) {
            PackedWeights into = scaled[group];
            if (into == null) {
                into = PackedWeights.zeros(NativeMemory.ofAuto(), weights[group].inputs(), weights[group].outputs());
                scaled[group] = into;
            }
            into.scaleAgain(weights[group], factors[group]);
        }
        ofSpikes = scaled;
    }

    @Override
    public InputGradient inputGradient(Arena arena) {
        return new ConvInputGradient(arena, gradientShape(), all.packed());
    }

    @Override
    public WeightGradients weightGradients(Arena arena, int threads) {
        return new ConvWeightGradients(this, arena, threads);
    }

    WindowGradientShape gradientShape() {
        return new WindowGradientShape(windows[0], layout.outputs());
    }

    PackedGroups weights() {
        return all;
    }

    List<ValueDescription> described() {
        return described;
    }

    @SuppressWarnings("ReferenceEquality") // the same weights, or others
    float @Nullable [] factors(int group) {
        return ofSpikes == weights ? null : factors[group];
    }

    @Override
    public String toString() {
        return name;
    }
}
