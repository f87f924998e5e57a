package dev.spikelane.io.file;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Escapes text from files in messages, and adds reasons that the system leaves out. */
public final class FileText {

    /** Limits a text from outside the library, or a list of such texts. */
    private static final int MOST_SHOWN = 300;

    private static final int MOST_IN_MESSAGE = 1_200;

    private FileText() {}

    @FunctionalInterface
    public interface Reading<T> {

        T read() throws IOException;
    }

    /**
     * Reads a file; escapes control characters in the message of a failure.
     *
     * @param <T> the content
     * @param name the name of the file in messages
     * @param reading reads the file
     * @return the content
     * @throws InterruptedIOException if the thread was interrupted; it stays interrupted
     * @throws IOException if {@code reading} throws it
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
            IOException fit = new IOException(escaped, failure.getCause()); // the message of a cause is printed too
            fit.setStackTrace(failure.getStackTrace());
            throw fit;
        }
    }

    /**
     * Converts the content of a file; reports an {@link IllegalArgumentException} as an IOException.
     *
     * @param name the start of its message
     */
    public static <T> T made(String name, Reading<T> reading) throws IOException {
        try {
            return reading.read();
        } catch (IllegalArgumentException refused) {
            throw new IOException(name + refused.getMessage(), refused);
        }
    }

    /** Reads an argument of a caller; reports an {@link IOException} as an IllegalArgumentException. */
    public static <T> T given(Reading<T> reading) {
        try {
            return reading.read();
        } catch (IOException refused) {
            throw new IllegalArgumentException(refused.getMessage(), refused);
        }
    }

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
     * Escapes a message as {@link #shown} does, and cuts its middle if it is longer than the library's longest
     * messages.
     *
     * @return at most 1,203 characters
     */
    public static String escaped(String message) {
        return cut(message, MOST_IN_MESSAGE);
    }

    /**
     * Escapes a text from a file or a user for a message: control and format characters, line separators and unpaired
     * surrogates. The middle of a long text is cut.
     *
     * @return at most 303 characters, with backslash, u and a number in place of each escaped character
     */
    public static String shown(@Nullable Object text) {
        return cut(String.valueOf(text), MOST_SHOWN);
    }

    /** Returns true if the text has nothing to escape, whatever its length. */
    public static boolean isPlain(String text) {
        return escape(text).equals(text);
    }

    private static String cut(String text, int most) {
        // The first cut avoids escaping millions of characters; the second removes what escapes added.
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
