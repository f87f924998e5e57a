package dev.spikelane.example;

import dev.spikelane.encode.Rate;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.plot.Plot;
import dev.spikelane.random.TorchRandom;
import java.io.IOException;
import java.nio.file.Path;

public class Pictures {
    public static void main(String[] arguments) throws IOException {
        var folder = Path.of(arguments.length == 0 ? "." : arguments[0]);
        var random = new TorchRandom(42);
        var network = Network.builder(784)
                .dense(1000, random).neuron(new Leaky(0.99))
                .dense(10, random).neuron(new Leaky(0.99)).build();
        var input = SpikeMatrix.zeros(200, 784);
        new Rate().encode(random.rand(1, 784), input, 7);
        var simulation = network.simulate(1);
        var hidden = simulation.recordSpikes("lif1", 200).spikes();
        var output = simulation.recordSpikes("lif2", 200).spikes();
        var membranes = simulation.recordMembranes("lif2", 200).values();
        simulation.run(input);
        Plot.raster("input", input).add("hidden", hidden).add("output", output)
                .write(folder.resolve("raster.html")); // zoom, hover; works offline
        Plot.traces(membranes).spikes(output).threshold(1).write(folder.resolve("traces.svg"));
        Plot.spikeCount(output).write(folder.resolve("counts.gif")); // animated
        Plot.image(input, 28).write(folder.resolve("encoded.png"));
    }
}
