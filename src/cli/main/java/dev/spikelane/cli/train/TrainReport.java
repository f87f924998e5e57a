package dev.spikelane.cli.train;

import dev.spikelane.cli.output.Machine;
import dev.spikelane.cli.output.PagePrinter;
import dev.spikelane.cli.output.Section;
import dev.spikelane.plot.CurvePlot;
import dev.spikelane.plot.Plot;
import dev.spikelane.plot.Report;
import dev.spikelane.train.EpochResult;
import dev.spikelane.train.TrainingRun;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** How training went as a page. */
record TrainReport(Section settings, Section result, TrainingRun run, TrainingData data) {

    void write(Path file) throws IOException {
        Map<String, String> tiles = new LinkedHashMap<>();
        // The page writes the second line of a tile small.
        tiles.put("Accuracy", result.declared("Accuracy").replaceFirst(" of ", "\nof "));
        String images = String.format(Locale.ROOT, "%,d", data.training().size());
        tiles.put("Epochs", run.history().size() + "\n" + images + " images each");
        Report report = Report.of("Spikelane training").text(settings.title()).tiles(tiles);
        report.section("History").figure(curves());
        PagePrinter.confusion(report, "Confusion", result);
        PagePrinter.list(report.section("Configuration"), settings, result, Machine.facts());
        report.write(file);
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
        return plot.title("Loss and accuracy by epoch").epochs();
    }
}
