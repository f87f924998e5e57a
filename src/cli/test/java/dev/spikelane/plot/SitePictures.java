package dev.spikelane.plot;

import dev.spikelane.Checkout;
import dev.spikelane.encode.Rate;
import dev.spikelane.example.Recognized;
import dev.spikelane.fixture.Networks;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.io.IOException;
import java.nio.file.Path;

/** Draws the pictures of README and of the page on pictures, of the network in {@link Pictures}. */
final class SitePictures {

    private static final Path SITE = Checkout.file("src/site");

    private SitePictures() {}

    public static void main(String... arguments) throws IOException {
        Recognized.main(new String[] {SITE.resolve("recognized.png").toString()});
        var random = new TorchRandom(42);
        var network = Networks.dense(random, new Leaky(0.99), 784, 1000, 10);
        var input = SpikeMatrix.zeros(200, 784);
        new Rate().encode(random.rand(1, 784), input, 7);
        try (var simulation = network.simulate(1)) {
            var hidden = simulation.recordSpikes("lif1", 200).spikes();
            var output = simulation.recordSpikes("lif2", 200).spikes();
            simulation.run(input);
            Plot.raster("hidden", hidden).add("output", output).write(SITE.resolve("raster.png"));
            Plot.spikeCount(output).write(SITE.resolve("counts.gif"));
        }
    }
}
