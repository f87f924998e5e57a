package dev.spikelane.kernel.step.leaky;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.kernel.Compare;
import dev.spikelane.kernel.step.StepRun;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.random.CounterRandom;
import dev.spikelane.simd.BernoulliRow;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.Elements;
import dev.spikelane.simd.SimdWidth;

/**
 * Fires neurons whose membranes pass a dropout, which leaves the membranes themselves as they are.
 *
 * <p>With U the membrane and p the probability that it is dropped, in float32:
 *
 * <pre>{@code
 * K = uniform(seed, step, sample, neuron) < 1 - p      in {0, 1}, from CounterRandom
 * S = U * (K / (1 - p)) > threshold                    Compare.INCLUSIVE: >=
 * }</pre>
 *
 * <p>Spikes are a pure function of the arguments: they depend neither on the number of threads nor on how a run is cut
 * into calls.
 */
public final class DropoutSpikes {

    private final LeakyNeurons parameters;
    private final long seed;
    private final float scale;
    private final BernoulliRow kept;

    /**
     * Makes what fires neurons.
     *
     * @param parameters of {@code neurons} neurons, of which threshold and comparison are read
     * @param probability that a membrane is dropped, from 0 to below 1
     * @param seed the seed of the run
     * @throws IllegalArgumentException if the probability is not one that drops some
     */
    public DropoutSpikes(LeakyNeurons parameters, float probability, long seed) {
        if (!(probability >= 0 && probability < 1)) {
            throw new IllegalArgumentException("probability is " + probability + ", expected 0 to below 1");
        }
        this.parameters = parameters;
        this.seed = seed;
        this.scale = 1 / (1 - probability);
        this.kept = new BernoulliRow(0, 1 - probability);
    }

    /**
     * Fires the neurons of one step, some blocks of 64 of them. Threads that share the work take disjoint blocks.
     *
     * @param step the number of the step, from 0, of which the low 32 bits count
     * @param run the membranes, of which there is one row for each sample, as its state, and the spikes, overwritten
     *     from {@code firstRow} on
     * @param firstRow the first row of the step
     * @throws IllegalArgumentException if a shape or range does not fit
     * @throws IllegalStateException if an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public void fire(long step, StepRun run, int firstRow) {
        FloatMatrix membrane = run.state;
        SpikeMatrix spikes = run.spikes;
        int batch = membrane.rows();
        int neurons = parameters.neurons();
        parameters.threshold.requireShape("parameters", 1, neurons);
        membrane.requireShape("membrane", membrane.rows(), neurons);
        Checks.range("row of spikes", firstRow, Math.addExact(firstRow, batch), spikes.rows());
        spikes.requireShape("spikes", spikes.rows(), neurons);
        Checks.range("word of spikes", run.firstWord, run.endWord, spikes.stride());
        for (int sample = 0; sample < batch; sample++) {
            int row = firstRow + sample;
            long key = CounterRandom.rowKey(seed, (int) step, sample);
            // Any finite row would do for the thresholds: a gain of 0 leaves the offset.
            kept.words(key, parameters.threshold, spikes, row, run.firstWord, run.endWord);
            if (SimdWidth.VECTOR) {
                DropoutSpikesVector.row(parameters, scale, run, sample, row);
            } else {
                scalar(parameters, scale, run, sample, row);
            }
        }
    }

    /** The specification: finds K in the row of spikes, and leaves S there. */
    static void scalar(LeakyNeurons parameters, float scale, StepRun run, int sample, int row) {
        FloatMatrix membrane = run.state;
        SpikeMatrix spikes = run.spikes;
        boolean strict = parameters.options.compare() == Compare.STRICT;
        for (int word = run.firstWord; word < run.endWord; word++) {
            long offset = spikes.rowOffset(row) + (long) word * Long.BYTES;
            long kept = spikes.segment().get(JAVA_LONG, offset);
            long fired = 0;
            int end = Math.min((word + 1) * Long.SIZE, parameters.neurons());
            for (int neuron = word * Long.SIZE; neuron < end; neuron++) {
                float factor = (kept >>> neuron & 1) * scale;
                float output = Elements.get(membrane, sample, neuron) * factor;
                float threshold = Elements.get(parameters.threshold, 0, neuron);
                if (strict ? output > threshold : output >= threshold) {
                    fired |= 1L << neuron;
                }
            }
            spikes.segment().set(JAVA_LONG, offset, fired);
        }
    }
}
