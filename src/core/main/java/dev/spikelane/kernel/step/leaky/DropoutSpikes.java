package dev.spikelane.kernel.step.leaky;

import dev.spikelane.equation.Elementwise;
import dev.spikelane.kernel.Compare;
import dev.spikelane.kernel.step.NeuronRun;
import dev.spikelane.loop.Frame;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.random.CounterRandom;
import dev.spikelane.simd.BernoulliRow;
import dev.spikelane.simd.Checks;
import java.lang.invoke.MethodHandles;

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

    private static final Elementwise STRICT = text(">");
    private static final Elementwise INCLUSIVE = text(">=");

    private final LeakyNeurons parameters;
    private final long seed;
    private final float scale;
    private final BernoulliRow kept;

    /**
     * Makes a dropout for some neurons.
     *
     * @param parameters of {@code neurons} neurons, of which threshold and comparison are read
     * @param probability that a membrane is dropped, from 0 to below 1
     * @param seed the seed of the run
     * @throws IllegalArgumentException if the probability is not one that drops some
     */
    public DropoutSpikes(LeakyNeurons parameters, float probability, long seed) {
        Checks.require(probability >= 0 && probability < 1, "probability", probability, "0 to below 1");
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
    public void fire(long step, NeuronRun<?> run, int firstRow) {
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
            long key = CounterRandom.rowKey(seed, (int) step, sample);
            kept.words(key, parameters.threshold, spikes, firstRow + sample, run.firstWord, run.endWord);
        }
        Elementwise text = parameters.options.compare() == Compare.STRICT ? STRICT : INCLUSIVE;
        Frame frame = text.frame();
        frame.set("scale", scale);
        frame.put("S", spikes, firstRow);
        frame.put("U", membrane, 0);
        frame.repeat("threshold", parameters.threshold, 0);
        frame.firstWord = run.firstWord;
        frame.words = run.endWord - run.firstWord;
        text.run(frame, batch);
    }

    /** Returns the text that fires the kept neurons above the threshold. */
    private static Elementwise text(String compare) {
        return Elementwise.of(MethodHandles.lookup(), """
                param scale = 1
                state S to 1
                input U, threshold
                S = U * (S * scale) %s threshold
                spike 0 > 1
                """.formatted(compare));
    }
}
