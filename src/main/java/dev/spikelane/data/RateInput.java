package dev.spikelane.data;

import dev.spikelane.encode.Rate;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.random.CounterRandom;
import dev.spikelane.simd.Checks;
import java.util.Objects;

/** Rate coding with numbers of the samples' own streams. */
record RateInput(Rate rate, int steps) implements InputCode {

    static final String WORD = "rate";

    RateInput {
        Objects.requireNonNull(rate, "rate");
        Checks.atLeast(1, "steps", steps);
    }

    @Override
    public Signal allocate(int samples, int neurons) {
        return SpikeMatrix.zeros(Math.multiplyExact(steps, samples), neurons);
    }

    @Override
    public void encode(FloatMatrix values, CounterRandom.Draws draws, Signal into) {
        rate.encodeSamples(values, (SpikeMatrix) into, draws);
    }

    @Override
    public String word() {
        return rate.equals(new Rate()) ? WORD : "";
    }

    @Override
    public String toString() {
        return "rate, " + steps + " steps";
    }
}
