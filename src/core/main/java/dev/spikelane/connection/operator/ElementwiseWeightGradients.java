package dev.spikelane.connection.operator;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Tile;
import dev.spikelane.simd.ZeroInputs;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Objects;

/** The gradients of elementwise weights; a part is a block of 64 weights. */
final class ElementwiseWeightGradients implements WeightGradients {

    private final ElementwiseOperator operator;
    private final Shape shape;
    private final FloatMatrix weights;
    private final FloatMatrix sum;
    private final ValueDescription learned;
    private WeightRows rows;
    private boolean adding;

    ElementwiseWeightGradients(
            ElementwiseOperator operator, Shape shape, FloatMatrix weights, Arena arena, ValueDescription learned) {
        this.operator = operator;
        this.shape = shape;
        this.weights = weights;
        this.sum = FloatMatrix.zeros(arena, 1, weights.columns());
        this.learned = learned;
        this.rows = new WeightRows(sum);
    }

    @Override
    public void open(WeightRows next) {
        rows = next;
        adding = false;
        if (next.begins()) {
            sum.fill(0);
        }
    }

    @Override
    public int parts() {
        if (adding && rows.ends() && rows.source() instanceof SpikeMatrix) {
            operator.scaleBySpikes(sum);
        }
        adding = !adding && rows.gradient() != null;
        return adding ? sum.stride() / FloatMatrix.ROW_MULTIPLE : 0;
    }

    @Override
    public void run(int part, int thread) {
        int first = part * FloatMatrix.ROW_MULTIPLE;
        int end = Math.min(first + FloatMatrix.ROW_MULTIPLE, sum.columns());
        int steps = rows.source().rows() / rows.batch();
        add(Objects.requireNonNull(rows.gradient()), 0, 0, steps, first, end);
    }

    @Override
    public void add(Tile gradient, int firstStep, int endStep, int thread) {
        add(gradient.matrix(), gradient.origin(), firstStep, endStep, gradient.firstColumn(), gradient.endColumn());
    }

    /** Adds some steps to the sums of some columns; row 0 of the gradients has the step {@code origin}. */
    private void add(FloatMatrix gradient, int origin, int firstStep, int endStep, int first, int end) {
        int batch = rows.batch();
        for (int step = endStep - 1; step >= firstStep; step--) {
            int away = firstStep * batch;
            for (int i = first; i < end; i++) {
                sum.set(0, i, plus(sum.get(0, i), gradient, i - origin, step * batch, away, i));
            }
        }
    }

    private float plus(float start, FloatMatrix gradient, int column, int firstRow, int away, int i) {
        float total = start;
        int batch = rows.batch();
        if (rows.source() instanceof SpikeMatrix spikes) {
            for (int group = 0; group < batch; group += 4) {
                float part = -0.0f;
                for (int row = firstRow + group; row < firstRow + Math.min(group + 4, batch); row++) {
                    part = spikes.get(row, i) ? part + gradient.get(row - away, column) : part;
                }
                total += part;
            }
        } else {
            FloatMatrix values = (FloatMatrix) rows.source();
            for (int row = firstRow; row < firstRow + batch; row++) {
                total = ZeroInputs.fma(values.get(row, i), gradient.get(row - away, column), total);
            }
        }
        return total;
    }

    @Override
    public List<Learned> learned() {
        return List.of(
                new Learned(learned.name(), weights, () -> new Sum(sum, OperatorValues.ofRows(learned, shape, sum))));
    }
}
