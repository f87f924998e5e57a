package dev.spikelane.spark.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.data.Batching;
import dev.spikelane.data.Dataset;
import dev.spikelane.model.Model;
import dev.spikelane.model.ModelFile;
import dev.spikelane.train.Decoding;
import dev.spikelane.train.Evaluator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("local")
final class SparkCommandTest {

    private static final int IMAGES = 60;
    private static final int SIDE = 8;

    /** Images whose bright half tells their class. */
    private static void write(Path folder, String part) throws IOException {
        Random random = new Random(1);
        ByteBuffer images = ByteBuffer.allocate(16 + IMAGES * SIDE * SIDE);
        images.putInt(0x803).putInt(IMAGES).putInt(SIDE).putInt(SIDE);
        ByteBuffer labels = ByteBuffer.allocate(8 + IMAGES);
        labels.putInt(0x801).putInt(IMAGES);
        for (int i = 0; i < IMAGES; i++) {
            labels.put((byte) (i % 2));
            for (int pixel = 0; pixel < SIDE * SIDE; pixel++) {
                boolean bright = pixel / (SIDE * SIDE / 2) == i % 2;
                images.put((byte) (random.nextInt(100) + (bright ? 150 : 0)));
            }
        }
        Files.write(folder.resolve(part + "-images-idx3-ubyte"), images.array());
        Files.write(folder.resolve(part + "-labels-idx1-ubyte"), labels.array());
    }

    private static String call(String... arguments) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        SparkCommand.of(arguments).call(new PrintStream(out, true, StandardCharsets.UTF_8));
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void whatIsTrainedRuns(@TempDir Path folder) throws IOException {
        write(folder, "t10k");
        String images = folder.resolve("t10k-images-idx3-ubyte").toString();
        Path model = folder.resolve("model.safetensors");
        String trained = call(
                "train",
                "--input",
                images,
                "--output",
                model.toString(),
                "--master",
                "local[2]",
                "--hidden",
                "20",
                "--steps",
                "5",
                "--epochs",
                "2",
                "--batch",
                "20",
                "--shards",
                "2",
                "--rate",
                "0.01");
        assertEquals(
                2,
                trained.lines()
                        .filter(line ->
                                line.matches("Epoch    [12]: loss [0-9.]+, accuracy [0-9.]+ %, [0-9,]+ rows a second"))
                        .count(),
                trained);
        assertEquals(
                6,
                trained.lines()
                        .filter(line -> line.matches("Step     [123] of 3: loss [0-9.]+, accuracy [0-9.]+ %"))
                        .count(),
                trained);
        assertTrue(trained.contains("Wrote    " + model), trained);
        String output = folder.resolve("out").toString();
        String ran =
                call("run", "--model", model.toString(), "--input", images, "--output", output, "--master", "local[2]");
        assertTrue(ran.startsWith("Rows     60 in "), ran);
        Model found = ModelFile.readModel(model);
        try (Evaluator evaluator = new Evaluator(found.network(), 5, new Batching(20), 1)
                .decoding(Decoding.named(found.decoding().orElseThrow()))) {
            double accuracy = evaluator.evaluate(Dataset.idxTest(folder)).accuracy();
            assertTrue(ran.contains(String.format(Locale.ROOT, "Accuracy %.2f %%", 100 * accuracy)), ran);
        }
        assertFalse(ran.contains("Note"), ran);
        String[] again = {
            "run", "--model", model.toString(), "--input", output, "--output", output + 2, "--master", "local[2]"
        };
        assertEquals(
                "column 'prediction' is there already, expected another name by --output-col",
                SparkCommand.line(assertThrows(IllegalArgumentException.class, () -> call(again))));
        String[] other = Arrays.copyOf(again, again.length + 2);
        other[again.length] = "--output-col";
        other[again.length + 1] = "second";
        String ranAgain = call(other);
        assertEquals(accuracy(ran), accuracy(ranAgain));
    }

    private static List<String> accuracy(String said) {
        return said.lines().filter(line -> line.startsWith("Accuracy")).toList();
    }

    @Test
    void wrongOptionsAreNamed() throws IOException {
        assertTrue(call("--help").contains("Usage: ./spikelane spark train"));
        assertTrue(call("run", "--help").startsWith("Usage: ./spikelane spark run"));
        assertTrue(wrong("walk").startsWith("there is no command 'walk'"));
        assertTrue(wrong("run", "--modell", "m").startsWith("there is no option --modell"));
        assertTrue(wrong("run", "--model").startsWith("--model has no value"));
        assertTrue(wrong("run").startsWith("--output is missing"));
        assertTrue(wrong("run", "--output", "o", "--steps", "many").startsWith("--steps is 'many', expected a number"));
        assertTrue(wrong("train", "--output", "o", "--loss", "x").startsWith("--loss is 'x'"));
    }

    @Test
    void failuresAreOneLineWithTheirReason() {
        Exception full = new IllegalStateException("Task failed\n\tat A", new IOException("No space left on device"));
        assertEquals("Task failed: No space left on device", SparkCommand.line(full));
        assertEquals(
                "--batch is 0; --input-col chooses one",
                SparkCommand.line(new IllegalStateException("batchSize is 0; setInputCol chooses one")));
        assertEquals("no file", SparkCommand.line(new IllegalStateException("no file", new IOException("no file"))));
    }

    private static String wrong(String... arguments) {
        return assertThrows(CommandOptions.Wrong.class, () -> call(arguments)).getMessage();
    }
}
