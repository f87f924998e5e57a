package dev.spikelane.data;

import dev.spikelane.io.Idx;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Images and labels of IDX files, a byte for each pixel. */
final class IdxDataset implements Dataset {

    /** Debian's package dataset-fashion-mnist. */
    private static final Path FASHION_MNIST = Path.of("/usr/share/datasets/fashion-mnist");

    private final String name;
    private final Idx images;
    private final int[] labels;
    private final int classes;
    private final Shape shape;

    private IdxDataset(String name, Idx images, int[] labels, Shape shape) {
        this.name = name;
        this.images = images;
        this.labels = labels;
        this.classes = Arrays.stream(labels).max().orElse(0) + 1;
        this.shape = shape;
    }

    static IdxDataset of(String name, Idx images, int[] labels) throws IOException {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(images, "images");
        Objects.requireNonNull(labels, "labels");
        List<Integer> sizes = images.shape();
        if (sizes.size() < 2 || sizes.contains(0)) {
            throw new IOException(name + ": images are " + sizes
                    + ", expected [count, height, width] or [count, features], at least one");
        }
        if (labels.length != images.count()) {
            throw new IOException(name + ": there are " + labels.length + " labels, expected " + images.count()
                    + ", one for each image");
        }
        for (int i = 0; i < labels.length; i++) {
            if (labels[i] < 0) {
                throw new IOException(name + ": label " + i + " is " + labels[i] + ", expected 0 or more");
            }
        }
        Shape shape = sizes.size() == 3
                ? Shape.of(1, sizes.get(1), sizes.get(2))
                : Shape.of(sizes.stream().skip(1).reduce(1, Math::multiplyExact));
        return new IdxDataset(name, images, labels.clone(), shape);
    }

    static IdxDataset train(Path folder) throws IOException {
        return read(folder, "train");
    }

    static IdxDataset test(Path folder) throws IOException {
        return read(folder, "t10k");
    }

    static Optional<Path> fashionMnist() {
        return Optional.of(FASHION_MNIST).filter(Files::isDirectory);
    }

    private static IdxDataset read(Path folder, String part) throws IOException {
        Idx images = Idx.read(file(folder, part + "-images-idx3-ubyte"));
        int[] labels = Idx.read(file(folder, part + "-labels-idx1-ubyte")).labels();
        return of(folder + " (" + part + ")", images, labels);
    }

    private static Path file(Path folder, String name) throws IOException {
        for (String each : List.of(name, name + ".gz")) {
            if (Files.isRegularFile(folder.resolve(each))) {
                return folder.resolve(each);
            }
        }
        throw new NoSuchFileException(
                folder.resolve(name).toString(), null, "no such file, and none with .gz, expected an IDX file");
    }

    @Override
    public int size() {
        return labels.length;
    }

    @Override
    public Shape shape() {
        return shape;
    }

    @Override
    public int classes() {
        return classes;
    }

    @Override
    public int label(int sample) {
        return labels[sample];
    }

    @Override
    public void read(int sample, FloatMatrix into, int row) {
        images.read(sample, into, row);
    }

    @Override
    public String toString() {
        return name + ", " + size() + " images of shape " + shape;
    }
}
