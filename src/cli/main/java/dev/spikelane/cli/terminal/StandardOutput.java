package dev.spikelane.cli.terminal;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/** Standard output that throws at failures, which a {@code PrintWriter} would ignore. */
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

    /** The system's message may be translated, but keeps this word. */
    private static boolean isBrokenPipe(IOException failure) {
        return failure.getMessage() != null && failure.getMessage().contains("pipe");
    }

    /** Thrown if the reader closed the output, as {@code head} does; the command stops without an error. */
    static final class ReaderGone extends UncheckedIOException {
        private static final long serialVersionUID = 1;

        ReaderGone(IOException cause) {
            super(cause);
        }
    }
}
