package dev.spikelane.data;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.random.CounterRandom;
import dev.spikelane.simd.Checks;
import java.lang.foreign.MemorySegment;

record SlicedInput(int steps) implements InputEncoding {

    static final String WORD = "pieces";

    SlicedInput {
        Checks.atLeast(1, "steps", steps);
    }

    @Override
    public Signal allocate(int samples, int neurons) {
        if (neurons % steps != 0) {
            throw new IllegalArgumentException(
                    "samples have " + neurons + " values, expected a multiple of " + steps + ", the steps");
        }
        return FloatMatrix.zeros(Math.multiplyExact(steps, samples), neurons / steps);
    }

    @Override
    public void encode(FloatMatrix values, CounterRandom.Draws draws, Signal into) {
        FloatMatrix rows = (FloatMatrix) into;
        long bytes = (long) rows.columns() * Float.BYTES;
        for (int step = 0; step < steps; step++) {
            for (int sample = 0; sample < values.rows(); sample++) {
                MemorySegment.copy(
                        values.segment(),
                        values.rowOffset(sample) + step * bytes,
                        rows.segment(),
                        rows.rowOffset(step * values.rows() + sample),
                        bytes);
            }
        }
    }

    @Override
    public String word() {
        return WORD;
    }

    @Override
    public String toString() {
        return "pieces, " + steps + " steps";
    }
}
