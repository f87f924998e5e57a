package dev.spikelane.kernel.step;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.spikelane.equation.EquationParameters;
import dev.spikelane.equation.Equations;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.limit.NativeMemory;
import dev.spikelane.simd.SimdWidth;
import dev.spikelane.simd.Tile;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Delays the currents of neurons, each by its own, possibly fractional number of steps. The arithmetic is float32
 * without fused operations. With the delay d, the most steps D, k the whole part of d but at most D - 1, and the
 * current I[t] of a step, 0 before the first:
 *
 * <pre>{@code
 * J[t] = (k + 1 - d) * I[t - k] + (d - k) * I[t - k - 1]
 * }</pre>
 *
 * <p>The backward pass is the transpose, with G[t] the gradient of J[t], 0 after the last step. The gradient of I[t] is
 * {@code (k + 1 - d) * G[t + k] + (d - k) * G[t + k + 1]}. The gradient of the delay is the sum of
 * {@code I[t] * (G[t + k + 1] - G[t + k])}, steps descending, the steps before the window last, unless all of them are
 * 0.
 *
 * <p>The state holds the newest D currents of a sample, the last step first. A sample's steps are copied one below the
 * other into an array, because the lanes of a vector read as many rows as there are delays.
 */
@SuppressWarnings("exports") // annotations for checks at compile time
public final class DelayLine {

    /** Steps in the array: with 25 steps of delay, rows of 128 neurons fit into L1. */
    private static final int STEPS = 64;

    private final EquationParameters parameters;
    private final Equations.Line declared;

    private DelayLine(EquationParameters parameters, Equations.Line declared) {
        this.parameters = parameters;
        this.declared = declared;
    }

    /** Returns the delay line of neurons; null if their currents are not delayed. */
    public static @Nullable DelayLine of(Equations neurons, EquationParameters parameters) {
        Equations.Line declared = neurons.line();
        return declared == null ? null : new DelayLine(parameters, declared);
    }

    /** Returns D. */
    public int steps() {
        return declared.steps();
    }

    /** Returns the name of the parameter. */
    public String delay() {
        return declared.delay();
    }

    /** Rows of one sample for a range of neurons; for one thread at a time. */
    static final class Rows {

        /** Offsets of each neuron's newer value from the row of a step; its weights of both values. */
        int[] places = {};

        float[] near = {};
        float[] far = {};
        /** Rows of steps, one below the other, after the rows of earlier steps. */
        float[] given = {};
        /** The results: byte offset of the first step's row, and bytes from row to row. */
        MemorySegment made = MemorySegment.NULL;

        long madeAt;
        long madeStep;
        /** The factors of the differences for learned delays, with offsets as for the results. */
        MemorySegment factors = MemorySegment.NULL;

        long factorsAt;
        long factorsStep;
        boolean learns;
        float[] sum = {};
        /** Each neuron's older value. */
        float[] past = {};

        int first;
        int width;
        private int version = -1;

        /** Selects neurons; recomputes weights if these or the parameters changed. */
        private void at(DelayLine line, int firstNeuron, int neurons) {
            if (version == line.parameters.version() && first == firstNeuron && width == neurons) {
                return;
            }
            version = line.parameters.version();
            first = firstNeuron;
            width = neurons;
            if (near.length < width) { // threads take tiles of several widths in turn
                places = new int[width];
                near = new float[width];
                far = new float[width];
                sum = new float[width];
                past = new float[width];
            }
            float[] delays = line.parameters.values(line.declared.delay());
            for (int i = 0; i < width; i++) {
                boolean pads = first + i >= line.parameters.neurons();
                float delay = pads ? 0 : delays[delays.length == 1 ? 0 : first + i];
                int steps = Math.min((int) delay, line.steps() - 1);
                places[i] = i - steps * width;
                near[i] = pads ? 0 : steps + 1 - delay;
                far[i] = delay - steps;
            }
        }

        private long offset(FloatMatrix matrix, int row, int origin) {
            return matrix.rowOffset(row) + (long) (first - origin) * Float.BYTES;
        }

        /** Sets the rows of the results: from {@code row}, {@code apart} rows from one to the next. */
        private void make(FloatMatrix matrix, int row, int apart, int origin) {
            made = matrix.segment();
            madeAt = offset(matrix, row, origin);
            madeStep = (long) apart * matrix.stride() * Float.BYTES;
        }

