package dev.spikelane.kernel.product.window;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Elements;
import dev.spikelane.simd.SimdWidth;
import java.lang.foreign.Arena;

/** Gradients of the weights and biases of a convolution, summed over a block of samples. */
public final class WindowGradientSum {

    private final WindowGradientShape shape;
    /** A row of 64 for each group, block of outputs and weight, in one of two orders. */
    final FloatMatrix weights;

    /** A row of 64 for each group and block of outputs. */
    final FloatMatrix bias;
    /**
     * True if the weights of a channel are consecutive: rows of the kernel, each with its columns from right to left.
     */
    boolean byChannel;

    public WindowGradientSum(Arena arena, WindowGradientShape shape) {
        this.shape = shape;
        this.weights = FloatMatrix.zeros(arena, shape.rows(), WindowGradientShape.BLOCK);
        this.bias = FloatMatrix.zeros(arena, shape.groups() * shape.blocks(), WindowGradientShape.BLOCK);
    }

    /** Returns the bytes of the sums. */
    public static long bytes(WindowGradientShape shape) {
        return (shape.rows() + (long) shape.groups() * shape.blocks()) * WindowGradientShape.BLOCK * Float.BYTES;
    }

    /**
     * Prepares for other rows.
     *
     * @param clear true if sums may not be zero yet
     */
    public void begin(boolean clear) {
        if (clear) {
            weights.fill(0);
            bias.fill(0);
        }
        byChannel = false;
    }

    /** Returns the row of a weight in the first block of outputs. */
    int row(int place, int channel) {
        int columns = shape.window().x().kernel();
        return byChannel
                ? channel * shape.places() + place / columns * columns + columns - 1 - place % columns
                : place * shape.channels() + channel;
    }

    /**
     * Adds the sums of the weights at some places of the kernel to others, and clears them.
     *
     * @param total in the layout of the shape, updated
     * @param firstPlace the first place
     * @param endPlace the place after the last
     */
    public void moveTo(FloatMatrix total, int firstPlace, int endPlace) {
        for (int block = 0; block < bias.rows(); block++) {
            int first = shape.row(0, block);
            for (int place = firstPlace; place < endPlace; place++) {
                for (int channel = 0; channel < shape.channels(); channel++) {
                    move(weights, first + row(place, channel), total, first + place * shape.channels() + channel);
                }
            }
        }
    }

    /**
     * Adds the sums of the biases to others, and clears them.
     *
     * @param total {@code [groups x outputs of a group]}, updated
     */
    public void moveBiasTo(FloatMatrix total) {
        for (int output = 0; output < shape.outputs(); output++) {
            int inGroup = output % shape.outputsOfGroup();
            int block = output / shape.outputsOfGroup() * shape.blocks() + inGroup / WindowGradientShape.BLOCK;
            float sum = Elements.get(bias, block, inGroup % WindowGradientShape.BLOCK);
            int group = output / shape.outputsOfGroup();
            Elements.set(total, group, inGroup, Elements.get(total, group, inGroup) + sum);
        }
        bias.fill(0);
    }

    private static void move(FloatMatrix from, int fromRow, FloatMatrix to, int toRow) {
        if (SimdWidth.VECTOR) {
            WindowGradientMapVector.move(from.segment(), from.rowOffset(fromRow), to.segment(), to.rowOffset(toRow));
            return;
        }
        for (int i = 0; i < WindowGradientShape.BLOCK; i++) {
            Elements.set(to, toRow, i, Elements.get(to, toRow, i) + Elements.get(from, fromRow, i));
            Elements.set(from, fromRow, i, 0);
        }
    }
}
