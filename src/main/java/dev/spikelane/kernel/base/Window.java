package dev.spikelane.kernel.base;

/**
 * The windows of a map that a convolution or a pool reads, one for each position of its output.
 *
 * <p>Maps are in the inner order (y, x, channel); a map of one dimension has one row. Output position {@code (y, x)}
 * reads the places {@code (y().at(y, ky), x().at(x, kx))} of its input, of which those outside are padding.
 *
 * @param channels of the input
 * @param y rows
 * @param x columns
 */
public record Window(int channels, Axis y, Axis x) {

    /**
     * The windows along one dimension.
     *
     * @param inputs the extent of the input
     * @param kernel places in a window
     * @param stride from one window to the next
     * @param padding places before the first of the input that the first window reads
     * @param dilation from one place of a window to the next
     * @param outputs how many windows
     */
    public record Axis(int inputs, int kernel, int stride, int padding, int dilation, int outputs) {

        /** One place that is read as it is. */
        public static final Axis ONE = new Axis(1, 1, 1, 0, 1, 1);

        /**
         * Returns where a window reads.
         *
         * @param output of the windows, from 0
         * @param place in the window, from 0
         * @return a place of the input; below 0 or at least {@code inputs} in the padding
         */
        public int at(int output, int place) {
            return output * stride - padding + place * dilation;
        }
    }

    /** Returns how many values a window has, padding included. */
    public int size() {
        return y.kernel * x.kernel * channels;
    }

    /** Returns how many positions the output has. */
    public int positions() {
        return y.outputs * x.outputs;
    }

    /** Returns how many values the input has. */
    public int inputs() {
        return y.inputs * x.inputs * channels;
    }
}
