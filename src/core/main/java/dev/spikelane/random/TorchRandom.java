package dev.spikelane.random;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Objects;

/**
 * Draws the random numbers that PyTorch draws on the CPU after {@code torch.manual_seed(seed)}, bit for bit in float32.
 *
 * <p>The stream is the 32-bit Mersenne Twister MT19937, seeded with {@code init_genrand}. Every value takes one 32-bit
 * output, of which the low 24 bits count: {@code x = (output & 0xFFFFFF) * 2^-24}, in [0, 1). Matrices are filled row
 * after row, columns ascending, as PyTorch fills a contiguous tensor; padding takes no draw and stays zero. All methods
 * continue one stream, so their order matters; {@link #state} returns the position in it, as
 * {@code torch.get_rng_state()} does.
 *
 * <p>Methods with a matrix throw an {@link IllegalArgumentException} if shapes differ, an {@link IllegalStateException}
 * if an arena is closed and a {@link WrongThreadException} if an arena is confined to another thread.
 *
 * <p>An object holds about 8 KB and allocates only the results of methods; one thread at a time may use it.
 * {@link CounterRandom} is for many threads.
 *
 * <p>Matches PyTorch 2.6 on x86-64 with FMA instructions. Source: Matsumoto and Nishimura, "Mersenne Twister: a
 * 623-dimensionally equidistributed uniform pseudo-random number generator", ACM TOMACS 8 (1998).
 */
public final class TorchRandom {

    private static final int BLOCK = 624;
    private static final int MIDDLE = 397;
    private static final int TWIST = 0x9908b0df;

    private static final int FRACTION = (1 << Float.PRECISION) - 1;
    private static final float FRACTION_UNIT = 0x1p-24f;
    private static final long DOUBLE_FRACTION = (1L << 53) - 1;

    /** PyTorch uses another algorithm from this size on: {@code (2^32 - 1) / 20}. */
    private static final int RANDPERM_LIMIT = 214_748_364;

    private final int[] state = new int[BLOCK];
    private final int[] outputs = new int[BLOCK];
    private final float[] values = new float[BLOCK];
    private int next = BLOCK;

    /**
     * Starts the stream of {@code torch.manual_seed(seed)}.
     *
     * @param seed any value, of which, as in PyTorch's CPU generator, only the low 32 bits count; a negative seed
     *     counts as its two's complement
     */
    public TorchRandom(long seed) {
        state[0] = (int) seed;
        for (int i = 1; i < BLOCK; i++) {
            state[i] = 1812433253 * (state[i - 1] ^ (state[i - 1] >>> 30)) + i;
        }
    }

    /**
     * Continues the stream of another generator.
     *
     * @param state the result of {@link #state}
     * @return a generator at this position
     * @throws IllegalArgumentException if the state does not have 625 numbers, or the last is not 0 to 624
     */
    public static TorchRandom ofState(int[] state) {
        if (state.length != BLOCK + 1) {
            throw new IllegalArgumentException(
                    "state has " + state.length + " numbers, expected " + (BLOCK + 1) + " of a generator");
        }
        if (state[BLOCK] < 0 || state[BLOCK] > BLOCK) {
            throw new IllegalArgumentException("state ends with " + state[BLOCK] + ", expected 0 to " + BLOCK);
        }
        TorchRandom random = new TorchRandom(0);
        System.arraycopy(state, 0, random.state, 0, BLOCK);
        random.temper();
        random.next = state[BLOCK];
        return random;
    }

    /** {@return the 624 words of the Mersenne Twister, then the number of their drawn outputs, 0 to 624} */
    public int[] state() {
        int[] copy = Arrays.copyOf(state, BLOCK + 1);
        copy[BLOCK] = next;
        return copy;
    }

    /**
     * Skips outputs.
     *
     * @param outputs the number of outputs, at least 0: one for a float, two for a {@link #nextLong}, {@code n - 1} for
     *     a {@link #randperm}
     * @throws IllegalArgumentException if it is negative
     */
    public void skip(long outputs) {
        if (outputs < 0) {
            throw new IllegalArgumentException("outputs is " + outputs + ", expected at least 0");
        }
        long left = outputs - (BLOCK - next);
        if (left <= 0) {
            next += (int) outputs;
            return;
        }
        for (; left > BLOCK; left -= BLOCK) {
            twist();
        }
        generate();
        next = (int) left;
    }

    /**
     * Draws one value: {@code torch.rand(1)}.
     *
     * @return a multiple of {@code 2^-24} in [0, 1)
     */
    public float nextFloat() {
        return fraction(nextOutput());
    }

