package dev.spikelane.example;

import dev.spikelane.data.Dataset;
import dev.spikelane.encode.Rate;
import dev.spikelane.io.Idx;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.model.ModelFile;
import dev.spikelane.plot.Plot;
import java.io.IOException;
import java.nio.file.Path;

/** Draws the picture of the README: an image of the demo, and the spikes by which its network recognizes it. */
public class Recognized {
    private static final Path DEMO = Path.of(System.getProperty("spikelane.root", ""), "src/cli/main/resources/dev/spikelane/cli");
    private static final int STEPS = 50;

    public static void main(String[] arguments) throws IOException {
        int sample = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 0;
        var pixels = FloatMatrix.zeros(1, 784);
        Dataset.idx("demo", idx("images.idx3"), idx("labels.idx1")).read(sample, pixels, 0);
        var input = SpikeMatrix.zeros(STEPS, 784);
        new Rate().encode(pixels, input, 1);
        var network = ModelFile.read(DEMO.resolve("fashion-mnist.safetensors"));
        try (var simulation = network.simulate(1)) {
            var hidden = simulation.recordSpikes("lif1", STEPS).spikes();
            var output = simulation.recordSpikes("lif2", STEPS).spikes();
            simulation.run(input);
            Plot.sheet(3,
                            Plot.image(pixels, 28).title("image"),
                            Plot.raster("hidden", hidden).add("output", output),
                            Plot.spikeCount(output).labels("T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "boot"))
                    .size(760, 230)
                    .write(Path.of(arguments[0]));
        }
    }

    private static Idx idx(String name) throws IOException {
        return Idx.read(DEMO.resolve("fashion-mnist-256-" + name + "-ubyte.gz"));
    }
}