        /** Sets the rows of the factors. */
        private void learn(FloatMatrix matrix, int row, int apart) {
            learns = true;
            factors = matrix.segment();
            factorsAt = offset(matrix, row, 0);
            factorsStep = (long) apart * matrix.stride() * Float.BYTES;
        }

        /** Copies a row from a matrix whose column 0 is the neuron {@code origin}. */
        private void take(FloatMatrix matrix, int row, int origin, float[] into, int at) {
            MemorySegment.copy(matrix.segment(), JAVA_FLOAT, offset(matrix, row, origin), into, at * width, width);
        }

        private void put(float[] from, int at, FloatMatrix matrix, int row, int origin) {
            MemorySegment.copy(from, at * width, matrix.segment(), JAVA_FLOAT, offset(matrix, row, origin), width);
        }

        /** Delays some steps: a step's newer value is the next step's older value. */
        private void delay(int row, int steps) {
            for (int i = 0; i < width; i++) {
                past[i] = given[(row - 1) * width + places[i]];
            }
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
                    long at = (long) i * Float.BYTES;
                    made.set(JAVA_FLOAT, madeAt + t * madeStep + at, near[i] * now + far[i] * past[i]);
                    if (learns) {
                        sum[i] += factors.get(JAVA_FLOAT, factorsAt + t * factorsStep + at) * (past[i] - now);
                    }
                    past[i] = now;
                }
            }
        }
    }

    /** The forward pass; for one thread at a time. */
    public static final class Run {

        private DelayLine line;
        private final Rows own = new Rows();
        private @Nullable FloatMatrix kept;
        private int keptSteps;
        private int keptFrom;

        public Run(DelayLine line) {
            this.line = line;
        }

        /** Continues with another line of the same text, such as after parameters changed. */
        public Run with(DelayLine now) {
            if (line != now) {
                line = now;
                own.version = -1;
            }
            return this;
        }

        /**
         * Stores currents as they are before the delay.
         *
         * @param undelayed receives them, sample after sample
         * @param steps rows of a sample in {@code undelayed}
         * @param first row of the first step in a sample
         */
        public void keep(FloatMatrix undelayed, int steps, int first) {
            kept = undelayed;
            keptSteps = steps;
            keptFrom = first;
        }

        /**
         * Delays currents.
         *
         * @param from the currents
         * @param row row of the first step, also in {@code into}
         * @param count rows, whole steps
         * @param into receives the delayed currents; may be the matrix of the currents
         * @param origin the neuron in column 0 of {@code into}
         * @param newest {@code [steps * batch x neurons]}: the newest currents, updated
         */
        public void forward(Tile from, int row, int count, FloatMatrix into, int origin, FloatMatrix newest) {
            int most = line.steps();
            int batch = newest.rows() / most;
            int steps = count / batch;
            own.at(line, from.firstColumn(), (from.endBlock() - from.firstBlock()) * Long.SIZE);
            int room = (most + Math.min(STEPS, steps)) * own.width;
            own.given = own.given.length < room ? new float[room] : own.given;
            for (int sample = 0; sample < batch; sample++) {
                for (int k = 0; k < most; k++) {
                    own.take(newest, k * batch + sample, 0, own.given, most - 1 - k);
                }
                for (int done = 0; done < steps; done += STEPS) {
                    int some = Math.min(STEPS, steps - done);
                    int at = row + done * batch + sample;
                    for (int t = 0; t < some; t++) {
                        own.take(from.matrix(), at + t * batch, from.origin(), own.given, most + t);
                        if (kept != null) {
                            own.put(own.given, most + t, kept, sample * keptSteps + keptFrom + done + t, 0);
                        }
                    }
                    own.make(into, at, batch, origin);
                    own.delay(most, some);
                    System.arraycopy(own.given, some * own.width, own.given, 0, most * own.width);
                }
                for (int k = 0; k < most; k++) {
                    own.put(own.given, most - 1 - k, newest, k * batch + sample, 0);
                }
            }
        }
    }

    /** The backward pass of a range of neurons; for one thread at a time. */
    public static final class Back {

        private final DelayLine line;
        private final @Nullable FloatMatrix sums;
        private final Rows own = new Rows();
        private final int firstNeuron;
        private final int width;
        /** Receives unused results. */
        private final FloatMatrix spare;
        /** Gradients of each sample, the last step first, after zeros for later steps. */
        private float[][] gradients = {};
        /** Number of filled rows in {@link #gradients}. */
        private int there;

        private @Nullable FloatMatrix currents;
        private @Nullable FloatMatrix newest;
        private int batch;

        /**
         * Creates a backward pass.
         *
         * @param sums {@code [batch x neurons]}, to which gradients of delays are added; null if delays are not learned
         */
        public Back(DelayLine line, @Nullable FloatMatrix sums, int firstNeuron, int neurons) {
            this.line = line;
            this.sums = sums;
            this.firstNeuron = firstNeuron;
            this.width = Math.ceilDiv(neurons, Long.SIZE) * Long.SIZE;
            this.spare = FloatMatrix.zeros(NativeMemory.ofAuto(), sums == null ? 1 : line.steps(), width);
        }

        /** Starts at the last step. */
        public void begin() {
            there = line.steps();
            for (float[] sample : gradients) {
                Arrays.fill(sample, 0, there * width, 0);
            }
        }

        /**
         * Selects a segment of steps.
         *
         * @param undelayed its currents before the delay, sample after sample; null if delays are not learned
         * @param before currents before its first step; null unless it is the first segment
         */
        public void open(@Nullable FloatMatrix undelayed, @Nullable FloatMatrix before, int samples) {
            currents = undelayed;
            newest = before;
            batch = samples;
        }

        /**
         * Turns gradients of delayed currents into gradients of currents; steps must descend from call to call.
         *
         * @param of the gradients, changed in place
         * @param row row of the first step
         * @param origin the neuron in column 0 of {@code of}
         * @param step the first step, in the segment
         * @param steps number of steps
         */
        public void back(FloatMatrix of, int row, int origin, int step, int steps) {
            int most = line.steps();
            FloatMatrix factorsOf = currents;
            int keptSteps = factorsOf == null ? 0 : factorsOf.rows() / batch;
            FloatMatrix before = newest;
            int room = most + Math.max(most, steps);
            if (gradients.length == 0 || gradients[0].length < room * width) {
                int known = gradients.length == 0 ? 0 : there * width;
                float[][] all = new float[batch][room * width];
                for (int i = 0; i < batch && known > 0; i++) {
                    System.arraycopy(gradients[i], 0, all[i], 0, known);
                }
                gradients = all;
            }
            own.at(line, firstNeuron, width);
            turn(steps);
            for (int sample = 0; sample < batch; sample++) {
                own.given = gradients[sample];
                int last = (steps - 1) * batch + sample;
                for (int t = 0; t < steps; t++) {
                    own.take(of, row + last - t * batch, origin, own.given, there + t);
                }
                own.make(of, row + last, -batch, origin);
                if (sums != null && factorsOf != null) {
                    own.learn(factorsOf, sample * keptSteps + step + steps - 1, -1);
                    own.take(sums, sample, 0, own.sum, 0);
                }
                own.delay(there, steps);
                if (sums != null) {
                    own.put(own.sum, 0, sums, sample, 0);
                }
            }
            there += steps;
            if (step == 0 && before != null && sums != null) {
                before(before, sums);
            }
        }

        /** Adds the terms of the currents before the window. */
        private void before(FloatMatrix earlier, FloatMatrix into) {
            int most = line.steps();
            turn(most);
            for (int sample = 0; sample < batch; sample++) {
                if (isSilent(earlier, sample)) {
                    continue;
                }
                own.given = gradients[sample];
                Arrays.fill(own.given, there * width, (there + most) * width, 0);
                own.take(into, sample, 0, own.sum, 0);
                own.make(spare, 0, 1, firstNeuron);
                own.learn(earlier, sample, batch);
                own.delay(there, most);
                own.put(own.sum, 0, into, sample, 0);
            }
        }

        private boolean isSilent(FloatMatrix earlier, int sample) {
            int bits = 0;
            for (int row = sample; row < earlier.rows() && bits == 0; row += batch) {
                own.take(earlier, row, 0, own.past, 0);
                for (int i = 0; i < width; i++) {
                    bits |= Float.floatToRawIntBits(own.past[i]) << 1; // without the sign
                }
            }
            return bits == 0;
        }

        /** Moves the last rows of all samples to the front if more steps would not fit. */
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
