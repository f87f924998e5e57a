package dev.spikelane.simd;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;

/**
 * Copies values from torch's order (channel, y, x) to the inner order of rows (y, x, channel), and back; a plain copy
 * if both orders are equal, as for a row of neurons. Only this class asks a shape for the difference.
 */
public final class TorchLayout {

    private TorchLayout() {}

    /** Returns true if the inner order differs from torch's, with several channels and several positions. */
    public static boolean differs(Shape shape) {
        return shape.reordered();
    }

    /** Copies rows from torch's order to the inner order, without allocation. */
    public static void copyInside(Shape shape, Signal from, int fromRow, Signal to, int toRow, int rows) {
        if (from instanceof SpikeMatrix spikes) { // a switch on types may allocate before it is compiled
            shape.toInside(spikes, fromRow, (SpikeMatrix) to, toRow, rows);
        } else {
            shape.toInside((FloatMatrix) from, fromRow, (FloatMatrix) to, toRow, rows);
        }
    }

    /** Copies rows from the inner order to torch's, without allocation. */
    public static void copyTorch(Shape shape, Signal from, int fromRow, Signal to, int toRow, int rows) {
        if (from instanceof SpikeMatrix spikes) {
            shape.toTorch(spikes, fromRow, (SpikeMatrix) to, toRow, rows);
        } else {
            shape.toTorch((FloatMatrix) from, fromRow, (FloatMatrix) to, toRow, rows);
        }
    }

    static int placeInTorch(Shape shape, int inside) {
        return shape.torch(inside);
    }

    public static int placeInside(Shape shape, int torch) {
        return shape.inside(torch);
    }

    /** Returns the index in torch's order of an element of a row, or 0 if one value serves all neurons. */
    public static int torch(Shape shape, int inside, int count) {
        return count == 1 ? 0 : shape.torch(inside);
    }

    public static float[] inside(Shape shape, float... torch) {
        float[] inside = torch.clone();
        for (int i = 0; i < inside.length; i++) {
            inside[i] = torch[torch(shape, i, torch.length)];
        }
        return inside;
    }

    public static float[] torch(Shape shape, float... inside) {
        float[] torch = inside.clone();
        for (int i = 0; i < inside.length; i++) {
            torch[torch(shape, i, inside.length)] = inside[i];
        }
        return torch;
    }

    /**
     * Returns weights {@code [outputs x inputs]} in the inner orders of the shapes of inputs and outputs; the given
     * matrix if all orders are equal, else a copy.
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

    public static int[] placesInTorch(Shape shape) {
        int[] places = new int[shape.size()];
        for (int i = 0; i < places.length; i++) {
            places[i] = shape.torch(i);
        }
        return places;
    }

    public static int[] placesInside(Shape shape) {
        int[] places = new int[shape.size()];
        for (int i = 0; i < places.length; i++) {
            places[i] = shape.inside(i);
        }
        return places;
    }
}
