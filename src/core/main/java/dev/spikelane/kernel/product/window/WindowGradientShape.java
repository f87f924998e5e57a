package dev.spikelane.kernel.product.window;

import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.simd.Window;

/**
 * The shape of a convolution with gradients, and the layout of its weights.
 *
 * <p>Each group of channels and each block of 64 of the group's outputs has a row of 64 weights for each
 * {@code k = (ky * width + kx) * channels + channel}, with the channels of the group, padded as in
 * {@link PackedWeights}. So one group's weights are packed weights.
 *
 * @param window the window of the first group
 * @param outputsOfGroup channels of the output in a group
 */
public record WindowGradientShape(Window window, int outputsOfGroup) {

    static final int BLOCK = PackedWeights.BLOCK;

    int channels() {
        return window.channels();
    }

    int groups() {
        return window.allChannels() / window.channels();
    }

    int outputs() {
        return groups() * outputsOfGroup;
    }

    int blocks() {
        return Math.ceilDiv(outputsOfGroup, BLOCK);
    }

    int outputsOfBlock(int block) {
        return Math.min(BLOCK, outputsOfGroup - block * BLOCK);
    }

    /** Returns the number of weights of an output. */
    int size() {
        return window.size();
    }

    private int paddedSize() {
        return PackedWeights.paddedInputs(size());
    }

    /** Returns the number of rows of 64 weights. */
    public int rows() {
        return groups() * blocks() * paddedSize();
    }

    /** Returns the first row of a block of outputs. */
    int row(int group, int block) {
        return (group * blocks() + block) * paddedSize();
    }

    /** Returns the number of places of the kernel. */
    int places() {
        return window.y().kernel() * window.x().kernel();
    }

    /** Returns the columns of the gradients: positions of the output times channels. */
    int columns() {
        return window.positions() * outputs();
    }

    /** Returns the index in a row of the first input of a group that a position reads at a place; -1 in the padding. */
    int input(int position, int place, int group) {
        Window.Axis rows = window.y();
        Window.Axis columns = window.x();
        int y = rows.at(position / columns.outputs(), place / columns.kernel());
        int x = columns.at(position % columns.outputs(), place % columns.kernel());
        boolean inside = y >= 0 && y < rows.inputs() && x >= 0 && x < columns.inputs();
        return inside ? window.place(y, x) + group * channels() : -1;
    }

    /** Returns the places along an axis from the first input to the last, gaps included. */
    static int span(Window.Axis axis) {
        return (axis.inputs() - 1) * axis.spread() + 1;
    }

    /** Returns the places along an axis, padding and inputs that no window reaches included. */
    static int extent(Window.Axis axis) {
        int reached = (axis.outputs() - 1) * axis.stride() + (axis.kernel() - 1) * axis.dilation() + 1;
        return Math.max(firstWindow(axis) + reached, firstInput(axis) + span(axis));
    }

    /** Returns the first place that windows reach. */
    static int firstWindow(Window.Axis axis) {
        return Math.max(0, -axis.padding());
    }

    /** Returns the place of the first input, after the padding. */
    static int firstInput(Window.Axis axis) {
        return Math.max(0, axis.padding());
    }
}