    /**
     * Draws a whole number: {@code torch.empty((), dtype=torch.int64).random_()}, as seeds of PyTorch's DataLoader. It
     * takes two outputs, the high half first.
     *
     * @return a number from 0 to {@code 2^63 - 1}
     */
    public long nextLong() {
        long high = nextOutput();
        return (high << Integer.SIZE | Integer.toUnsignedLong(nextOutput())) & Long.MAX_VALUE;
    }

    /**
     * Fills a matrix with uniform values in [0, 1): {@code torch.rand(rows, columns)}.
     *
     * @param matrix receives {@code rows * columns} draws
     * @throws IllegalStateException if its arena is closed
     * @throws WrongThreadException if its arena is confined to another thread
     */
    public void rand(FloatMatrix matrix) {
        requireAccessible("matrix", matrix);
        fill(matrix, 0, 1);
    }

    /**
     * {@return a matrix of uniform values in [0, 1): {@code torch.rand(rows, columns)}}
     *
     * @param rows number of rows, at least 1
     * @param columns number of columns, at least 1
     * @throws IllegalArgumentException if there is no element
     */
    public FloatMatrix rand(int rows, int columns) {
        FloatMatrix matrix = FloatMatrix.zeros(rows, columns);
        rand(matrix);
        return matrix;
    }

    /**
     * Fills a matrix with uniform values: {@code tensor.uniform_(from, to)}.
     *
     * <p>{@code value = fma(x, to - from, from)}. As in PyTorch the rounding can give {@code to} itself.
     *
     * @param matrix receives {@code rows * columns} draws
     * @param from the lowest value, finite
     * @param to the end of the range, finite, not below {@code from}
     * @throws IllegalArgumentException if a limit is not finite, {@code from > to}, or {@code to - from} overflows
     * @throws IllegalStateException if the arena of {@code matrix} is closed
     * @throws WrongThreadException if the arena of {@code matrix} is confined to another thread
     */
    public void uniform(FloatMatrix matrix, float from, float to) {
        requireRange(from, to);
        requireAccessible("matrix", matrix);
        fill(matrix, from, to);
    }

    /**
     * Draws a spike for each probability: {@code torch.bernoulli(probabilities)}, the last step of snnTorch's rate
     * encoding.
     *
     * <p>{@code spike = x < probability}. All probabilities are checked before the first draw.
     *
     * @param probabilities {@code [rows x columns]}, each from 0 to 1
     * @param spikes {@code [rows x columns]}, receives the spikes
     * @throws IllegalArgumentException if a probability is NaN or outside [0, 1], or the shapes differ
     * @throws IllegalStateException if an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public void bernoulli(FloatMatrix probabilities, SpikeMatrix spikes) {
        requireAccessible("probabilities", probabilities);
        spikes.requireShape("spikes", probabilities.rows(), probabilities.columns());
        requireProbabilities(probabilities);
        for (int row = 0; row < spikes.rows(); row++) {
            draw(probabilities, row, 1, 0, spikes, row);
        }
    }

    /**
     * Draws a row of spikes from values that are scaled on the way:
     * {@code torch.bernoulli(clamp(values * gain + offset, 0, 1))}.
     *
     * <p>{@code spike = x < value * gain + offset}, product and sum each rounded to float32; where that is NaN there is
     * no spike.
     *
     * @param values {@code [any rows x columns]}
     * @param valuesRow the row of values
     * @param gain factor on the values
     * @param offset added to the scaled values
     * @param spikes {@code [any rows x columns]}
     * @param spikesRow the row that is overwritten
     * @throws IllegalArgumentException if the matrices have not the same number of columns
     * @throws IndexOutOfBoundsException if there is no such row
     * @throws IllegalStateException if an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public void bernoulli(
            FloatMatrix values, int valuesRow, float gain, float offset, SpikeMatrix spikes, int spikesRow) {
        requireAccessible("values", values);
        spikes.requireShape("spikes", spikes.rows(), values.columns());
        Objects.checkIndex(valuesRow, values.rows());
        Objects.checkIndex(spikesRow, spikes.rows());
        draw(values, valuesRow, gain, offset, spikes, spikesRow);
    }

    private void draw(FloatMatrix values, int valuesRow, float gain, float offset, SpikeMatrix spikes, int spikesRow) {
        long to = spikes.rowOffset(spikesRow);
        for (int word = 0; word < spikes.stride(); word++) {
            spikes.segment().set(JAVA_LONG, to + (long) word * Long.BYTES, word(values, valuesRow, gain, offset, word));
        }
    }

    /**
     * Makes some values zero and scales the others: {@code torch.nn.functional.dropout(values, probability)} in
     * training, where PyTorch is built without MKL.
     *
     * <p>{@code dropped = values * (mask / (1 - probability))} with the mask of {@code bernoulli_(1 - probability)},
     * which takes two outputs for each value, row by row. At probability 0 and 1 nothing is drawn.
     *
     * @param values {@code [rows x columns]}
     * @param probability the share of values that become zero, from 0 to 1
     * @param dropped {@code [rows x columns]}, receives the result; may be {@code values}
     * @throws IllegalArgumentException if the probability is NaN or out of range, or the shapes differ
     * @throws IllegalStateException if an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public void dropout(FloatMatrix values, double probability, FloatMatrix dropped) {
        if (!(probability >= 0 && probability <= 1)) {
            throw new IllegalArgumentException("probability is " + probability + ", expected 0 to 1");
        }
        requireAccessible("values", values);
        dropped.requireShape("dropped", values.rows(), values.columns());
        boolean draws = probability > 0 && probability < 1;
        float kept = probability < 1 ? 1 / (float) (1 - probability) : 0;
        for (int row = 0; row < values.rows(); row++) {
            for (int column = 0; column < values.columns(); column++) {
                boolean keeps = !draws || nextDouble() < 1 - probability;
                dropped.set(row, column, values.get(row, column) * (keeps ? kept : 0));
            }
        }
    }

    /** Draws a multiple of 2^-53 in [0, 1). */
    private double nextDouble() {
        return (nextLong() & DOUBLE_FRACTION) * 0x1p-53;
    }

