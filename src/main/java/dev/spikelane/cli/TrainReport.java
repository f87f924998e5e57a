package dev.spikelane.cli;

import dev.spikelane.plot.CurvePlot;
import dev.spikelane.plot.Plot;
import dev.spikelane.plot.Report;
import dev.spikelane.train.EpochResult;
import dev.spikelane.train.Evaluation;
import dev.spikelane.train.TrainingRun;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** How training went as a page. */
record TrainReport(TrainingSettings settings, TrainingData data, TrainingRun run, Evaluation test) {

    void write(Path file, String sizes) throws IOException {
        Map<String, String> tiles = new LinkedHashMap<>();
        tiles.put(
                "Accuracy",
                String.format(
                        Locale.ROOT,
                        "%.2f %%\nof %,d test images, decoded by %s",
                        100 * test.accuracy(),
                        test.samples(),
                        TrainingRecipes.describe(test.decoding())));
        tiles.put("Epochs", run.history().size() + "\n" + data.training().size() + " images each");
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("Network", sizes + ", beta " + settings.beta());
        facts.put("Images", data.name());
        facts.put("Input", "code " + settings.code() + ", " + settings.steps() + " steps");
        facts.put("Loss", settings.loss() + ", surrogate " + settings.surrogate());
        facts.put("Optimizer", "Adam, rate " + settings.rate() + ", batch " + settings.batch());
        Report report = Report.of("Spikelane training").tiles(tiles);
        report.section("History").figure(curves());
        report.section("Confusion")
                .text("Rows are what the test images show, columns what they are taken for.")
                .figure(Plot.confusionMatrix(
                        test.labels().stream().mapToInt(Integer::intValue).toArray(),
                        test.classes().stream().mapToInt(Integer::intValue).toArray()));
        report.section("Configuration").facts(facts).write(file);
    }

    private CurvePlot curves() {
        CurvePlot plot = Plot.curve("loss", run.curve(EpochResult::loss));
        if (data.validation() != null) {
            plot = plot.line("loss, held out", run.curve(EpochResult::validationLoss));
        }
        plot = plot.panel("accuracy", run.curve(EpochResult::accuracy));
        if (data.validation() != null) {
            plot = plot.line("accuracy, held out", run.curve(EpochResult::validationAccuracy));
        }
        return plot.title("Loss and accuracy by epoch").xLabel("epoch");
    }
}
