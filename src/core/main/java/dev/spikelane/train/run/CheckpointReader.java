package dev.spikelane.train.run;

import dev.spikelane.io.Tensor;
import dev.spikelane.io.Tensors;
import dev.spikelane.io.file.JsonValue;
import dev.spikelane.io.file.LittleEndian;
import dev.spikelane.memory.FloatMatrix;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoublePredicate;

/**
 * Reads parts of a checkpoint. A part that is missing or wrong is an error that names it and the file.
 *
 * @param file as messages call it
 * @param content of the file
 */
record CheckpointReader(Path file, Tensors content) {

    /** As files have 32 bits. */
    private static final String BETWEEN_WORDS = "[ ,;=()\\[\\]]+";

    String text(String name) throws IOException {
        String found = content.metadata().get(name);
        if (found == null) {
            throw new IOException(file + ": has no '" + name + "', expected a checkpoint of a training run");
        }
        return found;
    }

    /** Throws unless a text is as this run has it. */
    void require(String name, String expected) throws IOException {
        String found = text(name);
        if (!found.equals(expected)) {
            throw new IOException(
                    file + ": is of a run with " + name + " " + JsonValue.quoted(found) + ", expected '" + expected
                            + "', as this run has" + difference(found, expected)
                            + "; go on as that run was begun, or delete the file to train anew");
        }
    }

    /** Names the one word or number in which two texts differ, if it is one of several. */
    private static String difference(String found, String expected) {
        String[] words = found.split(BETWEEN_WORDS);
        String[] others = expected.split(BETWEEN_WORDS);
        int at = Arrays.mismatch(words, others);
        boolean one = at >= 0
                && words.length > 1
                && words.length == others.length
                && Arrays.mismatch(words, at + 1, words.length, others, at + 1, others.length) < 0;
        return one ? " (" + words[at] + " in place of " + others[at] + ")" : "";
    }

    /** Throws unless the content is as it was written. */
    void requireWhole() throws IOException {
        String found = text(CheckpointSum.NAME);
        String expected = CheckpointSum.of(content);
        if (!found.equals(expected)) {
            throw wrong(
                    CheckpointSum.NAME,
                    found,
                    "'" + expected
                            + "', the sum of its content, which has changed since it was written: go on from a copy,"
                            + " or delete the file to train anew");
        }
    }

    /**
     * Reads a whole number.
     *
     * @param expected in words, for the message, such as {@code , the epochs of this run}
     */
    long whole(String name, long least, long most, String expected) throws IOException {
        return whole(name, text(name), least, most, expected);
    }

    /** The same of a word of a text. */
    long whole(String name, String word, long least, long most, String expected) throws IOException {
        try {
            long number = Long.parseLong(word);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            // The message below says it.
        }
        throw wrong(name, word, (least == most ? least : least + " to " + most) + expected);
    }

    double number(String name, DoublePredicate allowed, String expected) throws IOException {
        return number(name, text(name), allowed, expected);
    }

    /** The same of a word of a text. */
    double number(String name, String word, DoublePredicate allowed, String expected) throws IOException {
        try {
            double number = Double.parseDouble(word);
            if (allowed.test(number)) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            // The message below says it.
        }
        throw wrong(name, word, expected);
    }

    /** The error of a text, or a word of it, that is not as expected. */
    IOException wrong(String name, String found, String expected) {
        return new IOException(file + ": '" + name + "' is " + JsonValue.quoted(found) + ", expected " + expected);
    }

    /** Reads numbers of a parameter, none of which is NaN, or infinite unless that may be. */
    FloatMatrix matrix(String name, int rows, int columns, boolean finite) throws IOException {
        FloatMatrix values =
                tensor(name, Tensor.Type.F32, List.of(rows, columns)).matrix();
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                float value = values.get(row, column);
                if (finite ? !Float.isFinite(value) : Float.isNaN(value)) {
                    throw new IOException(file + ": tensor '" + name + "' has " + value + " at row " + row + ", column "
                            + column + ", expected " + (finite ? "a finite number" : "a number"));
                }
            }
        }
        return values;
    }

    int[] words(String name, int count) throws IOException {
        return tensor(name, Tensor.Type.I32, List.of(count)).bytes().toArray(LittleEndian.INT);
    }

    private Tensor tensor(String name, Tensor.Type type, List<Integer> shape) throws IOException {
        for (Tensor tensor : content.tensors()) {
            if (tensor.name().equals(name)) {
                if (tensor.type() == type && tensor.shape().equals(shape)) {
                    return tensor;
                }
                throw new IOException(file + ": has " + tensor + ", expected " + type + " of shape " + shape);
            }
        }
        throw new IOException(file + ": has no tensor '" + name + "', expected a checkpoint of a training run");
    }
}
