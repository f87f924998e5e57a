package dev.spikelane.kernel.step;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.spikelane.equation.EquationParameters;
import dev.spikelane.equation.Equations;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.SimdWidth;
import dev.spikelane.simd.Tile;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Delays the currents of neurons, each by steps of its own, or by something between two steps. In float32 without fused
 * operations, with d the delay, D the most steps, k the whole number below d, at most D - 1, and I[t] the current of a
 * step, 0 before the first:
 *
 * <pre>{@code
 * J[t] = (k + 1 - d) * I[t - k] + (d - k) * I[t - k - 1]
 * }</pre>
 *
 * <p>The way back is the same the other way round, with G[t] the gradient of J[t], 0 behind the last step: it gives
 * {@code (k + 1 - d) * G[t + k] + (d - k) * G[t + k + 1]} to I[t], and {@code I[t] * (G[t + k + 1] - G[t + k])} to the
 * sum of the delay's gradient, steps descending, those before the window last, unless all of these are 0.
 *
 * <p>The newest D currents of a sample are a part of the state, the last step's in front. Loops take a sample's rows of
 * some steps one below the other, as lanes would come from as many rows as there are delays.
 */
@SuppressWarnings("exports") // annotations for checks at compile time
public final class DelayLine {

    /** Steps that are taken at a time: with 25 steps of delay, rows of 128 neurons fit into L1. */
    private static final int STEPS = 64;

    private final EquationParameters parameters;
    private final Equations.Line said;

    private DelayLine(EquationParameters parameters, Equations.Line said) {
        this.parameters = parameters;
        this.said = said;
    }

    /** The line of neurons; null if their currents are not delayed. */
    public static @Nullable DelayLine of(Equations neurons, EquationParameters parameters) {
        Equations.Line said = neurons.line();
        return said == null ? null : new DelayLine(parameters, said);
    }

    /** The most steps. */
    public int steps() {
        return said.steps();
    }

    /** The name of the parameter. */
    public String delay() {
        return said.delay();
    }

    /** Neurons of some blocks, and rows of one sample of theirs; for one thread at a time. */
    static final class Rows {

        /** Where a neuron's first value stands, from the row of a step on; and the weights of both. */
        int[] places = {};

        float[] near = {};
        float[] far = {};
        /** Steps one below the other, behind those that come before. */
        float[] given = {};
        /** What becomes of them. */
        float[] made = {};
        /** By what differences are multiplied; empty where nobody learns. */
        float[] factors = {};

        float[] sum = {};
        int first;
        int width;
        private int version = -1;

        /** Goes to some blocks. */
        private void at(DelayLine line, int firstNeuron, int neurons) {
            if (version == line.parameters.version() && first == firstNeuron && width == neurons) {
                return;
            }
            version = line.parameters.version();
            first = firstNeuron;
            if (width != neurons) {
                width = neurons;
                places = new int[width];
                near = new float[width];
                far = new float[width];
                sum = new float[width];
            }
            float[] delays = line.parameters.values(line.said.delay());
            for (int i = 0; i < width; i++) {
                boolean pads = first + i >= line.parameters.neurons();
                float delay = pads ? 0 : delays[delays.length == 1 ? 0 : first + i];
                int steps = Math.min((int) delay, line.steps() - 1);
                places[i] = i - steps * width;
                near[i] = pads ? 0 : steps + 1 - delay;
                far[i] = delay - steps;
            }
        }

        private void reserve(int rows, int steps) {
            given = given.length < rows * width ? new float[rows * width] : given;
            made = made.length < steps * width ? new float[steps * width] : made;
        }

        /** Takes a row out of a matrix whose first column has a neuron. */
        private void take(FloatMatrix matrix, int row, int origin, float[] into, int at) {
            long offset = matrix.rowOffset(row) + (long) (first - origin) * Float.BYTES;
            MemorySegment.copy(matrix.segment(), JAVA_FLOAT, offset, into, at * width, width);
        }

        private void put(float[] from, int at, FloatMatrix matrix, int row, int origin) {
            long offset = matrix.rowOffset(row) + (long) (first - origin) * Float.BYTES;
            MemorySegment.copy(from, at * width, matrix.segment(), JAVA_FLOAT, offset, width);
        }

        /** Delays some steps, the first of which stands in a row. */
        private void delay(int row, int steps) {
            if (SimdWidth.VECTOR) {
                DelayLineVector.delay(this, row, steps);
            } else {
                scalar(row, steps);
            }
        }

        /** The specification. */
        void scalar(int row, int steps) {
            for (int t = 0; t < steps; t++) {
                for (int i = 0; i < width; i++) {
                    float now = given[(row + t) * width + places[i]];
                    float past = given[(row + t - 1) * width + places[i]];
                    made[t * width + i] = near[i] * now + far[i] * past;
                    if (factors.length > 0) {
                        sum[i] += factors[t * width + i] * (past - now);
                    }
                }
            }
        }
    }

    /** A line at work; it serves one thread at a time. */
    public static final class Run {

        private final DelayLine line;
        private final Rows own = new Rows();

        /** Starts. */
        public Run(DelayLine line) {
            this.line = line;
        }