    /**
     * Draws a random order: {@code torch.randperm(n)}. For {@code i} from 0 to {@code n - 2}, element {@code i} is
     * exchanged with element {@code i + output % (n - i)}.
     *
     * @param n the length, from 0 to 214748363; PyTorch has another algorithm for more
     * @return the numbers 0 to {@code n - 1} in random order
     * @throws IllegalArgumentException if {@code n} is out of range
     */
    public int[] randperm(int n) {
        if (n < 0 || n >= RANDPERM_LIMIT) {
            throw new IllegalArgumentException("n is " + n + ", expected 0 to " + (RANDPERM_LIMIT - 1));
        }
        int[] order = new int[n];
        for (int i = 0; i < n; i++) {
            order[i] = i;
        }
        for (int i = 0; i < n - 1; i++) {
            int other = i + Integer.remainderUnsigned(nextOutput(), n - i);
            int moved = order[i];
            order[i] = order[other];
            order[other] = moved;
        }
        return order;
    }

    /**
     * Fills weights and bias as {@code nn.Linear(in, out)} does, weights first.
     *
     * <p>Both are uniform in {@code [-b, b)} with {@code b = 1 / sqrt(in)}. This call also makes the weights of
     * {@code nn.Conv2d} if they are laid out {@code [out x in * height * width]}.
     *
     * @param weights {@code [out x in]}
     * @param bias {@code [1 x out]}
     * @throws IllegalArgumentException if {@code bias} has another shape
     * @throws IllegalStateException if an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public void linear(FloatMatrix weights, FloatMatrix bias) {
        bias.requireShape("bias", 1, weights.rows());
        linear(weights);
        kaimingUniform(bias, weights.columns());
    }

    /**
     * Fills weights as {@code nn.Linear(in, out, bias=False)} does: uniform in {@code [-b, b)} with
     * {@code b = 1 / sqrt(in)}.
     *
     * @param weights {@code [out x in]}
     * @throws IllegalStateException if the arena is closed
     * @throws WrongThreadException if the arena is confined to another thread
     */
    public void linear(FloatMatrix weights) {
        requireAccessible("weights", weights);
        kaimingUniform(weights, weights.columns());
    }

    /**
     * Fills the weights, or the bias, of a layer of any kind as its PyTorch module does:
     * {@code init.kaiming_uniform_(weights, a=sqrt(5))}.
     *
     * <p>The values are uniform in {@code [-b, b)} with {@code b = 1 / sqrt(fanIn)}, computed in double and rounded to
     * float32. A bias takes the {@code fanIn} of its weights and is drawn after them.
     *
     * @param matrix receives {@code rows * columns} draws, in any shape whose row-major order equals the PyTorch
     *     tensor's
     * @param fanIn how many inputs one output sums, at least 1; for a convolution: input channels per group times
     *     height times width of its kernel
     * @throws IllegalArgumentException if {@code fanIn} is below 1
     * @throws IllegalStateException if the arena is closed
     * @throws WrongThreadException if the arena is confined to another thread
     */
    public void kaimingUniform(FloatMatrix matrix, int fanIn) {
        if (fanIn < 1) {
            throw new IllegalArgumentException("fanIn is " + fanIn + ", expected at least 1");
        }
        requireAccessible("matrix", matrix);
        float bound = (float) (1 / Math.sqrt(fanIn));
        fill(matrix, -bound, bound);
    }

