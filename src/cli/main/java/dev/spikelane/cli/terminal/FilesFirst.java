package dev.spikelane.cli.terminal;

import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/**
 * Standard output of a command that also writes files. If output fails, for example because {@code head} has stopped
 * reading, the command continues until its files are written; without files it stops.
 */
public final class FilesFirst extends Writer {

    private final PrintWriter out;
    private final PrintWriter err;
    private final List<Path> files;
    private @Nullable UncheckedIOException failure;

    /**
     * Wraps the output of a command.
     *
     * @param files the files that the command writes; may be empty
     */
    public FilesFirst(CommandLine command, List<Path> files) {
        this.out = command.getOut();
        this.err = command.getErr();
        this.files = files;
    }

    public PrintWriter writer() {
        return new PrintWriter(this);
    }

    @Override
    public void write(char[] text, int start, int count) {
        use(() -> out.write(text, start, count));
    }

    @Override
    public void flush() {
        use(out::flush);
    }

    private void use(Runnable output) {
        if (failure != null) {
            return;
        }
        try {
            output.run();
        } catch (UncheckedIOException failed) {
            if (files.isEmpty()) {
                throw failed;
            }
            failure = failed;
            err.println(Program.NAME + ": "
                    + (isReaderGone(failed) ? "nobody reads standard output any more" : reason(failed))
                    + "; the command goes on until it has written "
                    + Printable.of(files.stream().map(Path::toString).collect(Collectors.joining(", "))));
            err.flush();
        }
    }

    private static boolean isReaderGone(UncheckedIOException failed) {
        return failed instanceof StandardOutput.ReaderGone;
    }

    private static String reason(UncheckedIOException failed) {
        Throwable cause = Objects.requireNonNullElse(failed.getCause(), failed);
        return Printable.of(String.valueOf(cause.getMessage()));
    }

    /** Writes all output, then throws its failure unless the reader has closed it. */
    @Override
    public void close() {
        flush();
        if (failure != null && !isReaderGone(failure)) {
            throw failure;
        }
    }
}
