package dev.spikelane.kernel.step.leaky;

import static dev.spikelane.Filled.fill;
import static dev.spikelane.Filled.floats;

import dev.spikelane.kernel.Compare;
import dev.spikelane.kernel.Reset;
import dev.spikelane.kernel.step.NeuronRun;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.util.Random;

/** Neurons with a window of inputs, drawn from a seed. */
record WindowCase(
        int neurons, int batch, int steps, int length, LeakyCase.Values values, boolean quantized, long seed) {

    private static final float[] DECAYS = {0.5f, 0.9f, 1, 0.37f};

    record Outcome(SpikeMatrix spikes, FloatMatrix membranes, FloatMatrix state, FloatMatrix window) {}

    private float decay(int neuron) {
        return DECAYS[(neuron + (int) (seed & 3)) % DECAYS.length];
    }

    boolean inhibited() {
        return (seed >>> 2 & 3) == 0;
    }

    private Compare compare() {
        return (seed >>> 4 & 1) == 0 ? Compare.STRICT : Compare.INCLUSIVE;
    }

    LeakyNeurons parameters(Arena arena) {
        float[] decays = floats(neurons, i -> decay(i));
        LeakyModel builder = new LeakyModel(neurons)
                .param("alpha", decays)
                .synapse("alpha")
                .reset(Reset.NONE)
                .compare(compare())
                .inhibition(inhibited())
                .threshold(0.75f);
        return (quantized ? builder.quantization(1, -1, -0.5f, 0.125f, 0.5f, 1, 1.2f) : builder).build(arena);
    }

    FloatMatrix weights(Arena arena) {
        return fill(FloatMatrix.zeros(arena, length, neurons), (age, i) -> (float) Math.pow(decay(i), age));
    }

    FloatMatrix current(Arena arena) {
        Random random = new Random(seed);
        return fill(FloatMatrix.zeros(arena, steps * batch, neurons), (row, i) -> values.draw(random));
    }

    /** Returns the sum over the window in double precision. */
    double sum(FloatMatrix current, int step, int sample, int neuron) {
        double sum = 0;
        for (int age = 0; age < Math.min(length, step + 1); age++) {
            sum += Math.pow(decay(neuron), age) * current.get((step - age) * batch + sample, neuron);
        }
        return sum;
    }

    Outcome specified(Arena arena) {
        LeakyNeurons parameters = parameters(arena);
        FloatMatrix weights = weights(arena);
        FloatMatrix current = current(arena);
        Outcome outcome = outcome(arena);
        NeuronRun<?> run = new NeuronRun<>(outcome.state, outcome.state, outcome.spikes, Tile.whole(current))
                .record(outcome.membranes);
        for (int row = 0; row < current.rows(); row++) {
            int step = row / batch;
            charge(parameters, weights, run, outcome.window, row, step);
            new LeakyReference(parameters.options).fire(parameters, run, row);
        }
        return outcome;
    }

    /** Specifies everything except firing: charges a sample's neurons, and ends the block if the step does. */
    private static void charge(
            LeakyNeurons parameters, FloatMatrix weights, NeuronRun<?> run, FloatMatrix window, int row, long step) {
        FloatMatrix state = run.state;
        int batch = state.rows() / 2;
        int sample = row % batch;
        int length = weights.rows();
        int n = (int) (step % length);
        for (int neuron = 0; neuron < parameters.neurons(); neuron++) {
            float input = run.current().get(row, neuron);
            float p = parameters.alpha.get(0, neuron) * state.get(batch + sample, neuron) + input;
            boolean older = step >= length && n < length - 1;
            float added = older ? weights.get(n + 1, neuron) * window.get((n + 1) * batch + sample, neuron) : 0;
            state.set(sample, neuron, older ? p + added : p);
            state.set(batch + sample, neuron, n < length - 1 ? p : 0);
            window.set(n * batch + sample, neuron, input);
            for (int j = length - 2; n == length - 1 && j > 0; j--) {
                float own = weights.get(n - j, neuron) * window.get(j * batch + sample, neuron);
                window.set(j * batch + sample, neuron, window.get((j + 1) * batch + sample, neuron) + own);
            }
        }
    }

    Outcome outcome(Arena arena) {
        FloatMatrix window = FloatMatrix.zeros(arena, length * batch, neurons);
        window.fill(Float.NaN); // values before the first step have no effect
        return new Outcome(
                SpikeMatrix.zeros(arena, steps * batch, neurons),
                FloatMatrix.zeros(arena, steps * batch, neurons),
                FloatMatrix.zeros(arena, 2 * batch, neurons),
                window);
    }
}
