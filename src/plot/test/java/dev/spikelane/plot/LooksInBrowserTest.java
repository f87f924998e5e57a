package dev.spikelane.plot;

import dev.spikelane.Users;
import dev.spikelane.browser.Browser;
import dev.spikelane.browser.PageLooks;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Measures a report with every kind of content, at two widths, in light and dark. */
@Users
final class LooksInBrowserTest extends InBrowser {

    private static final String[] NAMES = {
        "t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"
    };

    @Test
    void textIsLegibleAndFiguresAreFull() throws IOException {
        int[] classes = new int[300];
        int[] found = new int[300];
        for (int i = 0; i < 300; i++) {
            classes[i] = i % 10;
            found[i] = i % 4 == 0 ? i / 7 % (1 + i % 10) : i % 10;
        }
        Map<String, Integer> layers = new LinkedHashMap<>();
        List.of("input", "hidden", "output").forEach(name -> layers.put(name, layers.isEmpty() ? 784 : 1000));
        SpikeMatrix few = TUTORIAL.output;
        Report report = Report.of("All that a report can show")
                .text("The first paragraph is larger than the others.")
                .tiles(Map.of("Accuracy", "85.30 %\nof 1,000 images, decoded by the most spikes", "Epochs", "10"))
                .layers(layers)
                .section("Figures")
                .text("Each has a title.")
                .figure(TUTORIAL.raster().title("Rasters"))
                .figure(Plot.raster("output", few).labels(NAMES).title("Few neurons"))
                .figure(TUTORIAL.traces().labels(NAMES).title("Traces"))
                .figure(TUTORIAL.neuron(2).title("A neuron"))
                .figure(Plot.spikeCount(TUTORIAL.output).labels(NAMES).title("Spike counts"))
                .figure(Plot.spikeCount(TUTORIAL.hidden).title("Spike counts of many"))
                .figure(Plot.firingRate("input", TUTORIAL.input)
                        .add("hidden", TUTORIAL.hidden)
                        .title("Firing rates"))
                .figure(Plot.weights(TUTORIAL.membranes).title("Weights"))
                .figure(Plot.confusionMatrix(classes, found).labels(NAMES).title("Confusion matrix"))
                .figure(Plot.curve("loss", 3, 2, 1.5, 1.2, 1.1)
                        .line("loss, held out", 2.5, 2, 1.6, 1.5, 1.6)
                        .panel("accuracy", 0.2, 0.5, 0.7, 0.8, 0.85)
                        .line("accuracy, held out", 0.3, 0.5, 0.6, 0.65, 0.64)
                        .epochs()
                        .title("Loss and accuracy by epoch"))
                .figure(Plot.image(TUTORIAL.input, 28).title("Spikes as images"))
                .figure(Plot.sheet(2, Plot.raster(TUTORIAL.output), Plot.curve("loss", 3, 2, 1))
                        .title("A sheet"))
                .section("Images")
                .activity(
                        "ankle boot",
                        FloatMatrix.zeros(1, 784),
                        28,
                        TUTORIAL.raster().labels(NAMES))
                .verdicts(
                        FloatMatrix.zeros(2, 784),
                        28,
                        List.of("ankle boot, right", "shirt, wrong: taken for t-shirt"),
                        List.of(List.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10), List.of(2, 2, 2, 2, 2, 2, 2, 2, 2, 2)),
                        List.of(
                                Plot.raster("output", few).labels(NAMES),
                                Plot.raster("output", few).labels(NAMES)))
                .section("Configuration")
                .facts(Map.of("Network", "784 -> 1000 -> 10", "Images", "embedded Fashion-MNIST sample"));
        PageLooks.require(Browser.shared().orElseThrow(), write(report), "figures");
    }
}
