package dev.spikelane.io.file;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Makes messages about files fit for one line, with any text of a file, and adds the reason that the system leaves
 * unsaid.
 */
public final class FileText {

    /** Of a text that is not the library's own, or a list of such texts. */
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
     * @param reading reads it
     * @return the content
     * @throws InterruptedIOException if the thread was interrupted; it is still
     * @throws IOException as the reading does
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
     * Makes something of what a file says, which may be refused.
     *
     * @param name what begins the message of a refusal
     * @throws IOException in place of an {@link IllegalArgumentException}, or as the reading does
     */
    public static <T> T made(String name, Reading<T> reading) throws IOException {
        try {
            return reading.read();
        } catch (IllegalArgumentException refused) {
            throw new IOException(name + refused.getMessage(), refused);
        }
    }

    /**
     * Reads what a caller has given.
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

    /** The exception in place of one without a message. */
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
     * Makes a message fit that may hold text of a file or a user: escaped as {@link #shown} does it, and cut in its
     * middle, beyond the longest messages of the library with some texts of others.
     *
     * @param message any text
     * @return at most 1,203 characters
     */
    public static String escaped(String message) {
        return cut(message, MOST_IN_MESSAGE);
    }

    /**
     * Makes a text of a file or a user fit for a message, or a list of such texts: what is no letter, digit, sign or
     * space of a line is escaped (control and format characters, other ends of lines, halves of characters), and what
     * is long is cut in its middle.
     *
     * @param text any text, or an object that is one as a text
     * @return at most 303 characters, with backslash, u and the number of a character in place of each that is escaped
     */
    public static String shown(@Nullable Object text) {
        return cut(String.valueOf(text), MOST_SHOWN);
    }

    /**
     * Tells whether a text has nothing that would be escaped, however long it is.
     *
     * @param text any text
     * @return whether it is the text of a line
     */
    public static boolean isPlain(String text) {
        return escape(text).equals(text);
    }

    private static String cut(String text, int most) {
        // Escapes take space, so that a text may be cut twice, and once before millions of characters are escaped.
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
