package dev.spikelane.bench;

import dev.spikelane.cli.BenchCommand;
import dev.spikelane.cli.output.JsonPrinter;
import dev.spikelane.cli.output.PagePrinter;
import dev.spikelane.cli.output.Section;
import dev.spikelane.cli.output.TextPrinter;
import dev.spikelane.cli.run.BenchOptions;
import dev.spikelane.io.ReportFile;
import dev.spikelane.network.ModelRun;
import dev.spikelane.plot.Report;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** Measures a user's own network: the whole, and each population alone on recorded input. */
final class ModelBench extends BenchCommand {

    private final List<String> arguments;

    /** Creates the command for these arguments, which a second JVM gets too. */
    ModelBench(String... arguments) {
        this.arguments = List.of(arguments);
    }

    /** Returns true if the arguments ask for a model and not for listed works. */
    static boolean isWanted(String... arguments) {
        return List.of(arguments).stream().anyMatch(each -> each.equals("--model") || each.startsWith("--model="));
    }

    @Override
    protected int measure(BenchOptions options, @Nullable Path file, @Nullable Path json, CommandSpec command)
            throws IOException {
        if (json != null) {
            ReportFile.requireWritable(json);
        }
        BenchOptions.Subject subject = options.read(command, Objects.requireNonNull(file, "--model"));
        List<Measurement> measured = new ArrayList<>();
        List<Work> works = new ModelRun(subject).works();
        for (Work work : works) {
            measured.add(Bench.measure(work));
        }
        ModelFacts facts = new ModelFacts(subject, measured, ScalarModel.measure(arguments, works));
        List<Section> sections = List.of(facts.settings(), facts.results(works));
        TextPrinter text = new TextPrinter(command.commandLine().getOut());
        sections.forEach(text::add);
        if (json != null) {
            ReportFile.write(json, JsonPrinter.of(sections) + "\n");
        }
        Path report = options.report();
        if (report != null) {
            Report page = Report.of("Spikelane bench").text(sections.getFirst().title());
            PagePrinter.list(page, sections.toArray(Section[]::new));
            PagePrinter.rows(page, sections.getLast());
            page.write(report);
        }
        return 0;
    }
}
