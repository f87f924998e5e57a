package dev.spikelane.cli.input;

import dev.spikelane.cli.terminal.Program;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** The options of a command that writes a page. */
public final class PageOptions {

    @Option(
            names = "--report",
            paramLabel = "FILE",
            description = "Page of the results, for a browser. Default: spikelane-${COMMAND-NAME}.html.")
    private @Nullable Path report;

    @Option(names = "--no-report", description = "Write no page.")
    private boolean noReport;

    /**
     * Returns the file of the page; null for none. The check before the run makes a wrong name fail early. If the
     * default file cannot be written, the command prints a notice and writes no page.
     */
    public @Nullable Path file(CommandSpec command, boolean quiet) throws IOException {
        if (noReport && report != null) {
            throw Choices.wrong(command, "--report and --no-report exclude each other");
        }
        if (noReport) {
            return null;
        }
        Path page = report == null ? Path.of("spikelane-" + command.name() + ".html") : report;
        try {
            OutputFile.PAGE.require(command, "--report", page);
        } catch (FileSystemException refused) {
            if (report != null) {
                throw refused;
            }
            if (!quiet) {
                PrintWriter err = command.commandLine().getErr();
                err.println(Program.NAME + ": no report is written, because " + page + " " + refused.getReason());
                err.flush();
            }
            return null;
        }
        return page;
    }
}
