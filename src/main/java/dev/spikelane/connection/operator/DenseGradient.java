package dev.spikelane.connection.operator;

import dev.spikelane.kernel.product.DenseMatmul;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.WeightGradient;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.memory.Tile;
import java.lang.foreign.Arena;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The way back through a dense connection. */
final class DenseGradient implements OperatorGradient {

    /** The shapes whose inner orders inputs and outputs have. */
    record Order(Shape inputs, Shape outputs) {}

    private final DenseOperator operator;
    private final Order order;
    private final PackedWeights weights;
    private final PackedWeights sum;
    private final @Nullable PackedWeights transposed;
    private final WeightGradient kernel;
    private boolean ofSpikes;

    DenseGradient(DenseOperator operator, Order order, PackedWeights weights, Arena arena, boolean pulls, int threads) {
        this.operator = operator;
        this.order = order;
        this.weights = weights;
        this.sum = PackedWeights.zeros(arena, weights.pre(), weights.post());
        this.transposed = pulls ? PackedWeights.zeros(arena, weights.post(), weights.pre()) : null;
        this.kernel = new WeightGradient(arena, weights.pre(), weights.post(), threads);
        transpose();
    }

    @Override
    public void pull(FloatMatrix gradient, int count, Tile into) {
        PackedWeights back = transposed;
        if (back == null) {
            throw new IllegalStateException("gradients of the source were not asked for");
        }
        DenseMatmul.multiply(gradient, count, back, into);
    }

    @Override
    public @Nullable FloatMatrix pulling() {
        return transposed == null ? null : transposed.packed();
    }

    @Override
    public boolean openFrame(FloatMatrix frame) {
        return kernel.openFrame(frame);
    }

    @Override
    public void multiplyFrame(FloatMatrix frame, FloatMatrix current, int firstBlock, int endBlock, int thread) {
        kernel.multiply(frame, weights, firstBlock, endBlock, current, thread);
    }

    @Override
    public void prepare(Signal source, int batch) {
        ofSpikes = source instanceof SpikeMatrix;
        kernel.prepare(source, batch);
    }

    @Override
    public void prepareFrame(FloatMatrix frame) {
        ofSpikes = false;
        kernel.prepareFrame(frame);
    }

    @Override
    public void add(FloatMatrix gradient, int firstBlock, int endBlock, int thread) {
        kernel.add(gradient, sum, firstBlock, endBlock, thread);
    }

    @Override
    public void finish() {
        if (ofSpikes) {
            operator.scaleBySpikes(sum);
        }
    }

    @Override
    public void clear() {
        sum.packed().fill(0);
        sum.bias().fill(0);
    }

    @Override
    public void update() {
        operator.refresh();
        transpose();
    }

    private void transpose() {
        if (transposed != null) {
            transposed.setTransposed(weights);
        }
    }

    @Override
    public List<Learned> learned() {
        DenseValues ofSum = new DenseValues(order.inputs, order.outputs, sum);
        return List.of(
                new Learned("weight", weights.packed(), sum.packed(), ofSum),
                new Learned("bias", weights.bias(), sum.bias(), new RowValues("bias", order.outputs, sum.bias())));
    }
}
