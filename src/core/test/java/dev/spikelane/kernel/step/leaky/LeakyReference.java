package dev.spikelane.kernel.step.leaky;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.kernel.Compare;
import dev.spikelane.kernel.Reset;
import dev.spikelane.kernel.step.Feedback;
import dev.spikelane.kernel.step.GateRows;
import dev.spikelane.kernel.step.NeuronRun;
import dev.spikelane.kernel.step.Quantize;
import dev.spikelane.kernel.step.Winner;
import dev.spikelane.kernel.step.leaky.LeakyOptions.Spike;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Elements;
import dev.spikelane.simd.Sigmoid;

/** The equations of {@link LeakyText}, neuron by neuron: charges a whole row, then fires it. */
public record LeakyReference(LeakyOptions options) {

    /** Runs the words of a run through steps. */
    public static void run(LeakyNeurons parameters, NeuronRun<?> run, int firstRow, int endRow) {
        LeakyReference neurons = new LeakyReference(parameters.options);
        int end = Math.min(run.endWord * Long.SIZE, parameters.neurons());
        for (int row = firstRow; row < endRow; row++) {
            neurons.charge(parameters, run, row, run.firstWord * Long.SIZE, end);
            neurons.fire(parameters, run, row);
        }
    }

    /** Quantizes and fires charged neurons, with R in their spikes. */
    public void fire(LeakyNeurons parameters, NeuronRun<?> run, int row) {
        int batch = run.state.rows() / options.variables();
        int sample = row % batch;
        int first = run.firstWord * Long.SIZE;
        int end = Math.min(run.endWord * Long.SIZE, parameters.neurons());
        for (int variable = 0; variable < parameters.quantized; variable++) {
            Quantize.scalar(parameters.levels, run.state, variable * batch + sample, first, end);
        }
        if (options.spike() == Spike.AFTER) {
            int winner = options.inhibition() ? Winner.scalar(run.state, sample, parameters.threshold) : 0;
            fire(parameters, run, row, winner, first, end);
        }
        for (int neuron = first; run.records && neuron < end; neuron++) {
            run.membranes.set(row, neuron, run.state.get(sample, neuron));
        }
    }

    /** Computes decay, input and delayed reset; stores R, or the known spike, in the row of spikes. */
    private void charge(LeakyNeurons parameters, NeuronRun<?> run, int row, int first, int end) {
        FloatMatrix state = run.state;
        int batch = state.rows() / options.variables();
        int sample = row % batch;
        for (int neuron = first; neuron < end; neuron++) {
            float threshold = Elements.get(parameters.threshold, 0, neuron);
            float before = Elements.get(state, sample, neuron);
            boolean over = above(before, threshold);
            float r = over && options.resetsLater() ? 1 : 0;
            float input = gained(parameters, Elements.get(run.current(), row, neuron - run.ports[0].origin()), neuron);
            float u;
            if (options.gated()) {
                u = later(cell(parameters, run, row, sample, neuron), r, threshold);
            } else if (options.alphaFunction()) {
                u = alphaFunction(parameters, input, r, state, sample, neuron);
            } else {
                float fedBack = fedBack(parameters, run, row, sample, neuron);
                if (options.synapse()) {
                    input = synapse(parameters, input, fedBack, state, batch + sample, neuron);
                }
                u = leak(parameters, before, input, fedBack, r, neuron);
            }
            Elements.set(state, sample, neuron, u);
            boolean changed = Math.abs(u - before) > threshold;
            boolean known = options.spike() == Spike.CHANGE ? changed : over;
            setSpike(run.spikes, row, neuron, known);
            if (options.spike() != Spike.AFTER && options.feedback() == Feedback.OWN_SPIKES) {
                setSpike(run.previous, sample, neuron, known);
            }
        }
    }

    private float gained(LeakyNeurons parameters, float input, int neuron) {
        float product = input;
        for (int i = 0; i < options.gains(); i++) {
            product *= value(parameters, LeakyText.GAIN + i, neuron);
        }
        return product;
    }

    private float fedBack(LeakyNeurons parameters, NeuronRun<?> run, int row, int sample, int neuron) {
        return switch (options.feedback()) {
            case NONE -> 0;
            case CONSTANT -> value(parameters, LeakyText.OWN, neuron);
            case OWN_SPIKES -> (spike(run.previous, sample, neuron) ? 1 : 0) * value(parameters, LeakyText.OWN, neuron);
            case CURRENTS -> Elements.get(run.port(1).matrix(), row - run.firstRow(1), neuron - run.ports[0].origin());
        };
    }

    private float synapse(
            LeakyNeurons parameters, float input, float fedBack, FloatMatrix state, int synapseRow, int neuron) {
        float x = Elements.get(parameters.alpha, 0, neuron) * Elements.get(state, synapseRow, neuron) + input;
        x = options.feedback() == Feedback.NONE ? x : x + fedBack;
        Elements.set(state, synapseRow, neuron, x);
        return x;
    }

    private float leak(LeakyNeurons parameters, float before, float input, float fedBack, float r, int neuron) {
        float threshold = Elements.get(parameters.threshold, 0, neuron);
        float u = before;
        if (options.resetsLater() && options.reset() == Reset.ZERO) {
            u = (1 - r) * u;
        }
        if (options.resetsLater() && options.reset() == Reset.SUBTRACT_DECAYED) {
            u = u - r * threshold;
        }
        u = decay(u, input, Elements.get(parameters.beta, 0, neuron), value(parameters, LeakyText.REST, neuron));
        if (options.feedback() != Feedback.NONE && !options.synapse()) {
            u = u + fedBack;
        }
        return later(options.rectified() ? Math.max(u, 0) : u, r, threshold);
    }

