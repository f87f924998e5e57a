package dev.spikelane.network;

import dev.spikelane.kernel.encode.SpikeCount;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.Objects;

/** Counts the spikes of a layer since the last reset. */
public final class SpikeCounts implements Population.Observer {

    private final FloatMatrix counts;
    private long steps;

    /**
     * Starts at zero.
     *
     * @param arena the arena that owns the counts
     * @param batch samples, at least 1
     * @param neurons neurons of the layer, at least 1
     */
    public SpikeCounts(Arena arena, int batch, int neurons) {
        Objects.requireNonNull(arena, "arena");
        this.counts = FloatMatrix.zeros(arena, batch, neurons);
    }

    /** {@return the counts {@code [batch x neurons]}, exact up to 2^24} */
    public FloatMatrix perNeuron() {
        return counts;
    }

    /**
     * Returns the neuron of a sample with the most spikes, the lowest of equal ones: the label, under rate coding.
     *
     * @param sample the sample
     * @return the neuron
     * @throws IndexOutOfBoundsException if there is no such sample
     */
    public int label(int sample) {
        if (sample < 0 || sample >= counts.rows()) {
            throw new IndexOutOfBoundsException(
                    "counts are of " + counts.rows() + " samples, asked for sample " + sample);
        }
        int label = 0;
        for (int neuron = 1; neuron < counts.columns(); neuron++) {
            if (counts.get(sample, neuron) > counts.get(sample, label)) {
                label = neuron;
            }
        }
        return label;
    }

    /** {@return the share of neurons and steps with a spike; 0 before the first step} */
    public double density() {
        double spikes = 0;
        for (int sample = 0; sample < counts.rows(); sample++) {
            for (int neuron = 0; neuron < counts.columns(); neuron++) {
                spikes += counts.get(sample, neuron);
            }
        }
        return steps == 0 ? 0 : spikes / ((double) steps * counts.rows() * counts.columns());
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if the counts are for another batch or another number of neurons
     */
    @Override
    public void attach(int batch, int neurons) {
        counts.requireShape("counts", batch, neurons);
    }

    @Override
    public void observe(long firstStep, int blockSteps, SpikeMatrix spikes, FloatMatrix membranes) {
        SpikeCount.add(spikes, blockSteps * counts.rows(), counts);
        steps += blockSteps;
    }

    @Override
    public void reset() {
        counts.fill(0);
        steps = 0;
    }

    @Override
    public long stateBytes() {
        return Long.BYTES + Recorder.bytes(counts);
    }

    @Override
    public void writeState(ByteBuffer to) {
        to.putLong(steps);
        Recorder.write(counts, to);
    }

    @Override
    public void readState(ByteBuffer from) {
        steps = from.getLong();
        Recorder.read(counts, from);
    }

    @Override
    public String toString() {
        return "SpikeCounts of " + counts + " after " + steps + " steps";
    }
}
