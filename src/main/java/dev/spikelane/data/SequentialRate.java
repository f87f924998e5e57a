package dev.spikelane.data;

import dev.spikelane.encode.Rate;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.random.CounterRandom;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.simd.Checks;
import java.util.Objects;

/** Rate coding with the numbers of one stream, in the order in which batches are read. */
record SequentialRate(Rate rate, int steps, TorchRandom random) implements InputCode {

    SequentialRate {
        Objects.requireNonNull(rate, "rate");
        Objects.requireNonNull(random, "random");
        Checks.atLeast(1, "steps", steps);
    }

    @Override
    public boolean isSequential() {
        return true;
    }

    @Override
    public Signal allocate(int samples, int neurons) {
        return SpikeMatrix.zeros(Math.multiplyExact(steps, samples), neurons);
    }

    @Override
    public void encode(FloatMatrix values, CounterRandom.Draws draws, Signal into) {
        rate.encode(values, (SpikeMatrix) into, random);
    }

    @Override
    public String toString() {
        return "rate from one stream, " + steps + " steps";
    }
}
