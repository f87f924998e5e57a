package dev.spikelane.connection.operator;

import dev.spikelane.kernel.base.Tile;
import dev.spikelane.kernel.base.ZeroInputs;
import dev.spikelane.kernel.product.PreparedFrame;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The way back through a connection that multiplies each input by a weight of its own. */
final class ElementwiseGradient implements OperatorGradient {

    private final ElementwiseOperator operator;
    private final Shape shape;
    private final FloatMatrix weights;
    private final FloatMatrix sum;
    private final @Nullable ValueDescription learned;
    private Signal source;
    private int batch = 1;

    ElementwiseGradient(
            ElementwiseOperator operator,
            Shape shape,
            FloatMatrix weights,
            Arena arena,
            @Nullable ValueDescription learned) {
        this.operator = operator;
        this.shape = shape;
        this.weights = weights;
        this.sum = FloatMatrix.zeros(arena, 1, weights.columns());
        this.learned = learned;
        this.source = sum;
    }

    @Override
    public void pull(FloatMatrix gradient, int rows, Tile into) {
        into.require("into", rows, weights.columns());
        FloatMatrix gradients = into.matrix();
        int first = into.firstColumn();
        int end = into.endColumn();
        int origin = into.origin();
        for (int row = 0; row < rows; row++) {
            for (int i = first; i < end; i++) {
                gradients.set(row, i - origin, ZeroInputs.fma(gradient.get(row, i), weights.get(0, i), 0));
            }
        }
    }

    @Override
    public void prepare(Signal rows, int samples) {
        source = rows;
        batch = samples;
    }

    @Override
    public void prepareFrame(FloatMatrix frame, @Nullable PreparedFrame forward) {
        prepare(frame, frame.rows());
    }

    @Override
    public void add(Tile gradient, int share, int thread) {
        if (learned == null) {
            return;
        }
        for (int step = gradient.matrix().rows() / batch - 1; step >= 0; step--) {
            for (int i = gradient.firstColumn(); i < gradient.endColumn(); i++) {
                sum.set(0, i, plus(sum.get(0, i), gradient, step, i));
            }
        }
    }

    private float plus(float start, Tile gradients, int step, int i) {
        FloatMatrix gradient = gradients.matrix();
        int column = i - gradients.origin();
        float total = start;
        int first = step * batch;
        if (source instanceof SpikeMatrix spikes) {
            for (int group = 0; group < batch; group += 4) {
                float part = -0.0f;
                for (int row = first + group; row < first + Math.min(group + 4, batch); row++) {
                    part = spikes.get(row, i) ? part + gradient.get(row, column) : part;
                }
                total += part;
            }
        } else {
            FloatMatrix values = (FloatMatrix) source;
            for (int row = first; row < first + batch; row++) {
                total = ZeroInputs.fma(values.get(row, i), gradient.get(row, column), total);
            }
        }
        return total;
    }

    @Override
    public void finish() {
        if (source instanceof SpikeMatrix) {
            operator.scaleBySpikes(sum);
        }
    }

    @Override
    public void clear() {
        sum.fill(0);
    }

    @Override
    public void update() {
        operator.refresh();
    }

    @Override
    public List<Learned> learned() {
        ValueDescription of = learned;
        return of == null
                ? List.of()
                : List.of(new Learned(of.name(), weights, () -> new Sum(sum, OperatorValues.ofRows(of, shape, sum))));
    }
}
