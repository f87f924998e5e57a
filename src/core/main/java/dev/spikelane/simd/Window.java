package dev.spikelane.simd;

/**
 * The windows of a map that a convolution or a pool reads, one for each position of its output.
 *
 * <p>Maps are in the inner order (y, x, channel); a map of one dimension has one row. Output position {@code (y, x)}
 * reads the places {@code (y().at(y, ky), x().at(x, kx))} of its input, of which those outside are padding. Of each
 * place it reads all channels, or those of a group.
 *
 * @param channels that are read
 * @param firstChannel the first of them
 * @param allChannels of the input
 * @param y rows
 * @param x columns
 */
public record Window(int channels, int firstChannel, int allChannels, Axis y, Axis x) {

    /** Windows that read all channels. */
    public Window(int channels, Axis y, Axis x) {
        this(channels, 0, channels, y, x);
    }

    /**
     * The windows along one dimension.
     *
     * @param inputs the extent of the input
     * @param kernel places in a window
     * @param stride from one window to the next
     * @param padding places before the first of the input that the first window reads
     * @param dilation from one place of a window to the next
     * @param outputs how many windows
     * @param spread from one input to the next: those of a transposed convolution have zeros between them
     */
    public record Axis(int inputs, int kernel, int stride, int padding, int dilation, int outputs, int spread) {

        /** The windows along one dimension of inputs that stand side by side. */
        public Axis(int inputs, int kernel, int stride, int padding, int dilation, int outputs) {
            this(inputs, kernel, stride, padding, dilation, outputs, 1);
        }

        /** One place that is read as it is. */
        public static final Axis ONE = new Axis(1, 1, 1, 0, 1, 1);

        /**
         * Returns where a window reads.
         *
         * @param output of the windows, from 0
         * @param place in the window, from 0
         * @return a place of the input; below 0 or at least {@code inputs} in the padding, and between inputs
         */
        public int at(int output, int place) {
            int at = output * stride - padding + place * dilation;
            if (spread == 1) {
                return at;
            }
            return at % spread == 0 ? at / spread : -1;
        }

        /** Whether a window reads inputs, not zeros between them. */
        public boolean isUpright() {
            return spread == 1;
        }

        /** Whether places that follow each other in a window stand side by side in the input. */
        public boolean isDense() {
            return dilation == 1 && spread == 1;
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
        return y.inputs * x.inputs * allChannels;
    }

    /** Returns where the first channel that is read of a place of the input stands in its rows. */
    public int place(int row, int column) {
        return (row * x.inputs + column) * allChannels + firstChannel;
    }
}
