package dev.spikelane.data;

import dev.spikelane.encode.Latency;
import dev.spikelane.kernel.base.Checks;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.random.SampleDraws;

/** Latency coding, with memory for the spike times of the batch that it encoded last. */
final class LatencyInput implements InputCode {

    static final String WORD = "latency";

    private final Latency latency;
    private final int steps;
    private FloatMatrix times = FloatMatrix.zeros(1, 1);

    LatencyInput(Latency latency, int steps) {
        Checks.atLeast(1, "steps", steps);
        this.latency = latency;
        this.steps = steps;
    }

    @Override
    public int steps() {
        return steps;
    }

    @Override
    public Signal allocate(int samples, int neurons) {
        return SpikeMatrix.zeros(Math.multiplyExact(steps, samples), neurons);
    }

    @Override
    public void encode(FloatMatrix values, SampleDraws draws, Signal into) {
        if (times.rows() != values.rows() || times.columns() != values.columns()) {
            times = FloatMatrix.zeros(values.rows(), values.columns());
        }
        latency.encode(values, times, (SpikeMatrix) into);
    }

    @Override
    public String word() {
        return latency.equals(new Latency()) ? WORD : "";
    }

    @Override
    public String toString() {
        return "latency, " + steps + " steps";
    }
}
