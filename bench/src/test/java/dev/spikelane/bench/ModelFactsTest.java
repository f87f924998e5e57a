package dev.spikelane.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.cli.output.JsonPrinter;
import dev.spikelane.cli.output.PagePrinter;
import dev.spikelane.cli.output.Section;
import dev.spikelane.cli.output.TextPrinter;
import dev.spikelane.cli.run.BenchOptions;
import dev.spikelane.model.Model;
import dev.spikelane.model.ModelFile;
import dev.spikelane.network.ModelRun;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.plot.Report;
import dev.spikelane.random.TorchRandom;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelFactsTest {

    @TempDir
    private Path folder;

    /** Text, JSON and a page of a small network, which a race and a second JVM measured. */
    @Test
    void threePrintersSayTheSame() throws IOException {
        Path file = folder.resolve("model.safetensors");
        TorchRandom random = new TorchRandom(1);
        ModelFile.write(
                file,
                Model.of(Network.builder(20)
                        .dense(30, random)
                        .neuron("hidden", new Leaky(0.9))
                        .dense(10, random)
                        .neuron("last", new Leaky(0.9))
                        .build()));
        String[] arguments = {"--model", file.toString(), "--input", "rate", "--steps", "5"};
        BenchOptions.Subject subject = BenchOptions.parse(arguments);
        List<Work> works = new ModelRun(subject).works();
        List<Measurement> measured = new ArrayList<>();
        works.forEach(work -> measured.add(Bench.measure(work)));
        Map<String, Double> scalar = ScalarModel.measure(List.of(arguments), works);
        assertEquals(3, scalar.size(), scalar.toString());

        ModelFacts facts = new ModelFacts(subject, measured, scalar);
        List<Section> sections = List.of(facts.settings(), facts.results(works));
        StringWriter text = new StringWriter();
        sections.forEach(new TextPrinter(new PrintWriter(text))::add);
        String json = JsonPrinter.of(sections);
        Report page = Report.of("");
        PagePrinter.rows(page, sections.getLast());
        for (String population : List.of("all", "hidden", "last")) {
            assertTrue(text.toString().contains("\n  " + population + " "), text.toString());
            assertTrue(json.contains("\"population\":\"" + population + "\""), json);
            assertTrue(page.toHtml().contains(">" + population + "<"), population);
        }
        assertTrue(json.contains("\"times_scalar\":") && json.contains("\"paths\":\"dense 20 -\\u003e 30\""), json);
        // Weights, a bias, and three parameters of all neurons.
        assertTrue(json.contains("\"weight_bytes\":" + 4 * (20 * 30 + 30 + 3)), json);
        assertFalse(json.contains("NaN"), json);
    }
}
