package dev.spikelane.io.file;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Objects;

/** Makes messages about files fit for one line, whatever text a file holds, and says what the system leaves unsaid. */
public final class FileText {

    private FileText() {}

    /** Reads a file. */
    @FunctionalInterface
    public interface Reading<T> {

        /**
         * Reads all of it.
         *
         * @return what was read
         * @throws IOException if it cannot be read
         */
        T read() throws IOException;
    }

    /**
     * Reads a file. Text of the file that would break a line or move the cursor of a terminal is escaped in the message
     * of a failure.
     *
     * @param <T> what is read
     * @param name what messages call the file
     * @param reading reads it
     * @return what was read
     * @throws InterruptedIOException if the thread was interrupted; it is still
     * @throws IOException as the reading does
     */
    public static <T> T reading(String name, Reading<T> reading) throws IOException {
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
            throw new IOException(escaped, failure);
        }
    }

    /** What to throw in place of an exception without a message. */
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
     * Escapes what is no letter, digit, sign or space of a line: control and format characters, other ends of lines,
     * halves of characters.
     *
     * @param text any text
     * @return the text, with backslash, u and the number of a character in place of each of these
     */
    public static String escaped(String text) {
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
