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
 * Encodes the values of a batch as the input of a network. Random numbers come from the samples' streams, so a sample's
 * spikes do not depend on its place in the batch.
 */
public interface InputEncoding {

    /**
     * Allocates the rows that this encoding writes.
     *
     * @param samples the samples of a batch, at least 1
     * @param neurons values of a sample
     * @return {@code [steps * samples x neurons]} spikes, or values for some encodings
     */
    default Signal allocate(int samples, int neurons) {
        return SpikeMatrix.zeros(Math.multiplyExact(steps(), samples), neurons);
    }

    /**
     * Encodes a batch.
     *
     * @param values {@code [samples x neurons]}
     * @param draws the random streams of the samples
     * @param into the result of {@link #allocate} for these samples, overwritten
     * @throws IllegalArgumentException if the values cannot be encoded
     */
    void encode(FloatMatrix values, CounterRandom.Draws draws, Signal into);

    /**
     * Returns true if one random stream serves all samples. A run with such an encoding cannot be resumed.
     *
     * @return true if the encoding of a sample depends on earlier samples
     */
    default boolean isSequential() {
        return false;
    }

    /**
     * Returns the time steps of an encoded sample. A run with another number of steps refuses this encoding.
     *
     * @return steps; 0 for a frame, which has one row for each sample, or if the number is unknown
     */
    default int steps() {
        return 0;
    }

    /**
     * Returns the name of this encoding in a model file, for {@link #named}.
     *
     * @return {@code frame}, {@code pieces}, {@code rate}, {@code latency}, or latency with options, such as
     *     {@code latency(tau=5.0, linear=true)}; empty if the encoding has options without a name
     */
    default String word() {
        return "";
    }

    /**
     * Returns an encoding by its name: {@link #frame}, {@link #pieces}, {@link #rate(Rate, int)} without options, or
     * {@link #latency}.
     *
     * @param word a result of {@link #word}
     * @param steps time steps, at least 1
     * @return the encoding
     * @throws IllegalArgumentException if there is no such encoding, or steps is below 1
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
     * Returns the encoding of a frame that is constant in time: values in one row for each sample.
     *
     * @return the encoding
     */
    static InputEncoding frame() {
        return new FrameInput();
    }

    /**
     * Returns the encoding that shows the next part of a sample at each step, such as a line of an image.
     *
     * @param steps time steps, at least 1
     * @return the encoding, {@code [steps * samples x values / steps]}
     */
    static InputEncoding pieces(int steps) {
        return new SlicedInput(steps);
    }

    /**
     * Returns delta modulation of a series, as in {@code snntorch.spikegen.delta}. Each step has the next part of the
     * sample, as in {@link #pieces}. A neuron fires if its value has risen by the threshold since the previous step.
     *
     * @param delta the encoder
     * @param steps time steps, at least 1
     * @return the encoding, {@code [steps * samples x values / steps]} spikes, for one loader at a time
     * @throws IllegalArgumentException if {@code steps} is below 1
     */
    static InputEncoding delta(Delta delta, int steps) {
        return new DeltaInput(delta, steps, false);
    }

    /**
     * Returns delta modulation as {@link #delta} does, with 1 for a rise and -1 for a fall by the threshold, snnTorch's
     * {@code off_spike=True}.
     *
     * @param delta the encoder
     * @param steps time steps, at least 1
     * @return the encoding, {@code [steps * samples x values / steps]} values, for one loader at a time
     * @throws IllegalArgumentException if {@code steps} is below 1
     */
    static InputEncoding signedDelta(Delta delta, int steps) {
        return new DeltaInput(delta, steps, true);
    }

    /**
     * Returns rate coding.
     *
     * @param rate the encoder
     * @param steps time steps, at least 1
     * @return the encoding, with the streams of {@link CounterRandom.Draws#encoding}
     * @throws IllegalArgumentException if steps is below 1
     */
    static InputEncoding rate(Rate rate, int steps) {
        return new RateInput(rate, steps, null);
    }

    /**
     * Returns rate coding from one stream, with the spikes of {@code snntorch.spikegen.rate} batch after batch, for
     * comparisons with Python. A sample's spikes depend on all earlier samples, so a run with it cannot be resumed.
     *
     * @param rate the encoder
     * @param steps time steps, at least 1
     * @param random the stream; only an open loader may draw from it, because it reads one or two batches ahead
     * @return the encoding, for one loader at a time
     */
    static InputEncoding rate(Rate rate, int steps, TorchRandom random) {
        return new RateInput(rate, steps, Objects.requireNonNull(random, "random"));
    }

    /**
     * Returns the spikes of recordings, with optional random changes. A change is a function of the seed of a
     * {@link Batching}, the epoch and the sample; for evaluation, use no changes.
     *
     * @param steps time steps, as for {@link Dataset#events}
     * @param changes the changes of each sample, in this order
     * @return the encoding, for one loader at a time
     * @throws IllegalArgumentException if {@code steps} is below 1
     */
    static InputEncoding recordings(int steps, SpikeChange... changes) {
        return new RecordingInput(steps, List.of(Objects.requireNonNull(changes, "changes")));
    }

    /** A random change of a sample's spikes, a function of its key alone. */
    @FunctionalInterface
    interface SpikeChange {

        /**
         * Sets the spikes of a changed sample.
         *
         * @param from the sample, {@code [steps x shape.size()]}
         * @param to receives the changed spikes, of the shape of {@code from}, initially without spikes
         * @param shape the shape of a step
         * @param key the key of {@link CounterRandom#uniform(long, int)}
         */
        void apply(SpikeMatrix from, SpikeMatrix to, Shape shape, long key);

        /**
         * Drops each spike with a probability.
         *
         * @param probability from 0 to 1
         * @return the change
         * @throws IllegalArgumentException if {@code probability} is out of range
         */
        static SpikeChange drop(double probability) {
            return SpikeChanges.drop(probability);
        }

        /**
         * Moves each spike separately by 0 to {@code most} steps and pixels, equally likely in both directions. Spikes
         * outside the sample are dropped.
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
         * Moves all spikes of a sample together by 0 to {@code mostPixels} pixels.
         *
         * @param mostPixels the most pixels in x and y, at least 0
         * @return the change
         * @throws IllegalArgumentException if {@code mostPixels} is negative
         */
        static SpikeChange shift(int mostPixels) {
            return SpikeChanges.shift(mostPixels);
        }

        /**
         * Flips a sample from left to right, with a probability.
         *
         * @param probability from 0 to 1
         * @return the change
         * @throws IllegalArgumentException if {@code probability} is out of range
         */
        static SpikeChange flip(double probability) {
            return SpikeChanges.flip(probability);
        }

        /**
         * Mixes a sample with another one of its class: each spike of the other sample is taken with probability p,
         * each own spike is kept with 1 - p. For each sample, p is drawn from 0 to {@code most}.
         *
         * @param most from 0 to 1
         * @return the change
         * @throws IllegalArgumentException if {@code most} is out of range
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
     * @return the encoding, for one loader at a time
     * @throws IllegalArgumentException if {@code steps} is below 1
     */
    static InputEncoding latency(Latency latency, int steps) {
        Objects.requireNonNull(latency, "latency");
        return new LatencyInput(latency, steps);
    }
}
