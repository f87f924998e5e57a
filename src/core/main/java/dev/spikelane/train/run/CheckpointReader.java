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

/** Reads parts of a checkpoint. Errors name the file and the missing or wrong part. */
record CheckpointReader(Path file, Tensors content) {

    private static final String BETWEEN_WORDS = "[ ,;=()\\[\\]]+";

    String text(String name) throws IOException {
        String found = content.metadata().get(name);
        if (found == null) {
            throw new IOException(file + ": has no '" + name + "', expected a checkpoint of a training run");
        }
        return found;
    }

    void require(String name, String expected) throws IOException {
        String found = text(name);
        if (!found.equals(expected)) {
            throw new IOException(
                    file + ": is of a run with " + name + " " + JsonValue.quoted(found) + ", expected '" + expected
                            + "', as this run has" + difference(found, expected)
                            + "; go on as that run was begun, or delete the file to train anew");
        }
    }

    /** Describes the only word or number that differs between two texts; empty for more differences. */
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
     * Reads an integer.
     *
     * @param expected words for the message, such as {@code , the epochs of this run}
     */
    long whole(String name, long least, long most, String expected) throws IOException {
        return whole(name, text(name), least, most, expected);
    }

    long whole(String name, String word, long least, long most, String expected) throws IOException {
        try {
            long number = Long.parseLong(word);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            // The exception below reports it.
        }
        throw wrong(name, word, (least == most ? least : least + " to " + most) + expected);
    }

    double number(String name, DoublePredicate allowed, String expected) throws IOException {
        return number(name, text(name), allowed, expected);
    }

    double number(String name, String word, DoublePredicate allowed, String expected) throws IOException {
        try {
            double number = Double.parseDouble(word);
            if (allowed.test(number)) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            // The exception below reports it.
        }
        throw wrong(name, word, expected);
    }

    IOException wrong(String name, String found, String expected) {
        return new IOException(file + ": '" + name + "' is " + JsonValue.quoted(found) + ", expected " + expected);
    }

    /** Reads the numbers of a parameter; throws for NaN and, if {@code finite}, for infinite ones. */
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
