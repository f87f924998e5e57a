import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * Draws the images that are embedded in the command line: 500 training images and 100 test images of each class of
 * Fashion-MNIST, in an order by a fixed seed. No image is chosen by what a network makes of it. Needs the Debian package
 * dataset-fashion-mnist.
 *
 * <p>Usage, in the project's top folder: {@code java src/data/Sample.java TARGET [FOLDER WITH *-ubyte.gz]}
 */
public class Sample {

    private static final long SEED = 5;
    private static final int CLASSES = 10;
    private static final int PIXELS = 28 * 28;
    private static final int IMAGES_HEADER = 16;
    private static final int LABELS_HEADER = 8;

    public static void main(String[] arguments) throws IOException {
        Path target = Path.of(arguments[0]);
        Path source = Path.of(arguments.length > 1 ? arguments[1] : "/usr/share/datasets/fashion-mnist");
        draw(source, "train", target, "train-5000", 500);
        draw(source, "t10k", target, "test-1000", 100);
    }

    private static void draw(Path source, String from, Path target, String name, int ofClass) throws IOException {
        byte[] images = read(source.resolve(from + "-images-idx3-ubyte.gz"));
        byte[] labels = read(source.resolve(from + "-labels-idx1-ubyte.gz"));
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < labels.length - LABELS_HEADER; i++) {
            order.add(i);
        }
        Collections.shuffle(order, new Random(SEED));
        int count = CLASSES * ofClass;
        int[] drawn = new int[CLASSES];
        var pixels = new ByteArrayOutputStream();
        var classes = new ByteArrayOutputStream();
        // IDX: two zero bytes, type 08 (unsigned byte), the number of dimensions, each of them; all big-endian.
        pixels.writeBytes(ByteBuffer.allocate(IMAGES_HEADER).putInt(0x803).putInt(count).putInt(28).putInt(28).array());
        classes.writeBytes(ByteBuffer.allocate(LABELS_HEADER).putInt(0x801).putInt(count).array());
        for (int image : order) {
            int label = labels[LABELS_HEADER + image];
            if (drawn[label] < ofClass) {
                drawn[label]++;
                pixels.write(images, IMAGES_HEADER + image * PIXELS, PIXELS);
                classes.write(label);
            }
        }
        write(target.resolve("fashion-mnist-" + name + "-images.idx3-ubyte.gz"), pixels.toByteArray());
        write(target.resolve("fashion-mnist-" + name + "-labels.idx1-ubyte.gz"), classes.toByteArray());
    }

    private static byte[] read(Path file) throws IOException {
        try (var in = new GZIPInputStream(Files.newInputStream(file))) {
            return in.readAllBytes();
        }
    }

    private static void write(Path file, byte[] bytes) throws IOException {
        var best = new GZIPOutputStream(Files.newOutputStream(file)) {
            {
                def.setLevel(9);
            }
        };
        try (best) {
            best.write(bytes);
        }
    }
}
