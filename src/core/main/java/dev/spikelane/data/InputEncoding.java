package dev.spikelane.data;

import dev.spikelane.encode.Delta;
import dev.spikelane.encode.Latency;
import dev.spikelane.encode.Rate;
import dev.spikelane.io.file.JsonValue;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.random.CounterRandom;
import dev.spikelane.random.TorchRandom;
import java.util.List;
import java.util.Objects;

/**
 * How the values of a batch become the input of a network. Random numbers come from the samples' streams, so a
 * sample's spikes do not depend on its place.
 */
public interface InputEncoding {

    /**
     * Allocates the rows that this code writes.
     *
     * @param samples of a batch, at least 1
     * @param neurons values of a sample
     * @return a matrix of spikes {@code [steps * samples x neurons]}, or of values where a code says so
     */
    default Signal allocate(int samples, int neurons) {
        return SpikeMatrix.zeros(Math.multiplyExact(steps(), samples), neurons);
    }

    /**
     * Encodes a batch.
     *
     * @param values {@code [samples x neurons]}
     * @param draws the random streams of the samples
     * @param into from {@link #allocate} for as many samples, overwritten
     * @throws IllegalArgumentException if the values cannot be encoded so
     */
    void encode(FloatMatrix values, CounterRandom.Draws draws, Signal into);

    /**
     * Tells whether random numbers come from one stream after all samples before, and not from the samples' own: a run
     * with such a code cannot be saved and resumed.
     *
     * @return whether the code of a sample depends on the samples before it
     */
    default boolean isSequential() {
        return false;
    }

    /**
     * Returns the time steps that a sample becomes. A run of another number of steps refuses this
     * code.
     *
     * @return steps, or 0 if the result has one row for each sample, a frame that does not change in time; also 0 if
     *     the code does not say it
     */
    default int steps() {
        return 0;
    }

    /**
     * Returns the word by which a model file notes this code, for {@link #named}.
     *
     * @return {@code frame}, {@code pieces}, {@code rate}, {@code latency}, or latency with its options, such as
     *     {@code latency(tau=5.0, linear=true)}; empty if the code has options that a word does not say
     */
    default String word() {
        return "";
    }

    /**
     * Finds a code by its word: {@link #frame}, {@link #pieces}, {@link #rate(Rate, int)} without options, or
     * {@link #latency}.
     *
     * @param word the word that {@link #word} returns
     * @param steps time steps, at least 1
     * @return the code
     * @throws IllegalArgumentException if there is none of that word, or steps is below 1
     */
    static InputEncoding named(String word, int steps) {
        Objects.requireNonNull(word, "word");
        return switch (word) {
            case FrameInput.WORD -> frame();
            case SlicedInput.WORD -> pieces(steps);
            case RateInput.WORD -> rate(new Rate(), steps);
            case String named when LatencyInput.isNamed(named) -> latency(LatencyInput.named(named), steps);
            default ->
                throw new IllegalArgumentException("code is " + JsonValue.quoted(word) + ", expected one of "
                        + FrameInput.WORD + ", " + SlicedInput.WORD + ", " + RateInput.WORD + ", " + LatencyInput.WORD);
        };
    }

    /**
     * Returns the code that gives the values as they are, one row for each sample: a frame that does not change in
     * time.
     *
     * @return the code
     */
    static InputEncoding frame() {
        return new FrameInput();
    }

    /**
     * Returns the code that shows a sample piece by piece: at each step the next values of it, such as a line of an
     * image.
     *
     * @param steps time steps, at least 1
     * @return the code, which makes {@code [steps * samples x values / steps]}
     */
    static InputEncoding pieces(int steps) {
        return new SlicedInput(steps);
    }

    /**
     * Returns delta modulation of a series, as {@code snntorch.spikegen.delta} has it: at each step the next values of
     * the sample come, as those of {@link #pieces}, and a neuron fires where its value has risen by the threshold since
     * the step before.
     *
     * @param delta the encoder
     * @param steps time steps, at least 1
     * @return the code, which makes {@code [steps * samples x values / steps]} spikes, has memory of its own and is for
     *     one loader at a time
     * @throws IllegalArgumentException if steps is below 1
     */
    static InputEncoding delta(Delta delta, int steps) {
        return new DeltaInput(delta, steps, false);
    }

