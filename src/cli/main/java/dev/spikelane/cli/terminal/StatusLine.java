package dev.spikelane.cli.terminal;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;

/**
 * The last line of a terminal, which says how far some work is. It goes before anything else is printed and comes back
 * below whole lines; it goes for good when the work or the JVM ends.
 */
public final class StatusLine {

    /** Set by the launcher, which knows how many columns the terminal has; 0 where standard error is none. */
    static final String COLUMNS = "spikelane.columns";

    /** That of this process. */
    public static final StatusLine OF_PROCESS =
            new StatusLine(new FileOutputStream(FileDescriptor.err), Integer.getInteger(COLUMNS, 0));

    /** Goes to the end of the line: a terminal's Ctrl-C stands behind the text. */
    private static final String ERASE = "\r\u001b[K";

    /** The columns that a terminal needs for Ctrl-C, {@code ^C}, and the cursor. */
    private static final int CTRL_C = 3;

    private final PrintStream terminal;
    private final int columns;
    /** What is shown, or will be again. */
    private String text = "";

    private boolean shown;
    private boolean used;
    private boolean ended;

    StatusLine(OutputStream terminal, int columns) {
        this.terminal = new PrintStream(terminal, true, Charset.defaultCharset());
        this.columns = Math.max(0, columns - CTRL_C);
    }

    /** How many characters it shows; 0 where there is no terminal. */
    int columns() {
        return columns;
    }

    /** Shows as much of a text as the terminal has room for. */
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

    /** A stream that hides this line before it writes anything, and shows it again below what was written. */
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
