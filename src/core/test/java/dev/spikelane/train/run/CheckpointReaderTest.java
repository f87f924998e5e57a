package dev.spikelane.train.run;

import static dev.spikelane.Failures.assertMessage;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.io.Tensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CheckpointReaderTest {

    /** A recipe is a long text, in which often one number differs. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "Adam(0.002, betas 0.9 and 0.999); Adam(0.001, betas 0.9 and 0.999); ' (0.002 in place of 0.001)'",
                "60 samples in batches of 8; 60 samples in batches of 16; ' (8 in place of 16)'",
                "60 samples in batches of 8; 50 samples in batches of 16; ''",
                "60 samples; 60 samples, seed 1; ''",
                "7; 8; ''"
            })
    void theOneNumberThatDiffersIsNamed(String found, String expected, String difference) throws IOException {
        CheckpointReader reader =
                new CheckpointReader(Path.of("run.safetensors"), Tensors.of(Map.of("recipe", found), List.of()));
        reader.require("recipe", found);
        assertMessage(
                IOException.class,
                "run.safetensors: is of a run with recipe '" + found + "', expected '" + expected
                        + "', as this run has" + difference
                        + "; go on as that run was begun, or delete the file to train anew",
                () -> reader.require("recipe", expected));
    }

    @Test
    void textOfAFileIsCutAndEscaped() {
        String hostile = "\u001b[2J\n" + "x".repeat(5_000);
        CheckpointReader reader = new CheckpointReader(Path.of("f"), Tensors.of(Map.of("recipe", hostile), List.of()));
        String message = assertThrows(IOException.class, () -> reader.require("recipe", "x"))
                .getMessage();
        assertTrue(message.startsWith("f: is of a run with recipe '\\u001b[2J\\u000axx"), message);
        assertTrue(message.length() < 600, message);
        assertThrows(IOException.class, () -> reader.whole("recipe", 0, 1, ""));
    }
}
