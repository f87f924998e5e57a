package dev.spikelane.data;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.random.CounterRandom;

record FrameInput() implements InputEncoding {

    static final String WORD = "frame";

    @Override
    public Signal allocate(int samples, int neurons) {
        return FloatMatrix.zeros(samples, neurons);
    }

    @Override
    public void encode(FloatMatrix values, CounterRandom.Draws draws, Signal into) {
        ((FloatMatrix) into).copyFrom(values);
    }

    @Override
    public String word() {
        return WORD;
    }

    @Override
    public String toString() {
        return "frame";
    }
}
