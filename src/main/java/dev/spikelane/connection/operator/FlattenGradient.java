package dev.spikelane.connection.operator;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import java.util.List;

/** The way back from torch's order into that of the rows; there are no weights. */
record FlattenGradient(Shape shape) implements OperatorGradient {

    @Override
    public void pull(FloatMatrix gradient, int rows, FloatMatrix into, int firstBlock, int endBlock) {
        int first = firstBlock * Long.SIZE;
        int end = Math.min(endBlock * Long.SIZE, shape.size());
        int tile = into.columns() == shape.size() ? 0 : first;
        for (int row = 0; row < rows; row++) {
            for (int i = first; i < end; i++) {
                into.set(row, i - tile, gradient.get(row, shape.torch(i)));
            }
        }
    }

    @Override
    public void prepare(Signal source, int batch) {}

    @Override
    public void prepareFrame(FloatMatrix frame) {}

    @Override
    public void add(FloatMatrix gradient, int firstBlock, int endBlock, int thread) {}

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