    private void fill(FloatMatrix matrix, float from, float to) {
        MemorySegment segment = matrix.segment();
        for (int row = 0; row < matrix.rows(); row++) {
            int column = 0;
            while (column < matrix.columns()) {
                if (next == BLOCK) {
                    generate();
                }
                int count = Math.min(matrix.columns() - column, BLOCK - next);
                convert(segment, matrix.rowOffset(row) + (long) column * Float.BYTES, count, from, to - from);
                next += count;
                column += count;
            }
        }
    }

    /**
     * Writes the next {@code count} outputs of this block as floats. PyTorch's build makes an FMA of
     * {@code x * (to - from) + from}. C2 vectorizes the loop on arrays but not on the segment: 0.54 ns a value with the
     * copy, 0.86 ns without (2026-11, AMD EPYC, JDK 25).
     */
    private void convert(MemorySegment segment, long offset, int count, float from, float width) {
        for (int i = 0; i < count; i++) {
            values[i] = Math.fma(fraction(outputs[next + i]), width, from);
        }
        MemorySegment.copy(values, 0, segment, JAVA_FLOAT, offset, count);
    }

    private long word(FloatMatrix values, int row, float gain, float offset, int word) {
        int first = word * Long.SIZE;
        int count = Math.min(values.columns() - first, Long.SIZE);
        long at = values.rowOffset(row) + (long) first * Float.BYTES;
        long spikes = 0;
        int bit = 0;
        while (bit < count) {
            if (next == BLOCK) {
                generate();
            }
            int drawn = Math.min(count - bit, BLOCK - next);
            spikes |= compare(values.segment(), at + (long) bit * Float.BYTES, gain, offset, drawn) << bit;
            next += drawn;
            bit += drawn;
        }
        return spikes;
    }

    private long compare(MemorySegment segment, long at, float gain, float offset, int count) {
        long spikes = 0;
        for (int bit = 0; bit < count; bit++) {
            float probability = segment.get(JAVA_FLOAT, at + (long) bit * Float.BYTES) * gain + offset;
            spikes |= (fraction(outputs[next + bit]) < probability ? 1L : 0L) << bit;
        }
        return spikes;
    }

    private int nextOutput() {
        if (next == BLOCK) {
            generate();
        }
        return outputs[next++];
    }

    private void generate() {
        twist();
        temper();
        next = 0;
    }

    private void twist() {
        for (int i = 0; i < BLOCK - MIDDLE; i++) {
            state[i] = state[i + MIDDLE] ^ twist(state[i], state[i + 1]);
        }
        for (int i = BLOCK - MIDDLE; i < BLOCK - 1; i++) {
            state[i] = state[i + MIDDLE - BLOCK] ^ twist(state[i], state[i + 1]);
        }
        state[BLOCK - 1] = state[MIDDLE - 1] ^ twist(state[BLOCK - 1], state[0]);
    }

    private void temper() {
        for (int i = 0; i < BLOCK; i++) {
            outputs[i] = temper(state[i]);
        }
    }

    private static int twist(int upper, int lower) {
        int mixed = (upper & 0x80000000) | (lower & 0x7fffffff);
        return (mixed >>> 1) ^ (-(lower & 1) & TWIST);
    }

    private static int temper(int word) {
        int y = word ^ (word >>> 11);
        y ^= (y << 7) & 0x9d2c5680;
        y ^= (y << 15) & 0xefc60000;
        return y ^ (y >>> 18);
    }

    private static float fraction(int output) {
        return (output & FRACTION) * FRACTION_UNIT;
    }

    private static void requireAccessible(String name, FloatMatrix matrix) {
        Objects.requireNonNull(matrix, name).requireShape(name, matrix.rows(), matrix.columns());
    }

    private static void requireRange(float from, float to) {
        if (!Float.isFinite(from) || !Float.isFinite(to) || from > to) {
            throw new IllegalArgumentException(
                    "range is " + from + " to " + to + ", expected finite limits, the lower one first");
        }
        if (!Float.isFinite(to - from)) {
            throw new IllegalArgumentException(
                    "range is " + from + " to " + to + ", expected at most " + Float.MAX_VALUE + " between them");
        }
    }

    private static void requireProbabilities(FloatMatrix probabilities) {
        for (int row = 0; row < probabilities.rows(); row++) {
            long offset = probabilities.rowOffset(row);
            for (int column = 0; column < probabilities.columns(); column++) {
                float value = probabilities.segment().get(JAVA_FLOAT, offset + (long) column * Float.BYTES);
                if (!(value >= 0 && value <= 1)) {
                    throw new IllegalArgumentException("probability at row " + row + ", column " + column + " is "
                            + value + ", expected a value from 0 to 1");
                }
            }
        }
    }

    @Override
    public String toString() {
        return "TorchRandom after " + next + " of a block of " + BLOCK + " numbers";
    }
}
