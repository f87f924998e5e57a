package dev.spikelane.connection.operator;

import dev.spikelane.blas.call.BlasDenseMatmul;
import dev.spikelane.blas.call.BlasSpikeMatmul;
import dev.spikelane.connection.Dense;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Tile;
import dev.spikelane.simd.TorchLayout;
import java.lang.foreign.Arena;
import java.util.List;

/** A dense connection multiplied by OpenBLAS, which takes torch's layout of weights. */
public final class BlasDenseOperator implements Operator {

    private final Shape rows;
    private final FloatMatrix weights;
    private final FloatMatrix bias;
    private final boolean biased;
    private Parameter spikeValue = Parameter.of(1);
    private FloatMatrix ofSpikes;

    public BlasDenseOperator(Arena arena, Dense declared, Shape rows, Parameter spikeValue) {
        this(arena, rows, declared.outputs(), declared.inputs(), declared.biased());
        TorchLayout.copyInside(rows, declared.weights(), 0, weights, 0, declared.outputs());
        bias.copyFrom(declared.bias());
        setSpikeValue(spikeValue.values());
    }

    private BlasDenseOperator(Arena arena, Shape rows, int outputs, int inputs, boolean biased) {
        this.rows = rows;
        this.biased = biased;
        this.weights = FloatMatrix.zeros(arena, outputs, inputs);
        this.bias = FloatMatrix.zeros(arena, 1, outputs);
        this.ofSpikes = weights;
    }

    @Override
    public int inputs() {
        return weights.columns();
    }

    @Override
    public int outputs() {
        return weights.rows();
    }

    @Override
    public void reserve(Scratch scratch) {
        workspace(scratch);
    }

    private FloatMatrix workspace(Scratch scratch) {
        return scratch.matrix(BlasSpikeMatmul.ROWS, inputs());
    }

    @Override
    public void multiply(SpikeMatrix spikes, int count, Tile current, Scratch scratch) {
        BlasSpikeMatmul.multiply(spikes, count, ofSpikes, bias, current, workspace(scratch));
    }

    @Override
    public void multiply(FloatMatrix input, int count, Tile current, Scratch scratch) {
        BlasDenseMatmul.multiply(input, count, weights, bias, current);
    }

    @Override
    public String kernel(int count, long active) {
        return kernel(count);
    }

    @Override
    public String kernel(int count) {
        return count == 1 ? "openblas sgemv" : "openblas sgemm";
    }

    @Override
    public List<Values> values() {
        List<ValueDescription> described = ValueDescription.dense(inputs(), outputs());
        List<Values> values = List.of(
                OperatorValues.ofRows(described.getFirst(), rows, weights).takenBy(this::set),
                OperatorValues.ofRows(described.getLast(), Shape.of(outputs()), bias));
        return values.subList(0, biased ? 2 : 1);
    }

    @Override
    public BlasDenseOperator copy(Arena arena) {
        BlasDenseOperator copy = new BlasDenseOperator(arena, rows, outputs(), inputs(), biased);
        copy.weights.copyFrom(weights);
        copy.bias.copyFrom(bias);
        copy.setSpikeValue(spikeValue.values());
        return copy;
    }

    @Override
    public WeightGradients weightGradients(Arena arena, int threads) {
        throw new UnsupportedOperationException(
                this + " has no gradient, because its results depend on the library; use Dense to train");
    }

    @Override
    public void setSpikeValue(float[] values) {
        SpikeValues.require(values, inputs());
        Parameter value = Parameter.of(values);
        FloatMatrix scaled = scaled(weights, value);
        spikeValue = value;
        ofSpikes = scaled;
    }

    private void set(FloatMatrix torch) {
        torch.requireFinite("values");
        FloatMatrix arranged = FloatMatrix.zeros(outputs(), inputs());
        TorchLayout.copyInside(rows, torch, 0, arranged, 0, outputs());
        scaled(arranged, spikeValue);
        weights.copyFrom(arranged);
        setSpikeValue(spikeValue.values());
    }

    private static FloatMatrix scaled(FloatMatrix weights, Parameter value) {
        if (value.isAlways(1)) {
            return weights;
        }
        FloatMatrix scaled = FloatMatrix.zeros(weights.rows(), weights.columns());
        for (int output = 0; output < weights.rows(); output++) {
            for (int input = 0; input < weights.columns(); input++) {
                scaled.set(output, input, weights.get(output, input) * value.value(input));
            }
        }
        scaled.requireFinite("weights times what a spike carries");
        return scaled;
    }

    @Override
    public String toString() {
        return "dense by OpenBLAS " + inputs() + " -> " + outputs();
    }
}
