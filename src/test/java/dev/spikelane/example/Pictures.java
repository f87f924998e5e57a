package dev.spikelane.example;

import dev.spikelane.encode.Rate;
import dev.spikelane.memory.FloatMatrix;
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
                .dense(1000, random).neuron(new Leaky(0.99f))
                .dense(10, random).neuron(new Leaky(0.99f))
                .build();
        var pixels = FloatMatrix.zeros(1, 784);
        random.rand(pixels);
        var input = SpikeMatrix.zeros(200, 784);
        new Rate().encode(pixels, input, 7);
        try (var simulation = network.simulate(1)) {
            var hidden = simulation.recordSpikes(0, 200).spikes();
            var output = simulation.recordSpikes(1, 200).spikes();
            var membranes = simulation.recordMembranes(1, 200).values();
            simulation.run(input);
            Plot.raster("input", input).panel("hidden", hidden).panel("output", output)
                    .write(folder.resolve("raster.html"));                  // zoom, hover; works offline
            Plot.raster("hidden", hidden).panel("output", output).write(folder.resolve("raster.png"));
            Plot.traces(membranes).spikes(output).threshold(1).write(folder.resolve("traces.svg"));
            Plot.spikeCount(output).write(folder.resolve("counts.gif"));    // animated
        }
    }
}
