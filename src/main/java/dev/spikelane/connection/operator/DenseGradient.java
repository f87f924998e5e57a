package dev.spikelane.connection.operator;

import dev.spikelane.kernel.base.GradientSink;
import dev.spikelane.kernel.base.SimdWidth;
import dev.spikelane.kernel.base.Tile;
import dev.spikelane.kernel.product.DenseMatmul;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.PreparedFrame;
import dev.spikelane.kernel.product.WeightGradient;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The way back through a dense connection. */
final class DenseGradient implements OperatorGradient {

    private static final String WEIGHT = ConnectionKind.WEIGHT;

    /** The shapes whose inner orders inputs and outputs have. */
    record Order(Shape inputs, Shape outputs) {}

    private final DenseOperator operator;
    private final Order order;
    private final PackedWeights weights;
    private final Arena arena;
    /** The gradients, where no sink takes them. */
    private @Nullable PackedWeights sum;

    private final FloatMatrix ofBias;
    private @Nullable GradientSink sink;
    private final @Nullable PackedWeights transposed;
    private final WeightGradient kernel;

    private boolean ofSpikes;

    DenseGradient(DenseOperator operator, Order order, PackedWeights weights, Arena arena, boolean pulls, int threads) {
        this.operator = operator;
        this.order = order;
        this.weights = weights;
        this.arena = arena;
        this.ofBias = FloatMatrix.zeros(arena, 1, weights.post());
        this.transposed =
                pulls ? PackedWeights.zeros(arena, /* pre= */ weights.post(), /* post= */ weights.pre()) : null;
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
    public void prepare(Signal source, int batch) {
        ofSpikes = source instanceof SpikeMatrix;
        if (sink != null) {
            kernel.setGives(operator.factors()); // they may have been learned
        }
        kernel.prepare(source, batch);
    }

    @Override
    public void prepareFrame(FloatMatrix frame, @Nullable PreparedFrame forward) {
        ofSpikes = false;
        kernel.prepareFrame(frame, forward);
    }

    @Override
    public int parts() {
        return kernel.parts();
    }

    @Override
    public void preparePart(int part, int thread) {
        kernel.preparePart(part, thread);
    }

    @Override
    public void nextRound() {
        kernel.nextRound();
    }

    @Override
    public int shares() {
        return kernel.shares();
    }

    @Override
    public void add(Tile gradient, int share, int thread) {
        GradientSink taker = sink;
        for (int block = gradient.firstBlock(); block < gradient.endBlock(); block++) {
            if (taker != null) {
                kernel.give(gradient, ofBias, taker, block, share, thread);
            } else {
                kernel.add(gradient, sum(), ofBias, block, share, thread);
            }
        }
    }

    @Override
    public boolean takesTurns(int stepsInTurn, int blocks) {
        return sink != null && kernel.takesTurns(stepsInTurn, blocks);
    }

    @Override
    public long listBytes(int steps, int samples) {
        return kernel.listBytes(steps, samples);
    }

    @Override
    public void openTurns(int thread) {
        kernel.openTurns(thread);
    }

    @Override
    public void addTurn(Tile gradient, int firstStep, int endStep, int thread) {
        kernel.addTurn(gradient, ofBias, firstStep, endStep, thread);
    }

    @Override
    public void closeTurns(Tile gradient, int thread) {
        kernel.closeTurns(gradient, Objects.requireNonNull(sink), thread);
    }

    @Override
    public void finish() {
        float[] factors = operator.factors();
        if (ofSpikes && sink == null && factors != null) {
            sum().scale(factors);
        }
    }

    @Override
    public boolean give(String name, GradientSink taker) {
        if (!SimdWidth.VECTOR || !name.equals(WEIGHT)) {
            return false;
        }
        sink = taker;
        kernel.setGives(operator.factors());
        return true;
    }

    private PackedWeights sum() {
        PackedWeights made = sum;
        if (made == null) {
            made = PackedWeights.zeros(arena, weights.pre(), weights.post());
            sum = made;
        }
        return made;
    }

    @Override
    public void clear() {
        if (sink == null) {
            sum().packed().fill(0);
        }
        ofBias.fill(0);
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
        List<ValueDescription> described = DenseKind.values(weights.pre(), weights.post());
        ValueDescription weight = described.getFirst();
        ValueDescription bias = described.getLast();
        return List.of(
                new Learned(
                        weight.name(),
                        weights.packed(),
                        () -> new Sum(
                                sum().packed(), OperatorValues.ofPacked(weight, order.inputs, order.outputs, sum()))),
                new Learned(
                        bias.name(),
                        weights.bias(),
                        () -> new Sum(ofBias, OperatorValues.ofRows(bias, order.outputs, ofBias))));
    }
}
