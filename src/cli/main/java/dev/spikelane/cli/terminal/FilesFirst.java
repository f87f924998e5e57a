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
 * Standard output of a command that writes files too. If it fails, as when {@code head} has read enough, the command
 * continues without it until its files are written; where there are none, it has nothing left to do and stops.
 */
public final class FilesFirst extends Writer {

    private final PrintWriter out;
    private final PrintWriter err;
    private final List<Path> files;
    private @Nullable UncheckedIOException failure;

    /** Output of a command that will write these files, of which there may be none. */
    public FilesFirst(CommandLine command, List<Path> files) {
        this.out = command.getOut();
        this.err = command.getErr();
        this.files = files;
    }

    /** The writer to which a command prints. */
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

    /** Writes all files, then throws the failure of other output, unless its reader has closed it. */
    @Override
    public void close() {
        flush();
        if (failure != null && !isReaderGone(failure)) {
            throw failure;
        }
    }
}
