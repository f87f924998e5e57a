package dev.spikelane.connection.operator;

import dev.spikelane.kernel.optimize.GradientSink;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.gradient.WeightGradient;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Lazy;
import dev.spikelane.simd.SimdWidth;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The weight gradients of a dense connection; a part is a block of 64 outputs for some inputs. */
final class DenseWeightGradients implements WeightGradients {

    record Order(Shape inputs, Shape outputs) {}

    private final DenseOperator operator;
    private final Order order;
    private final PackedWeights weights;
    private final WeightGradient kernel;
    private final Tile[] tiles;

    private final Lazy<PackedWeights> sum;

    private final FloatMatrix ofBias;
    private @Nullable GradientSink sink;
    private WeightRows rows;
    private boolean adding;
    private boolean inTurns;

    DenseWeightGradients(DenseOperator operator, Order order, PackedWeights weights, Arena arena, int threads) {
        this.operator = operator;
        this.order = order;
        this.weights = weights;
        this.sum = new Lazy<>(() -> PackedWeights.zeros(arena, weights.inputs(), weights.outputs()));
        this.ofBias = FloatMatrix.zeros(arena, 1, weights.outputs());
        this.kernel = new WeightGradient(arena, weights.inputs(), weights.outputs(), threads);
        this.rows = new WeightRows(ofBias);
        this.tiles = new Tile[threads];
        for (int i = 0; i < threads; i++) {
            tiles[i] = Tile.whole(ofBias);
        }
    }

    @Override
    public void open(WeightRows next) {
        rows = next;
        adding = false;
        inTurns = false;
        if (sink != null) {
            kernel.setGives(operator.factors()); // training may have changed the factors
        }
        if (next.source() instanceof FloatMatrix frame && next.isFrame()) {
            kernel.prepareFrame(frame, next.version(), next.forward());
        } else {
            kernel.prepare(next.source(), next.batch());
        }
        if (next.begins()) {
            clear();
        }
    }

    private void clear() {
        if (sink == null) {
            sum.get().packed().fill(0);
        }
        ofBias.fill(0);
    }

    @Override
    public int parts() {
        if (adding) {
            adding = false;
            finish();
            return 0;
        }
        int preparing = kernel.parts();
        if (preparing > 0 || rows.gradient() == null) {
            return preparing;
        }
        adding = true;
        return weights.blocks() * kernel.shares();
    }

    @Override
    public void run(int part, int thread) {
        if (!adding) {
            kernel.preparePart(part, thread);
            return;
        }
        int block = part / kernel.shares();
        Tile gradient =
                tiles[thread].on(Objects.requireNonNull(rows.gradient())).at(block, block + 1);
        addShare(gradient, block, part % kernel.shares(), thread);
    }

    private void addShare(Tile gradient, int block, int share, int thread) {
        GradientSink taker = sink;
        if (taker != null) {
            kernel.give(gradient, ofBias, taker, block, share, thread);
        } else {
            kernel.add(gradient, sum.get(), ofBias, block, share, thread);
        }
    }

    @Override
    public boolean takesTiles(int steps, int blocks) {
        inTurns = sink != null && kernel.takesTurns(steps, blocks);
        return inTurns;
    }

    @Override
    public void add(Tile gradient, int firstStep, int endStep, int thread) {
        if (inTurns) {
            kernel.giveSteps(gradient, ofBias, Objects.requireNonNull(sink), firstStep, endStep, thread);
            return;
        }
        for (int block = gradient.firstBlock(); block < gradient.endBlock(); block++) {
            for (int share = 0; share < kernel.shares(); share++) {
                addShare(gradient, block, share, thread);
            }
        }
    }

    private void finish() {
        float[] factors = operator.factors();
        if (rows.ends() && rows.source() instanceof SpikeMatrix && sink == null && factors != null) {
            sum.get().scale(factors);
        }
    }

    @Override
    public long blockBytes(int samples) {
        return kernel.blockBytes(samples);
    }

    @Override
    public long listBytes(int steps, int samples) {
        return kernel.listBytes(steps, samples);
    }

    @Override
    public boolean give(String name, GradientSink taker) {
        if (!SimdWidth.VECTOR || !name.equals(ValueDescription.WEIGHT)) {
            return false;
        }
        sink = taker;
        kernel.setGives(operator.factors());
        return true;
    }

    @Override
    public List<Learned> learned() {
        List<ValueDescription> described = ValueDescription.dense(weights.inputs(), weights.outputs());
        ValueDescription weight = described.getFirst();
        ValueDescription bias = described.getLast();
        List<Learned> learned = List.of(
                new Learned(
                        weight.name(),
                        weights.packed(),
                        () -> new Sum(
                                sum.get().packed(),
                                OperatorValues.ofPacked(weight, order.inputs, order.outputs, sum.get()))),
                new Learned(
                        bias.name(),
                        weights.bias(),
                        () -> new Sum(ofBias, OperatorValues.ofRows(bias, order.outputs, ofBias))));
        return learned.subList(0, operator.isBiased() ? 2 : 1);
    }
}
