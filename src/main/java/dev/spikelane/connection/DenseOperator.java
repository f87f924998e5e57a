package dev.spikelane.connection;

import dev.spikelane.kernel.product.DenseMatmul;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.SpikeMatmul;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.Parameter;
import java.lang.foreign.Arena;
import java.util.List;

/** A dense connection whose weights are packed for the kernels. */
final class DenseOperator implements Operator {

    private final Shape rows;
    private final PackedWeights weights;
    private Parameter spikeValue = Parameter.of(1);
    /** The weights, or the weights times what a spike carries. */
    private PackedWeights ofSpikes;

    DenseOperator(Arena arena, Dense said, Shape rows, Parameter spikeValue) {
        this.rows = rows;
        this.weights = PackedWeights.pack(arena, arranged(said.weights(), rows), said.bias());
        this.ofSpikes = weights;
        setSpikeValue(spikeValue);
    }

    private DenseOperator(Arena arena, DenseOperator other) {
        this.rows = other.rows;
        this.weights = PackedWeights.copyOf(arena, other.weights);
        this.ofSpikes = weights;
        setSpikeValue(other.spikeValue);
    }

    /** The columns of {@code weights}, from torch's order into that of the rows. */
    private static FloatMatrix arranged(FloatMatrix weights, Shape rows) {
        if (!rows.reordered()) {
            return weights;
        }
        FloatMatrix arranged = FloatMatrix.zeros(weights.rows(), weights.columns());
        rows.toInside(weights, 0, arranged, 0, weights.rows());
        return arranged;
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
    public FloatMatrix workspace(Arena arena) {
        return SpikeMatmul.workspace(arena);
    }

    @Override
    public void multiply(
            SpikeMatrix spikes, int count, FloatMatrix current, int firstBlock, int endBlock, FloatMatrix workspace) {
        SpikeMatmul.multiply(spikes, count, ofSpikes, firstBlock, endBlock, current, workspace);
    }

    @Override
    public void multiply(
            FloatMatrix input, int count, FloatMatrix current, int firstBlock, int endBlock, FloatMatrix workspace) {
        DenseMatmul.multiply(input, count, weights, firstBlock, endBlock, current);
    }

    @Override
    public int rowsAtATime(int count, long active) {
        return SpikeMatmul.rowsAtATime(count, inputs(), active);
    }

    @Override
    public String kernel(int count, long active) {
        return SpikeMatmul.variant(count, inputs(), active);
    }

    @Override
    public String kernel(int count) {
        return DenseMatmul.variant();
    }

    @Override
    public List<Values> values() {
        return List.of(new Weight(), new Bias());
    }

    @Override
    public Operator copy(Arena arena) {
        return new DenseOperator(arena, this);
    }

    @Override
    public void setSpikeValue(Parameter value) {
        SpikeValues.require(value, inputs());
        PackedWeights scaled = value.isAlways(1) ? weights : weights.scaled(each(value));
        spikeValue = value;
        ofSpikes = scaled;
    }

    @Override
    public OperatorGradient gradient(Arena arena, boolean pulls, int threads) {
        return new DenseGradient(this, rows, weights, arena, pulls, threads);
    }

    /** Takes notice that the weights have changed. */
    void refresh() {
        if (ofSpikes != weights) {
            setSpikeValue(spikeValue);
        }
    }

    /** Multiplies the sums of each input by what its spikes carry. */
    void scaleBySpikes(PackedWeights sum) {
        if (!spikeValue.isAlways(1)) {
            sum.scale(each(spikeValue));
        }
    }

    private float[] each(Parameter value) {
        float[] each = new float[inputs()];
        for (int input = 0; input < each.length; input++) {
            each[input] = value.value(input);
        }
        return each;
    }

    /** Puts weights and bias in, or leaves all as it was. */
    private void set(FloatMatrix newWeights, FloatMatrix newBias) {
        if (!spikeValue.isAlways(1)) {
            PackedWeights.pack(Arena.ofAuto(), newWeights, newBias).scaled(each(spikeValue));
        }
        weights.set(newWeights, newBias);
        setSpikeValue(spikeValue);
    }

    @Override
    public String toString() {
        return "dense " + inputs() + " -> " + outputs();
    }

    private final class Weight implements Values {

        @Override
        public String name() {
            return "weight";
        }

        @Override
        public int rows() {
            return outputs();
        }

        @Override
        public int columns() {
            return inputs();
        }

        @Override
        public void read(FloatMatrix into) {
            into.requireShape("into", rows(), columns());
            if (!rows.reordered()) {
                weights.read(into);
                return;
            }
            FloatMatrix arranged = FloatMatrix.zeros(rows(), columns());
            weights.read(arranged);
            rows.toTorch(arranged, 0, into, 0, rows());
        }

        @Override
        public void write(FloatMatrix from) {
            from.requireShape("values", rows(), columns());
            FloatMatrix bias = FloatMatrix.zeros(1, outputs());
            weights.readBias(bias);
            set(arranged(from, rows), bias);
        }
    }

    private final class Bias implements Values {

        @Override
        public String name() {
            return "bias";
        }

        @Override
        public int rows() {
            return 1;
        }

        @Override
        public int columns() {
            return outputs();
        }

        @Override
        public void read(FloatMatrix into) {
            weights.readBias(into);
        }

        @Override
        public void write(FloatMatrix from) {
            from.requireShape("values", 1, columns());
            FloatMatrix old = FloatMatrix.zeros(outputs(), inputs());
            weights.read(old);
            set(old, from);
        }
    }
}
