package dev.spikelane.cli.terminal;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/** Standard output whose failures are not swallowed by the writer before it: they stop the command. */
public final class StandardOutput extends OutputStream {

    private final OutputStream target;

    public StandardOutput(OutputStream target) {
        this.target = target;
    }

    @Override
    public void write(int value) {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int start, int count) {
        try {
            target.write(bytes, start, count);
        } catch (IOException failure) {
            throw failed(failure);
        }
    }

    @Override
    public void flush() {
        try {
            target.flush();
        } catch (IOException failure) {
            throw failed(failure);
        }
    }

    private static UncheckedIOException failed(IOException failure) {
        return isBrokenPipe(failure)
                ? new ReaderGone(failure)
                : new UncheckedIOException(new IOException("standard output: " + failure.getMessage(), failure));
    }

    /** The system's message may be translated, but keeps the word. */
    private static boolean isBrokenPipe(IOException failure) {
        return failure.getMessage() != null && failure.getMessage().contains("pipe");
    }

    /** The reader of the output has closed it, as {@code head} does: no reason to complain, and none to go on. */
    static final class ReaderGone extends UncheckedIOException {
        private static final long serialVersionUID = 1;

        ReaderGone(IOException cause) {
            super(cause);
        }
    }
}
