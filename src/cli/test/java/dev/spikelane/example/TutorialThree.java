package dev.spikelane.example;

import dev.spikelane.encode.Rate;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.HandLif;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.plot.Plot;
import dev.spikelane.random.TorchRandom;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

public class TutorialThree {
    private static final int STEPS = 200;

    public static void main(String[] arguments) throws IOException {
        var folder = Path.of(arguments.length == 0 ? "." : arguments[0]);
        neuronByHand(folder);
        neuronOfTheLibrary(folder);
        network(folder);
    }

    /** Section 1.4. */
    private static void neuronByHand(Path folder) throws IOException {
        double beta = Math.exp(-1e-3 / 5e-3); // exp(-delta_t / tau)
        System.out.printf(Locale.ROOT, "The decay rate is: %.3f%n", beta);
        var current = stepCurrent(0.4f * 0.5f); // w * x
        var run = new HandLif(0.819).run(current);
        System.out.println("By hand: " + run.spikes().count() + " spikes");
        Plot.neuron(current, run.membranes(), run.spikes())
                .threshold(1)
                .title("LIF Neuron Model With Weighted Step Voltage")
                .write(folder.resolve("lif-step.png"));
    }

    /** Section 2. */
    private static void neuronOfTheLibrary(Path folder) throws IOException {
        var current = stepCurrent(0.21f);
        var run = new Leaky(0.8).run(current);
        System.out.println("Leaky: " + run.spikes().count() + " spikes");
        Plot.neuron(current, run.membranes(), run.spikes())
                .threshold(1)
                .title("snn.Leaky Neuron Model")
                .write(folder.resolve("leaky-step.png"));
    }

    /** Section 3. */
    private static void network(Path folder) throws IOException {
        var random = new TorchRandom(42); // torch.manual_seed(42)
        var network = Network.builder(784)
                .dense(1000, random).neuron(new Leaky(0.99)) // fc1, lif1
                .dense(10, random).neuron(new Leaky(0.99)) // fc2, lif2
                .build();
        var input = SpikeMatrix.zeros(STEPS, 784);
        new Rate().encodeVarying(random.rand(STEPS, 784), 1, input, random); // spikegen.rate_conv(torch.rand((200, 784)))
        try (var simulation = network.simulate(1)) {
            var hidden = simulation.recordSpikes("lif1", STEPS).spikes();
            var output = simulation.recordSpikes("lif2", STEPS).spikes();
            var membranes = simulation.recordMembranes("lif2", STEPS).values();
            var counts = simulation.countSpikes("lif2");
            simulation.run(input);
            System.out.println("Input: " + input.count() + " spikes, density " + input.density());
            System.out.println("Hidden: " + hidden.count() + " spikes, output: " + output.count() + " spikes");
            System.out.println("Counts: " + Arrays.toString(counts.perNeuron().toArray()));
            Plot.raster("input", input).add("hidden", hidden).add("output", output)
                    .title("Fully Connected Spiking Neural Network")
                    .write(folder.resolve("raster.html"));
            Plot.spikeCount(output).write(folder.resolve("spike-count.gif"));
            Plot.traces(membranes).spikes(output).write(folder.resolve("traces.svg"));
        }
    }

    /** Nothing for 10 steps, then a constant current. */
    private static FloatMatrix stepCurrent(float value) {
        var current = FloatMatrix.zeros(STEPS, 1);
        current.rows(10, STEPS - 10).fill(value);
        return current;
    }
}
