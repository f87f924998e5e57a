package dev.spikelane.connection.operator;

import dev.spikelane.kernel.product.RowScale;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Tile;
import dev.spikelane.simd.TorchLayout;
import java.lang.foreign.Arena;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Multiplies each input by its own weight. After a product, it can work on the product's tile. */
public final class ElementwiseOperator implements Operator.OnTile {

    private final String name;
    private final Shape shape;
    private final FloatMatrix weights;
    private final FloatMatrix ofSpikes;

    /** Description of the weights; null if they are not values of the network. */
    private final @Nullable ValueDescription named;

    private final float[] spikeValue;
    private boolean passes;

    private ElementwiseOperator(
            String name, Shape shape, FloatMatrix weights, float[] spikeValue, @Nullable ValueDescription named) {
        this.name = name;
        this.shape = shape;
        this.weights = weights;
        this.named = named;
        this.ofSpikes = FloatMatrix.zeros(1, weights.columns());
        this.spikeValue = new float[weights.columns()];
        setSpikeValue(spikeValue);
    }

    /**
     * Creates an operator from values in torch's order, one or one for each input; a description makes them part of the
     * network.
     */
    public static ElementwiseOperator of(
            Arena arena,
            Parameter values,
            Shape rows,
            List<ValueDescription> described,
            Parameter spikeValue,
            String name) {
        Parameter arranged = Parameter.of(TorchLayout.inside(rows, values.values()));
        FloatMatrix inside = FloatMatrix.zeros(arena, 1, rows.size());
        for (int i = 0; i < rows.size(); i++) {
            inside.set(0, i, arranged.value(i));
        }
        return new ElementwiseOperator(
                name, rows, inside, spikeValue.values(), described.isEmpty() ? null : described.getFirst());
    }

    @Override
    public int inputs() {
        return weights.columns();
    }

    @Override
    public void multiply(SpikeMatrix spikes, int rows, Tile current, Scratch scratch) {
        RowScale.multiply(spikes, ofSpikes, current, rows);
    }

    @Override
    public void multiply(FloatMatrix input, int rows, Tile current, Scratch scratch) {
        RowScale.multiply(input, weights, current, rows);
    }

    @Override
    public void apply(Tile current, int rows) {
        RowScale.multiply(weights, current, rows);
    }

    @Override
    public List<Values> values() {
        return named == null
                ? List.of()
                : List.of(OperatorValues.ofRows(named, shape, weights).takenBy(this::set));
    }

    @Override
    public ElementwiseOperator copy(Arena arena) {
        FloatMatrix own = FloatMatrix.zeros(arena, 1, weights.columns());
        own.copyFrom(weights);
        return new ElementwiseOperator(name, shape, own, spikeValue, named);
    }

    @Override
    public void setSpikeValue(float[] values) {
        SpikeValues.require(values, inputs());
        requireFinite(weights, values);
        SpikeValues.copy(values, spikeValue);
        update();
    }

    @Override
    public InputGradient inputGradient(Arena arena) {
        return new ElementwiseInputGradient(weights);
    }

    private void set(FloatMatrix torch) {
        torch.requireFinite("values");
        FloatMatrix arranged = FloatMatrix.zeros(1, inputs());
        TorchLayout.copyInside(shape, torch, 0, arranged, 0, 1);
        requireFinite(arranged, spikeValue);
        weights.copyFrom(arranged);
        setSpikeValue(spikeValue);
    }

    @Override
    public @Nullable WeightGradients weightGradients(Arena arena, int threads) {
        return named == null ? null : new ElementwiseWeightGradients(this, shape, weights, arena, named);
    }

    @Override
    public void update() {
        passes = true;
        for (int i = 0; i < weights.columns(); i++) {
            passes &= weights.get(0, i) == 1;
            ofSpikes.set(0, i, weights.get(0, i) * spikeValue[i]);
        }
    }

    @Override
    public boolean passes() {
        return passes;
    }

    void scaleBySpikes(FloatMatrix sum) {
        for (int i = 0; i < sum.columns(); i++) {
            sum.set(0, i, sum.get(0, i) * spikeValue[i]);
        }
    }

    private static void requireFinite(FloatMatrix weights, float[] values) {
        for (int i = 0; i < weights.columns(); i++) {
            float value = values[values.length == 1 ? 0 : i];
            float product = weights.get(0, i) * value;
            if (!Float.isFinite(product)) {
                throw new IllegalArgumentException("weight " + weights.get(0, i) + " times what a spike carries, "
                        + value + ", is " + product + ", expected a finite number");
            }
        }
    }

    @Override
    public String toString() {
        return name + " " + outputs();
    }
}
