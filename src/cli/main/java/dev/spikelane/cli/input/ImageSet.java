package dev.spikelane.cli.input;

import dev.spikelane.data.Dataset;
import dev.spikelane.io.Idx;
import dev.spikelane.memory.FloatMatrix;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The first images of a file or of the embedded sample, for the demo.
 *
 * @param inputs pixels of an image
 * @param classes may be empty
 * @param fashion true for the classes of Fashion-MNIST, which have names
 * @param count the number of images to use
 */
public record ImageSet(String name, Idx file, int inputs, List<Integer> classes, boolean fashion, int count) {

    public static final String NAME = "embedded Fashion-MNIST sample";

    private static final String SAMPLE = "256";
    private static final String TRAINING = "train-5000";
    private static final String TEST = "test-1000";
    private static final String IMAGES = "-images.idx3-ubyte.gz";
    private static final String LABELS = "-labels.idx1-ubyte.gz";
    public static final List<String> CLASSES = List.of(
            "t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot");

    /** 256 x 256 pixels; random weights for them take half a gigabyte. */
    private static final int MOST_INPUTS = 65_536;

    public static ImageSet sample() throws IOException {
        int[] labels = resource(SAMPLE + LABELS).labels();
        return of(NAME, resource(SAMPLE + IMAGES), labels, true);
    }

    public static Dataset sampleDataset() throws IOException {
        return dataset(SAMPLE);
    }

    /** Returns the embedded training images: 500 of each class. */
    public static Dataset training() throws IOException {
        return dataset(TRAINING);
    }

    /** Returns the embedded test images for networks trained on {@link #training}: 100 of each class. */
    public static Dataset test() throws IOException {
        return dataset(TEST);
    }

    private static Dataset dataset(String part) throws IOException {
        return Dataset.idx(NAME, resource(part + IMAGES), resource(part + LABELS));
    }

    /** Reads a file, or the test images of a folder. Without given labels, a file beside it may have them. */
    public static ImageSet read(Path given, @Nullable Path givenLabels) throws IOException {
        Path file = Stream.of("", ".gz")
                .map(end -> given.resolve("t10k-images-idx3-ubyte" + end))
                .filter(Files::isRegularFile)
                .findFirst()
                .orElse(given);
        Idx images = Idx.read(file);
        Path found = givenLabels == null ? labelsBeside(file) : givenLabels;
        if (found == null) {
            return of(file.toString(), images, new int[0], false);
        }
        int[] labels = Idx.readLabels(found);
        if (labels.length != images.count()) {
            throw new IOException(found + ": has " + labels.length + " labels, expected " + images.count()
                    + ", one for each image of " + file);
        }
        return of(file.toString(), images, labels, false);
    }

    /** Returns the file of labels with the usual name beside a file of images, compressed or not. */
    public static @Nullable Path labelsBeside(Path file) {
        Path last = file.getFileName();
        if (last == null || !last.toString().contains("images")) {
            return null;
        }
        String name = last.toString().replace("images", "labels").replace("idx3", "idx1");
        String other = name.endsWith(".gz") ? name.substring(0, name.length() - ".gz".length()) : name + ".gz";
        return Stream.of(name, other)
                .map(file::resolveSibling)
                .filter(Files::isRegularFile)
                .findFirst()
                .orElse(null);
    }

    private static ImageSet of(String name, Idx file, int[] labels, boolean fashion) throws IOException {
        long inputs = 1;
        for (int size : file.shape().subList(1, file.shape().size())) {
            inputs *= size;
        }
        if (inputs > MOST_INPUTS) {
            throw new IOException(
                    name + ": images have " + inputs + " pixels, expected at most " + MOST_INPUTS + " (256 x 256)");
        }
        try (Arena arena = Arena.ofShared()) {
            List<Integer> classes = Arrays.stream(labels).boxed().toList();
            return new ImageSet(name, file, file.images(arena, 0, 1).columns(), classes, fashion, file.count());
        }
    }

    private static Idx resource(String part) throws IOException {
        String name = "fashion-mnist-" + part;
        try (InputStream stream = ImageSet.class.getResourceAsStream("/dev/spikelane/cli/" + name)) {
            if (stream == null) {
                throw new IOException(name + ": is missing in this build; --images FILE takes other images");
            }
            return Idx.read(name, stream);
        }
    }

    public ImageSet first(int images) {
        return new ImageSet(name, file, inputs, classes, fashion, images);
    }

    /** Returns all images of the file, with class 0 if the classes are unknown. */
    public Dataset dataset() throws IOException {
        int[] labels = classes.isEmpty()
                ? new int[file.count()]
                : classes.stream().mapToInt(Integer::intValue).toArray();
        return Dataset.idx(name, file, labels);
    }

    public String label(int image) {
        return classes.isEmpty() ? "" : nameOf(classes.get(image));
    }

    public String nameOf(int label) {
        return fashion ? CLASSES.get(label) : String.valueOf(label);
    }

    public String[] names(int classes) {
        return IntStream.range(0, classes).mapToObj(this::nameOf).toArray(String[]::new);
    }

    /** Returns these images, without their classes if a network has too few outputs. */
    public ImageSet knownTo(int outputs) {
        return classes.stream().allMatch(label -> label < outputs)
                ? this
                : new ImageSet(name, file, inputs, List.of(), fashion, count);
    }

    /** Returns {@code [numbers x inputs]} intensities. */
    public FloatMatrix intensities(List<Integer> numbers) {
        FloatMatrix rows = FloatMatrix.zeros(numbers.size(), inputs);
        for (int row = 0; row < rows.rows(); row++) {
            file.read(numbers.get(row), rows, row);
        }
        return rows;
    }

    /** Returns the pixels of a row; images stored as feature vectors are shown as squares if possible. */
    public int width() {
        return file.shape().size() == 2 ? width(inputs) : file.shape().getLast();
    }

    public static int width(int inputs) {
        int root = (int) Math.round(Math.sqrt(inputs));
        return root * root == inputs ? root : inputs;
    }

    /** Returns a text such as "28 x 28". */
    public String size() {
        return file.shape().stream().skip(1).map(String::valueOf).collect(Collectors.joining(" x "));
    }
}
