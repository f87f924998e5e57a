package dev.spikelane.simd;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;

/**
 * Brings values of torch's order (channel, y, x) into the inner order of rows (y, x, channel), and back. Where the
 * two are the same, as for a row of neurons, all of it is a copy or nothing. Nobody else asks a shape how its orders
 * differ.
 */
public final class TorchLayout {

    private TorchLayout() {}

    /** Whether the inner order differs from torch's: there are several channels and several positions. */
    public static boolean differs(Shape shape) {
        return shape.reordered();
    }

    /**
     * Copies rows from torch's order into the inner order. It allocates nothing.
     *
     * @param shape the shape of a row
     * @param from holds rows in torch's order
     * @param fromRow the first of them
     * @param to gets rows in the inner order, of the same kind
     * @param toRow the first of them
     * @param rows how many, at least 1
     */
    public static void copyInside(Shape shape, Signal from, int fromRow, Signal to, int toRow, int rows) {
        if (from instanceof SpikeMatrix spikes) { // a switch on types may allocate before it is compiled
            shape.toInside(spikes, fromRow, (SpikeMatrix) to, toRow, rows);
        } else {
            shape.toInside((FloatMatrix) from, fromRow, (FloatMatrix) to, toRow, rows);
        }
    }

    /**
     * Copies rows from the inner order into torch's. It allocates nothing.
     *
     * @param shape the shape of a row
     * @param from holds rows in the inner order
     * @param fromRow the first of them
     * @param to gets rows in torch's order, of the same kind
     * @param toRow the first of them
     * @param rows how many, at least 1
     */
    public static void copyTorch(Shape shape, Signal from, int fromRow, Signal to, int toRow, int rows) {
        if (from instanceof SpikeMatrix spikes) {
            shape.toTorch(spikes, fromRow, (SpikeMatrix) to, toRow, rows);
        } else {
            shape.toTorch((FloatMatrix) from, fromRow, (FloatMatrix) to, toRow, rows);
        }
    }

    /** Returns where the element of a row's place stands in torch's order. */
    static int placeInTorch(Shape shape, int inside) {
        return shape.torch(inside);
    }

    /** Returns the place in a row of an element in torch's order. */
    public static int placeInside(Shape shape, int torch) {
        return shape.inside(torch);
    }

    /** Returns where the value of a row's place stands in torch's order, among one for all neurons or one for each. */
    public static int torch(Shape shape, int inside, int count) {
        return count == 1 ? 0 : shape.torch(inside);
    }

    /** Returns values, one for all neurons or one for each, in the inner order. */
    public static float[] inside(Shape shape, float... torch) {
        float[] inside = torch.clone();
        for (int i = 0; i < inside.length; i++) {
            inside[i] = torch[torch(shape, i, torch.length)];
        }
        return inside;
    }

    /** Returns values, one for all neurons or one for each, in torch's order. */
    public static float[] torch(Shape shape, float... inside) {
        float[] torch = inside.clone();
        for (int i = 0; i < inside.length; i++) {
            torch[torch(shape, i, inside.length)] = inside[i];
        }
        return torch;
    }

    /**
     * Returns weights in the inner orders: columns in that of the inputs, rows in that of the outputs.
     *
     * @param inputs the shape of a row of inputs
     * @param outputs the shape of a row of outputs
     * @param torch {@code [outputs x inputs]}
     * @return the given matrix, where all orders are the same, else a copy
     */
    public static FloatMatrix weightsInside(Shape inputs, Shape outputs, FloatMatrix torch) {
        if (!differs(inputs) && !differs(outputs)) {
            return torch;
        }
        FloatMatrix columns = FloatMatrix.zeros(torch.rows(), torch.columns());
        copyInside(inputs, torch, 0, columns, 0, torch.rows());
        FloatMatrix inside = FloatMatrix.zeros(torch.rows(), torch.columns());
        for (int output = 0; output < torch.rows(); output++) {
            Rows.copy(columns, outputs.torch(output), inside, output, 1);
        }
        return inside;
    }

    /** Returns for each place of the inner order where its element stands in torch's. */
    public static int[] placesInTorch(Shape shape) {
        int[] places = new int[shape.size()];
        for (int i = 0; i < places.length; i++) {
            places[i] = shape.torch(i);
        }
        return places;
    }

    /** Returns for each place of torch's order where its element stands in the inner one. */
    public static int[] placesInside(Shape shape) {
        int[] places = new int[shape.size()];
        for (int i = 0; i < places.length; i++) {
            places[i] = shape.inside(i);
        }
        return places;
    }
}
