package dev.spikelane.kernel.product.window;

import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.simd.Window;

/**
 * A convolution whose gradients are made, and the layout of its weights: for each group of channels and each block of
 * 64 outputs of that group, a row of 64 weights for each {@code k = (ky * width + kx) * channels + channel}, with the
 * channels of the group, padded as {@link PackedWeights} pads them. So those of one group are packed weights.
 *
 * @param window what the convolution reads, of the first group
 * @param outputsOfGroup channels of the output in a group
 */
public record WindowGradientShape(Window window, int outputsOfGroup) {

    static final int BLOCK = PackedWeights.BLOCK;

    /** Channels of the input in a group. */
    int channels() {
        return window.channels();
    }

    int groups() {
        return window.allChannels() / window.channels();
    }

    /** Channels of the output. */
    int outputs() {
        return groups() * outputsOfGroup;
    }

    /** Blocks of outputs of a group. */
    int blocks() {
        return Math.ceilDiv(outputsOfGroup, BLOCK);
    }

    /** Outputs of a group in a block. */
    int outputsOfBlock(int block) {
        return Math.min(BLOCK, outputsOfGroup - block * BLOCK);
    }

    /** Weights of an output. */
    int size() {
        return window.size();
    }

    private int paddedSize() {
        return PackedWeights.paddedInputs(size());
    }

    /** Returns how many rows of 64 the weights are. */
    public int rows() {
        return groups() * blocks() * paddedSize();
    }

    /** The row of the first weights of a block of outputs. */
    int row(int group, int block) {
        return (group * blocks() + block) * paddedSize();
    }

    /** Places of the kernel. */
    int places() {
        return window.y().kernel() * window.x().kernel();
    }

    /** Columns of the gradients: positions of the output times channels. */
    int columns() {
        return window.positions() * outputs();
    }

    /** Where the inputs of a group that a position reads at a place begin in a row; negative in the padding. */
    int input(int position, int place, int group) {
        Window.Axis rows = window.y();
        Window.Axis columns = window.x();
        int y = rows.at(position / columns.outputs(), place / columns.kernel());
        int x = columns.at(position % columns.outputs(), place % columns.kernel());
        boolean inside = y >= 0 && y < rows.inputs() && x >= 0 && x < columns.inputs();
        return inside ? window.place(y, x) + group * channels() : -1;
    }

    /** Places from the first input along an axis to the last, with those between them. */
    static int span(Window.Axis axis) {
        return (axis.inputs() - 1) * axis.spread() + 1;
    }

    /** Places along an axis that windows reach, padding included, and inputs that no window reaches. */
    static int extent(Window.Axis axis) {
        int reached = (axis.outputs() - 1) * axis.stride() + (axis.kernel() - 1) * axis.dilation() + 1;
        return Math.max(firstWindow(axis) + reached, firstInput(axis) + span(axis));
    }

    /** The first place that windows reach, counted from the first of those or of the inputs. */
    static int firstWindow(Window.Axis axis) {
        return Math.max(0, -axis.padding());
    }

    /** The place of the first input: behind the padding. */
    static int firstInput(Window.Axis axis) {
        return Math.max(0, axis.padding());
    }
}
