package dev.spikelane.cli.input;

import dev.spikelane.cli.output.Output;
import dev.spikelane.cli.output.TextPrinter;
import java.io.PrintWriter;
import java.io.Writer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** The options of all commands that run networks. */
public final class CommonOptions {

    public static final long SEED = 42;

    private static final int MOST_THREADS = 1_024;

    /** The hidden layer of the tutorials has 16 blocks of 64 neurons: more threads would idle. */
    private static final int USEFUL_THREADS = 16;

    @Option(
            names = "--seed",
            paramLabel = "S",
            description = "Seed of all random numbers, any whole number. Default: ${DEFAULT-VALUE}.")
    private long seed = SEED;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description =
                    "Threads, 1 to " + MOST_THREADS + "; results do not depend on it. Default: processors, at most "
                            + USEFUL_THREADS + "; here ${DEFAULT-VALUE}.")
    private int threads = defaultThreads();

    @Option(names = "--json", description = "Print one JSON object instead of text.")
    private boolean json;

    @Option(names = "--quiet", description = "Print nothing but errors (and --json).")
    private boolean quiet;

    public static int defaultThreads() {
        return Math.min(Runtime.getRuntime().availableProcessors(), USEFUL_THREADS);
    }

    public void require(CommandSpec command) {
        Choices.requireRange(command, "--threads", threads, 1, MOST_THREADS);
    }

    public long seed() {
        return seed;
    }

    public int threads() {
        return threads;
    }

    public boolean quiet() {
        return quiet;
    }

    /** Returns false if {@code --quiet} or {@code --json} suppresses text. */
    public boolean text() {
        return !quiet && !json;
    }

    /** Returns the output of a command, without text if {@code --quiet} or {@code --json} suppresses it. */
    public Output output(PrintWriter out) {
        PrintWriter text = text() ? out : new PrintWriter(Writer.nullWriter());
        return new Output(new TextPrinter(text), json ? out : null);
    }
}
