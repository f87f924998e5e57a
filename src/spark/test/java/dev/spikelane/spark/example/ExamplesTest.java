package dev.spikelane.spark.example;

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
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("local")
final class ExamplesTest {

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

    private static String printed(Program program, String... arguments) throws IOException {
        PrintStream before = System.out;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        try {
            program.main(arguments);
        } finally {
            System.setOut(before);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private interface Program {
        void main(String... arguments) throws IOException;
    }

    @Test
    void whatIsTrainedClassifies(@TempDir Path folder) throws IOException {
        System.setProperty("spark.master", "local[2]");
        write(folder, "t10k");
        String images = folder.resolve("t10k-images-idx3-ubyte").toString();
        Path model = folder.resolve("model.safetensors");
        String trained = printed(Train::main, images, model.toString());
        assertTrue(trained.matches("Epoch 1: loss [0-9.]+, accuracy [0-9.]+ %\\R"), trained);
        String output = folder.resolve("out").toString();
        String ran = printed(Classify::main, model.toString(), images, output);
        Model found = ModelFile.readModel(model);
        try (Evaluator evaluator = new Evaluator(found.network(), 25, new Batching(20), 1)
                .decoding(Decoding.named(found.decoding().orElseThrow()))) {
            double accuracy = evaluator.evaluate(Dataset.idxTest(folder)).accuracy();
            assertTrue(ran.matches("(?s).*\\|\\s*60\\|\\s*" + Double.toString(accuracy) + ".*"), ran);
        }
    }
}
