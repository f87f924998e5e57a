package dev.spikelane.simd;

/**
 * The windows of a map that a convolution or a pool reads, one for each position of its output.
 *
 * <p>Maps are in the inner order (y, x, channel); a line has one row. Output position {@code (y, x)} reads the places
 * {@code (y().at(y, ky), x().at(x, kx))} of the input; places outside are padding. It reads {@code channels} channels
 * of each place from {@code firstChannel} on, of the input's {@code allChannels}.
 */
public record Window(int channels, int firstChannel, int allChannels, Axis y, Axis x) {

    public Window(int channels, Axis y, Axis x) {
        this(channels, 0, channels, y, x);
    }

    /**
     * The windows along one dimension.
     *
     * @param inputs the extent of the input
     * @param kernel the places of a window
     * @param padding places that the first window reads before the first input
     * @param dilation distance of neighboring places of a window
     * @param outputs the number of windows
     * @param spread places from one input to the next; transposed convolutions have zeros between them
     */
    public record Axis(int inputs, int kernel, int stride, int padding, int dilation, int outputs, int spread) {

        public Axis(int inputs, int kernel, int stride, int padding, int dilation, int outputs) {
            this(inputs, kernel, stride, padding, dilation, outputs, 1);
        }

        public static final Axis ONE = new Axis(1, 1, 1, 0, 1, 1);

        /**
         * Returns the input that a window reads at a place; below 0 or at least {@code inputs} in the padding, -1
         * between inputs.
         */
        public int at(int output, int place) {
            int at = output * stride - padding + place * dilation;
            if (spread == 1) {
                return at;
            }
            return at % spread == 0 ? at / spread : -1;
        }

        /** Returns true if there are no zeros between inputs. */
        public boolean isUpright() {
            return spread == 1;
        }

        /** Returns true if consecutive places of a window are consecutive in the input. */
        public boolean isDense() {
            return dilation == 1 && spread == 1;
        }
    }

    public int size() {
        return y.kernel * x.kernel * channels;
    }

    public int positions() {
        return y.outputs * x.outputs;
    }

    public int inputs() {
        return y.inputs * x.inputs * allChannels;
    }

    /** Returns the index in a row of the first channel that is read at a place. */
    public int place(int row, int column) {
        return (row * x.inputs + column) * allChannels + firstChannel;
    }
}
