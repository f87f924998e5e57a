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

record TrainReport(Section settings, Section result, TrainingRun run, TestImages images) {

    void write(Path file) throws IOException {
        Map<String, String> tiles = new LinkedHashMap<>();
        // The page prints the second line of a tile small.
        tiles.put("Accuracy", result.declared("Accuracy").replaceFirst(" of ", "\nof "));
        tiles.put(
                "Epochs",
                String.format(
                        Locale.ROOT,
                        "%d\n%,d images each",
                        run.history().size(),
                        images.data().training().size()));
        Report report = Report.of("Spikelane training").text(settings.title()).tiles(tiles);
        report.section("History").figure(curves());
        PagePrinter.confusion(report, "Confusion", result);
        images.add(report);
        PagePrinter.list(report.section("Configuration"), settings, result, Machine.facts());
        report.write(file);
    }

    private CurvePlot curves() {
        boolean validated = images.data().validation() != null;
        CurvePlot plot = Plot.curve("loss", run.curve(EpochResult::loss));
        if (validated) {
            plot = plot.line("held out", run.curve(EpochResult::validationLoss));
        }
        plot = plot.panel("accuracy", run.curve(EpochResult::accuracy));
        if (validated) {
            plot = plot.line("held out", run.curve(EpochResult::validationAccuracy));
        }
        return plot.title("Loss and accuracy by epoch").epochs();
    }
}