    /**
     * Returns delta modulation of a series with values 1 where it rises by the threshold and -1 where it falls,
     * snnTorch's {@code off_spike=True}.
     *
     * @param delta the encoder
     * @param steps time steps, at least 1
     * @return the code, which makes {@code [steps * samples x values / steps]} values, has memory of its own and is for
     *     one loader at a time
     * @throws IllegalArgumentException if steps is below 1
     */
    static InputEncoding signedDelta(Delta delta, int steps) {
        return new DeltaInput(delta, steps, true);
    }

    /**
     * Returns rate coding.
     *
     * @param rate the encoder
     * @param steps time steps, at least 1
     * @return the code, which draws from the streams of {@link CounterRandom.Draws#encoding}
     * @throws IllegalArgumentException if steps is below 1
     */
    static InputEncoding rate(Rate rate, int steps) {
        return new RateInput(rate, steps, null);
    }

    /**
     * Returns rate coding with numbers from one stream, spike for spike as {@code snntorch.spikegen.rate} draws them
     * batch after batch. It is for comparisons with a run of Python: the spikes of a sample depend on all that was
     * encoded before, so that a run with it cannot be resumed.
     *
     * @param rate the encoder
     * @param steps time steps, at least 1
     * @param random the stream, which nobody else draws from while a loader is open: a loader reads a batch or two
     *     ahead
     * @return the code, for one loader at a time
     */
    static InputEncoding rate(Rate rate, int steps, TorchRandom random) {
        return new RateInput(rate, steps, Objects.requireNonNull(random, "random"));
    }

    /**
     * Returns the code that gives the spikes of recordings as they are, or changed at random. A change is a function
     * of the seed of a {@link Batching}, the epoch and the sample; evaluation takes a code without one.
     *
     * @param steps time steps, as many as {@link Dataset#events} was told
     * @param changes of each sample, in this order
     * @return the code, which has memory of its own and is for one loader at a time
     * @throws IllegalArgumentException if steps is below 1
     */
    static InputEncoding recordings(int steps, SpikeChange... changes) {
        return new RecordingInput(steps, List.of(Objects.requireNonNull(changes, "changes")));
    }

    /** A random change of a sample's spikes, which is a function of its random key alone. */
    @FunctionalInterface
    interface SpikeChange {

        /**
         * Sets the spikes of a changed sample.
         *
         * @param from the sample, {@code [steps x shape.size()]}
         * @param to receives it, of the same shape, without a spike
         * @param shape the shape of a step
         * @param key from which {@link CounterRandom#uniform(long, int)} draws, one number for each column
         */
        void apply(SpikeMatrix from, SpikeMatrix to, Shape shape, long key);

        /**
         * Leaves spikes out, each with a probability.
         *
         * @param probability from 0 to 1
         * @return the change
         * @throws IllegalArgumentException if it is outside
         */
        static SpikeChange drop(double probability) {
            return SpikeChanges.drop(probability);
        }

        /**
         * Moves each spike by itself, by 0 to {@code most} steps and pixels, both ways alike likely; one that leaves
         * the sample is left out.
         *
         * @param mostSteps the most steps, at least 0
         * @param mostPixels the most pixels in x and y, at least 0
         * @return the change
         * @throws IllegalArgumentException if a number is negative
         */
        static SpikeChange jitter(int mostSteps, int mostPixels) {
            return SpikeChanges.jitter(mostSteps, mostPixels);
        }

        /**
         * Moves all spikes of a sample alike, by 0 to {@code most} pixels.
         *
         * @param mostPixels the most pixels in x and y, at least 0
         * @return the change
         * @throws IllegalArgumentException if it is negative
         */
        static SpikeChange shift(int mostPixels) {
            return SpikeChanges.shift(mostPixels);
        }

        /**
         * Flips a sample from left to right, with a probability.
         *
         * @param probability from 0 to 1
         * @return the change
         * @throws IllegalArgumentException if it is outside
         */
        static SpikeChange flip(double probability) {
            return SpikeChanges.flip(probability);
        }

        /**
         * Mixes a sample with another one of the same class: each spike of the other comes with a probability, and each
         * of its own stays with the rest of it. The probability is drawn for each sample, up to the most.
         *
         * @param most from 0 to 1
         * @return the change
         * @throws IllegalArgumentException if it is outside
         */
        static SpikeChange mix(double most) {
            return new SpikeChanges.Mix(most);
        }
    }

    /**
     * Returns latency coding.
     *
     * @param latency the encoder
     * @param steps time steps, at least 1
     * @return the code, which has memory of its own and is for one loader at a time
     * @throws IllegalArgumentException if steps is below 1
     */
    static InputEncoding latency(Latency latency, int steps) {
        Objects.requireNonNull(latency, "latency");
        return new LatencyInput(latency, steps);
    }
}