    private float later(float u, float r, float threshold) {
        boolean clears = options.reset() == Reset.CLEAR;
        return options.resetsLater() && (clears || options.reset() == Reset.SUBTRACT)
                ? u - r * (clears ? u : threshold)
                : u;
    }

    /** Returns the hidden state of a cell with the gates i, f, g, o. */
    private static float cell(LeakyNeurons parameters, NeuronRun<?> run, int row, int sample, int neuron) {
        float[] gates = new float[GateRows.GATES];
        for (int gate = 0; gate < gates.length; gate++) {
            int channels = parameters.channels();
            int column = (neuron / channels * gates.length + gate) * channels + neuron % channels;
            float sum = Elements.get(run.current(), row, column)
                    + Elements.get(run.port(1).matrix(), row - run.firstRow(1), column);
            gates[gate] = gate == 2 ? Sigmoid.tanh(sum) : Sigmoid.of(sum);
        }
        int cellRow = run.state.rows() / 2 + sample;
        float cell = gates[1] * Elements.get(run.state, cellRow, neuron) + gates[0] * gates[2];
        Elements.set(run.state, cellRow, neuron, cell);
        return gates[3] * Sigmoid.tanh(cell);
    }

    private float decay(float u, float input, float leak, float rest) {
        return switch (options.decay()) {
            case MULTIPLY -> leak * u + input;
            case MULTIPLY_WEIGHTED -> leak * u + (1 - leak) * input;
            case EULER -> u + leak * ((rest - u) + input);
            case DIVIDE -> u + (input - (u - rest)) / leak;
            case NONE -> input;
        };
    }

    private float alphaFunction(
            LeakyNeurons parameters, float input, float r, FloatMatrix state, int sample, int neuron) {
        int batch = state.rows() / 3;
        float before = Elements.get(state, 2 * batch + sample, neuron);
        float excitatory =
                Elements.get(parameters.alpha, 0, neuron) * Elements.get(state, batch + sample, neuron) + input;
        float inhibitory = Elements.get(parameters.beta, 0, neuron) * before - input;
        float u = value(parameters, LeakyText.SCALE, neuron) * (excitatory + inhibitory);
        if (options.resetsLater()) {
            boolean subtracts = options.subtracts();
            excitatory -= (subtracts ? Elements.get(parameters.threshold, 0, neuron) : excitatory) * r;
            inhibitory -= inhibitory * r;
            u -= (subtracts ? -before : u) * r;
        }
        Elements.set(state, batch + sample, neuron, excitatory);
        Elements.set(state, 2 * batch + sample, neuron, inhibitory);
        return u;
    }

    /** Computes spike and immediate reset, with R in the row of spikes. Under inhibition only the winner fires. */
    private void fire(LeakyNeurons parameters, NeuronRun<?> run, int row, int winner, int first, int end) {
        FloatMatrix state = run.state;
        int sample = row % (state.rows() / options.variables());
        for (int neuron = first; neuron < end; neuron++) {
            float threshold = Elements.get(parameters.threshold, 0, neuron);
            float u = Elements.get(state, sample, neuron);
            float r = spike(run.spikes, row, neuron) ? 1 : 0;
            boolean fires = above(u, threshold) && (!options.inhibition() || neuron == winner);
            if (options.resetsAtOnce()) {
                Elements.set(state, sample, neuron, resetAtOnce(parameters, u, threshold, r, fires, neuron));
            }
            setSpike(run.spikes, row, neuron, fires);
            if (options.feedback() == Feedback.OWN_SPIKES) {
                setSpike(run.previous, sample, neuron, fires);
            }
        }
    }

    private float resetAtOnce(LeakyNeurons parameters, float u, float threshold, float r, boolean fires, int neuron) {
        if (options.resetTime() == Reset.Time.SAME_STEP_DIFFERENCE) {
            float s = options.inhibition() ? (fires ? 1 : 0) / factor(parameters, neuron) : fires ? 1 : 0;
            return u - (s - r) * (options.subtracts() ? threshold : u);
        }
        float s = fires ? 1 : 0;
        return options.subtracts()
                ? u - s * threshold
                : (1 - s) * u + s * value(parameters, LeakyText.POTENTIAL, neuron);
    }

    /** Returns a named value of a step. */
    private static float value(LeakyNeurons parameters, String step, int neuron) {
        String name = parameters.parameter(step);
        if (!parameters.parameters().has(name)) {
            return Float.parseFloat(name);
        }
        float[] all = parameters.parameters().values(name);
        return all[all.length == 1 ? 0 : neuron];
    }

    private static float factor(LeakyNeurons parameters, int neuron) {
        boolean there = parameters.parameters().has(LeakyText.FACTOR);
        float[] all = there ? parameters.parameters().values(LeakyText.FACTOR) : new float[] {1};
        float factor = all[all.length == 1 ? 0 : neuron];
        return factor == 0 ? 1 : factor;
    }

    private boolean above(float u, float threshold) {
        return options.compare() == Compare.STRICT ? u > threshold : u >= threshold;
    }

    private static boolean spike(SpikeMatrix spikes, int row, int neuron) {
        return (spikes.segment().get(JAVA_LONG, wordOffset(spikes, row, neuron)) >>> neuron & 1) != 0;
    }

    private static void setSpike(SpikeMatrix spikes, int row, int neuron, boolean spike) {
        long offset = wordOffset(spikes, row, neuron);
        long word = spikes.segment().get(JAVA_LONG, offset);
        long bit = 1L << neuron;
        spikes.segment().set(JAVA_LONG, offset, spike ? word | bit : word & ~bit);
    }

    private static long wordOffset(SpikeMatrix spikes, int row, int neuron) {
        return spikes.rowOffset(row) + (long) (neuron / Long.SIZE) * Long.BYTES;
    }
}
