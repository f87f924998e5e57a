package dev.spikelane.cli.demo;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.HandLif;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.Neuron;
import java.util.List;
import java.util.stream.IntStream;

/** One neuron of snnTorch's tutorial 3 under a constant current, {@code [steps x 1]}. */
record Trace(String title, String file, SpikeMatrix spikes, FloatMatrix membranes) {

    static final int SILENT_STEPS = 10;

    /** Section 1.4 of the tutorial: an input of 0.5 through a weight of 0.4. */
    static Trace handLif(int steps) {
        String title = "Hand-written LIF, beta 0.819, weight 0.4, input 0.5";
        return of(steps, title, "hand_lif", new HandLif(0.819f), 0.4f * 0.5f);
    }

    /** Runs section 2 of the tutorial. */
    static Trace leaky(int steps) {
        return of(steps, "Leaky, beta 0.8, current 0.21", "leaky", new Leaky(0.8f), 0.21f);
    }

    List<Integer> spikeSteps() {
        return IntStream.range(0, spikes.rows())
                .filter(step -> spikes.get(step, 0))
                .boxed()
                .toList();
    }

    private static Trace of(int steps, String title, String file, Neuron neuron, float current) {
        FloatMatrix currents = FloatMatrix.zeros(steps, 1);
        for (int step = SILENT_STEPS; step < steps; step++) {
            currents.set(step, 0, current);
        }
        Neuron.Run run = neuron.run(currents);
        return new Trace(title, file, run.spikes(), run.membranes());
    }
}
