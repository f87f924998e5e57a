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
 * The images that the demo shows to the network: the first ones of a file or of the embedded sample.
 *
 * @param name their name
 * @param file all of them
 * @param inputs pixels of an image
 * @param classes their classes, or none
 * @param fashion whether these are the classes of Fashion-MNIST, which have names
 * @param count how many are taken
 */
public record ImageSet(String name, Idx file, int inputs, List<Integer> classes, boolean fashion, int count) {

    public static final String NAME = "embedded Fashion-MNIST sample";

    private static final String SAMPLE = "256";
    private static final String TRAINING = "train-5000";
    private static final String TEST = "test-1000";
    private static final String IMAGES = "-images.idx3-ubyte.gz";
    private static final String LABELS = "-labels.idx1-ubyte.gz";
    /** The names of the classes of Fashion-MNIST. */
    public static final List<String> CLASSES = List.of(
            "t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot");

    /** 256 x 256 pixels: their weights take half a gigabyte while they are made. */
    private static final int MOST_INPUTS = 65_536;

    public static ImageSet sample() throws IOException {
        int[] labels = resource(SAMPLE + LABELS).labels();
        return of(NAME, resource(SAMPLE + IMAGES), labels, true);
    }

    /** The images of {@link #sample} as a data set. */
    public static Dataset sampleDataset() throws IOException {
        return dataset(SAMPLE);
    }

    /** The embedded training images: 500 of each class. */
    public static Dataset training() throws IOException {
        return dataset(TRAINING);
    }

    /** The embedded test images for networks that were trained on {@link #training}: 100 of each class. */
    public static Dataset test() throws IOException {
        return dataset(TEST);
    }

    private static Dataset dataset(String part) throws IOException {
        return Dataset.idx(NAME, resource(part + IMAGES), resource(part + LABELS));
    }

    /** The images of a file, or for the test in a folder, with labels that are given or lie beside them. */
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

    /** The file of labels that the usual names of such files lead to, compressed or not. */
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

    /** The first images of this set. */
    public ImageSet first(int images) {
        return new ImageSet(name, file, inputs, classes, fashion, images);
    }

    /** Returns all images of the file; class 0 for each if the classes are unknown. */
    public Dataset dataset() throws IOException {
        int[] labels = classes.isEmpty()
                ? new int[file.count()]
                : classes.stream().mapToInt(Integer::intValue).toArray();
        return Dataset.idx(name, file, labels);
    }

    /** The class of an image, or nothing. */
    public String label(int image) {
        return classes.isEmpty() ? "" : nameOf(classes.get(image));
    }

    /** The name of a class, or its number. */
    public String nameOf(int label) {
        return fashion ? CLASSES.get(label) : String.valueOf(label);
    }

    /** The names of all classes, or their numbers. */
    public String[] names(int classes) {
        return IntStream.range(0, classes).mapToObj(this::nameOf).toArray(String[]::new);
    }

    /** Returns these images; without their classes if a network has fewer outputs than classes. */
    public ImageSet knownTo(int outputs) {
        return classes.stream().allMatch(label -> label < outputs)
                ? this
                : new ImageSet(name, file, inputs, List.of(), fashion, count);
    }

    /** Intensities of the images with these numbers, {@code [numbers x inputs]}. */
    public FloatMatrix intensities(List<Integer> numbers) {
        FloatMatrix rows = FloatMatrix.zeros(numbers.size(), inputs);
        for (int row = 0; row < rows.rows(); row++) {
            file.read(numbers.get(row), rows, row);
        }
        return rows;
    }

    /** Pixels of a row; images that are stored as rows of pixels are shown as squares where they can be. */
    public int width() {
        return file.shape().size() == 2 ? width(inputs) : file.shape().getLast();
    }

    /** The width of images that are rows of pixels. */
    public static int width(int inputs) {
        int root = (int) Math.round(Math.sqrt(inputs));
        return root * root == inputs ? root : inputs;
    }

    /** Such as "28 x 28". */
    public String size() {
        return file.shape().stream().skip(1).map(String::valueOf).collect(Collectors.joining(" x "));
    }
}
