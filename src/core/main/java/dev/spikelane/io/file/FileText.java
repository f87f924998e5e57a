package dev.spikelane.io.file;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Makes messages about files fit one line, also with text from a file, and adds reasons that the system leaves out. */
public final class FileText {

    /** Most characters of a text from outside the library, or of a list of such texts. */
    private static final int MOST_SHOWN = 300;

    private static final int MOST_IN_MESSAGE = 1_200;

    private FileText() {}

    /** Reads a file. */
    @FunctionalInterface
    public interface Reading<T> {

        /**
         * Reads all of it.
         *
         * @return the content
         * @throws IOException if it cannot be read
         */
        T read() throws IOException;
    }

    /**
     * Reads a file. Text of the file that would break a line or move the cursor of a terminal is escaped in the message
     * of a failure.
     *
     * @param <T> the content
     * @param name the name of the file in messages
     * @param reading reads the file
     * @return the content
     * @throws InterruptedIOException if the thread was interrupted; it stays interrupted
     * @throws IOException if the reading does
     */
    public static <T> T reading(String name, Reading<T> reading) throws IOException {
        Objects.requireNonNull(name, "name");
        try {
            return reading.read();
        } catch (ClosedByInterruptException interrupted) {
            throw interrupted(name, "read", interrupted);
        } catch (FileSystemException ofSystem) {
            throw ofSystem;
        } catch (IOException failure) {
            String message = Objects.requireNonNullElse(failure.getMessage(), name + ": cannot be read, " + failure);
            String escaped = escaped(message);
            if (escaped.equals(failure.getMessage())) {
                throw failure;
            }
            IOException fit = new IOException(escaped, failure.getCause()); // a cause's message is printed too
            fit.setStackTrace(failure.getStackTrace());
            throw fit;
        }
    }

    /**
     * Converts the content of a file, and reports an invalid one as an IOException.
     *
     * @param name the start of the message
     * @throws IOException in place of an {@link IllegalArgumentException}, or if the reading does
     */
    public static <T> T made(String name, Reading<T> reading) throws IOException {
        try {
            return reading.read();
        } catch (IllegalArgumentException refused) {
            throw new IOException(name + refused.getMessage(), refused);
        }
    }

    /**
     * Reads an argument of a caller.
     *
     * @throws IllegalArgumentException in place of an {@link IOException}
     */
    public static <T> T given(Reading<T> reading) {
        try {
            return reading.read();
        } catch (IOException refused) {
            throw new IllegalArgumentException(refused.getMessage(), refused);
        }
    }

    /** Returns an exception with a message in place of one without. */
    static InterruptedIOException interrupted(Path file, String what, ClosedByInterruptException cause) {
        return interrupted(file.toString(), what, cause);
    }

    private static InterruptedIOException interrupted(String name, String what, ClosedByInterruptException cause) {
        InterruptedIOException named = new InterruptedIOException(escaped(name) + ": was not " + what
                + ", because thread '" + Thread.currentThread().getName() + "' was interrupted");
        named.initCause(cause);
        return named;
    }

    /**
     * Escapes a message that may have text from a file or a user, as {@link #shown} does, and cuts its middle if it is
     * longer than the library's longest messages.
     *
     * @param message any text
     * @return at most 1,203 characters
     */
    public static String escaped(String message) {
        return cut(message, MOST_IN_MESSAGE);
    }

    /**
     * Escapes a text from a file or a user, or a list of such texts, for a message: control and format characters, line
     * separators and half characters. The middle of a long text is cut.
     *
     * @param text any text, or an object whose text is shown
     * @return at most 303 characters, with backslash, u and a number in place of each escaped character
     */
    public static String shown(@Nullable Object text) {
        return cut(String.valueOf(text), MOST_SHOWN);
    }

    /** Returns true if nothing of a text would be escaped, however long it is. */
    public static boolean isPlain(String text) {
        return escape(text).equals(text);
    }

    private static String cut(String text, int most) {
        // Escapes take space, so a text may be cut twice: first, before millions of characters are escaped.
        return withoutMiddle(escape(withoutMiddle(text, most)), most);
    }

    private static String withoutMiddle(String text, int most) {
        if (text.length() <= most) {
            return text;
        }
        int head = most * 2 / 3;
        int tail = text.length() - (most - head);
        head -= Character.isHighSurrogate(text.charAt(head - 1)) ? 1 : 0;
        tail += Character.isLowSurrogate(text.charAt(tail)) ? 1 : 0;
        return text.substring(0, head) + "..." + text.substring(tail);
    }

    private static String escape(String text) {
        StringBuilder shown = new StringBuilder();
        text.codePoints().forEach(character -> {
            boolean hidden = Character.isISOControl(character)
                    || Character.getType(character) == Character.FORMAT
                    || Character.getType(character) == Character.LINE_SEPARATOR
                    || Character.getType(character) == Character.PARAGRAPH_SEPARATOR
                    || Character.getType(character) == Character.SURROGATE;
            shown.append(hidden ? String.format("\\u%04x", character) : Character.toString(character));
        });
        return shown.toString();
    }
}
