package dev.spikelane.cli.terminal;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;

/**
 * The last line of a terminal, which shows progress. It is hidden while other text is printed, shown again below
 * complete lines, and removed at the end of the work or of the JVM.
 */
public final class StatusLine {

    /** Columns of the terminal, set by the launcher; 0 if standard error is not a terminal. */
    static final String COLUMNS = "spikelane.columns";

    public static final StatusLine OF_PROCESS =
            new StatusLine(new FileOutputStream(FileDescriptor.err), Integer.getInteger(COLUMNS, 0));

    /** Erases to the end of the line, because a terminal prints {@code ^C} after the text. */
    private static final String ERASE = "\r\u001b[K";

    /** Columns for {@code ^C} and the cursor. */
    private static final int CTRL_C = 3;

    private final PrintStream terminal;
    private final int columns;
    /** The current text, even while it is hidden. */
    private String text = "";

    private boolean shown;
    private boolean used;
    private boolean ended;

    StatusLine(OutputStream terminal, int columns) {
        this.terminal = new PrintStream(terminal, true, Charset.defaultCharset());
        this.columns = Math.max(0, columns - CTRL_C);
    }

    /** Returns the characters that fit; 0 without a terminal. */
    int columns() {
        return columns;
    }

    synchronized void show(String words) {
        if (columns == 0 || ended) {
            return;
        }
        if (!used) {
            used = true;
            Runtime.getRuntime().addShutdownHook(new Thread(this::end, "spikelane-status-line"));
        }
        text = words.substring(0, Math.min(columns, words.length()));
        terminal.print(ERASE + text);
        terminal.flush();
        shown = true;
    }

    synchronized void clear() {
        hide();
        text = "";
    }

    private synchronized void hide() {
        if (shown) {
            terminal.print(ERASE);
            terminal.flush();
            shown = false;
        }
    }

    private synchronized void end() {
        clear();
        ended = true;
    }

    private synchronized void showAgain() {
        if (!shown && !text.isEmpty()) {
            show(text);
        }
    }

    /** Returns a stream that hides this line before each write, and shows it again below complete lines. */
    public OutputStream before(OutputStream target) {
        return new OutputStream() {
            private boolean inLine;

            @Override
            public void write(int value) throws IOException {
                write(new byte[] {(byte) value}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int start, int count) throws IOException {
                hide();
                target.write(bytes, start, count);
                inLine = count > 0 ? bytes[start + count - 1] != '\n' : inLine;
            }

            @Override
            public void flush() throws IOException {
                target.flush();
                if (!inLine) {
                    showAgain();
                }
            }
        };
    }
}
