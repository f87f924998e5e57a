package dev.spikelane.data;

import dev.spikelane.encode.Rate;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.random.CounterRandom;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.simd.Checks;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Rate coding.
 *
 * @param random one stream for all samples in the order of batches; null for the samples' streams
 */
record RateInput(Rate rate, int steps, @Nullable TorchRandom random) implements InputEncoding {

    static final String WORD = "rate";

    RateInput {
        Objects.requireNonNull(rate, "rate");
        Checks.atLeast(1, "steps", steps);
    }

    @Override
    public boolean isSequential() {
        return random != null;
    }

    @Override
    public void encode(FloatMatrix values, CounterRandom.Draws draws, Signal into) {
        if (random == null) {
            rate.encodeSamples(values, (SpikeMatrix) into, draws);
        } else {
            rate.encode(values, (SpikeMatrix) into, random);
        }
    }

    @Override
    public String word() {
        return random == null && rate.equals(new Rate()) ? WORD : "";
    }

    @Override
    public String toString() {
        return (random == null ? "rate, " : "rate from one stream, ") + steps + " steps";
    }
}
