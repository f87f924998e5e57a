package dev.spikelane.connection.operator;

import dev.spikelane.kernel.base.Tile;
import dev.spikelane.kernel.product.PreparedFrame;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The way back from torch's order into that of the rows; there are no weights. */
record FlattenGradient(Shape shape) implements OperatorGradient {

    @Override
    public void pull(FloatMatrix gradient, int rows, Tile into) {
        into.require("into", rows, shape.size());
        FloatMatrix gradients = into.matrix();
        int first = into.firstColumn();
        int end = into.endColumn();
        int origin = into.origin();
        for (int row = 0; row < rows; row++) {
            for (int i = first; i < end; i++) {
                gradients.set(row, i - origin, gradient.get(row, shape.torch(i)));
            }
        }
    }

    @Override
    public void prepare(Signal source, int batch) {}

    @Override
    public void prepareFrame(FloatMatrix frame, long version, @Nullable PreparedFrame forward) {}

    @Override
    public void add(Tile gradient, int share, int thread) {}

    @Override
    public void finish() {}

    @Override
    public void clear() {}

    @Override
    public void update() {}

    @Override
    public List<Learned> learned() {
        return List.of();
    }
}