        /**
         * Delays the currents of some blocks.
         *
         * @param from the currents
         * @param row of the first step; the same in {@code into}
         * @param count rows, whole steps
         * @param into receives the delayed currents; may be the matrix of the currents
         * @param origin the neuron whose currents stand in column 0 of that
         * @param newest {@code [steps * batch x neurons]}: the newest currents, updated
         */
        public void forward(Tile from, int row, int count, FloatMatrix into, int origin, FloatMatrix newest) {
            int most = line.steps();
            int batch = newest.rows() / most;
            int steps = count / batch;
            own.at(line, from.firstColumn(), (from.endBlock() - from.firstBlock()) * Long.SIZE);
            own.reserve(most + Math.min(STEPS, steps), Math.min(STEPS, steps));
            for (int sample = 0; sample < batch; sample++) {
                for (int k = 0; k < most; k++) {
                    own.take(newest, k * batch + sample, 0, own.given, most - 1 - k);
                }
                for (int done = 0; done < steps; done += STEPS) {
                    int some = Math.min(STEPS, steps - done);
                    int at = row + done * batch + sample;
                    for (int t = 0; t < some; t++) {
                        own.take(from.matrix(), at + t * batch, from.origin(), own.given, most + t);
                    }
                    own.delay(most, some);
                    for (int t = 0; t < some; t++) {
                        own.put(own.made, t, into, at + t * batch, origin);
                    }
                    System.arraycopy(own.given, some * own.width, own.given, 0, most * own.width);
                }
                for (int k = 0; k < most; k++) {
                    own.put(own.given, most - 1 - k, newest, k * batch + sample, 0);
                }
            }
        }
    }

    /** The way back of some blocks of neurons; it serves one thread at a time. */
    public static final class Back {

        private final DelayLine line;
        private final @Nullable FloatMatrix sums;
        private final Rows own = new Rows();
        private final int firstNeuron;
        private final int width;
        /** Gradients of each sample, the last step first, behind the zeros of those behind it. */
        private float[][] gradients = {};
        /** How many rows there are. */
        private int there;

        private @Nullable FloatMatrix currents;
        private @Nullable FloatMatrix newest;
        private int batch;

        /**
         * Starts.
         *
         * @param sums {@code [batch x neurons]}, to which gradients of delays are added; null if nobody learns them
         */
        public Back(DelayLine line, @Nullable FloatMatrix sums, int firstNeuron, int neurons) {
            this.line = line;
            this.sums = sums;
            this.firstNeuron = firstNeuron;
            this.width = Math.ceilDiv(neurons, Long.SIZE) * Long.SIZE;
        }

        /** Begins a way back. */
        public void begin() {
            there = line.steps();
            for (float[] sample : gradients) {
                Arrays.fill(sample, 0, there * width, 0);
            }
        }

        /**
         * Goes to a segment.
         *
         * @param undelayed its currents before they were delayed, {@code [steps * batch x neurons]}
         * @param before those before its first step; null if it is not the first segment
         */
        public void open(FloatMatrix undelayed, @Nullable FloatMatrix before, int samples) {
            currents = undelayed;
            newest = before;
            batch = samples;
        }

        /**
         * Takes gradients of delayed currents back to those of currents, in the steps before those that came last.
         *
         * @param of the gradients, changed in place
         * @param row of the first step
         * @param origin the neuron whose gradients stand in column 0 of that
         * @param step the first one, in the segment
         * @param steps how many
         */
        public void back(FloatMatrix of, int row, int origin, int step, int steps) {
            int most = line.steps();
            FloatMatrix factorsOf = Objects.requireNonNull(currents);
            FloatMatrix before = newest;
            int room = most + Math.max(STEPS, Math.max(most, steps));
            if (gradients.length == 0 || gradients[0].length < room * width) {
                int known = gradients.length == 0 ? 0 : there * width;
                float[][] all = new float[batch][room * width];
                for (int i = 0; i < batch && known > 0; i++) {
                    System.arraycopy(gradients[i], 0, all[i], 0, known);
                }
                gradients = all;
            }
            own.at(line, firstNeuron, width);
            own.reserve(0, Math.max(most, steps));
            int factors = sums == null ? 0 : Math.max(most, steps) * width;
            own.factors = own.factors.length < factors ? new float[factors] : own.factors;
            turn(steps);
            for (int sample = 0; sample < batch; sample++) {
                own.given = gradients[sample];
                for (int t = 0; t < steps; t++) {
                    int at = (steps - 1 - t) * batch + sample;
                    own.take(of, row + at, origin, own.given, there + t);
                    if (sums != null) {
                        own.take(factorsOf, step * batch + at, 0, own.factors, t);
                    }
                }
                if (sums != null) {
                    own.take(sums, sample, 0, own.sum, 0);
                }
                own.delay(there, steps);
                for (int t = 0; t < steps; t++) {
                    own.put(own.made, t, of, row + (steps - 1 - t) * batch + sample, origin);
                }
                if (sums != null) {
                    own.put(own.sum, 0, sums, sample, 0);
                }
            }
            there += steps;
            if (step == 0 && before != null && sums != null) {
                before(before, sums);
            }
        }

        /** Adds what the currents before the window have given. */
        private void before(FloatMatrix earlier, FloatMatrix into) {
            int most = line.steps();
            turn(most);
            for (int sample = 0; sample < batch; sample++) {
                boolean silent = true;
                for (int k = 0; k < most; k++) {
                    own.take(earlier, k * batch + sample, 0, own.factors, k);
                }
                for (int i = 0; i < most * width && silent; i++) {
                    silent = own.factors[i] == 0;
                }
                if (!silent) {
                    own.given = gradients[sample];
                    Arrays.fill(own.given, there * width, (there + most) * width, 0);
                    own.take(into, sample, 0, own.sum, 0);
                    own.delay(there, most);
                    own.put(own.sum, 0, into, sample, 0);
                }
            }
        }

        /** Makes room for some steps: brings the last rows of all samples to the front. */
        private void turn(int steps) {
            int most = line.steps();
            if ((there + steps) * width > gradients[0].length) {
                for (int sample = 0; sample < batch; sample++) {
                    System.arraycopy(gradients[sample], (there - most) * width, gradients[sample], 0, most * width);
                }
                there = most;
            }
        }
    }
}
