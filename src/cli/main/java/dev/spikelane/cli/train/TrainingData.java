package dev.spikelane.cli.train;

import dev.spikelane.cli.input.ImageSet;
import dev.spikelane.data.Dataset;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Images for a training.
 *
 * @param validation the last of the training images, held out; null if there are none
 * @param test images that influence nothing: they are evaluated once, after training
 */
public record TrainingData(
        String name, Dataset training, @Nullable Dataset validation, Dataset test) {

    private static final int EMBEDDED_HELD_OUT = 500;

    private static final int HELD_OUT = 5_000;

    /** Reads the images of a folder, or the embedded ones if it is null. */
    static TrainingData find(@Nullable Path folder, @Nullable Integer heldOut) throws IOException {
        if (folder != null) {
            Dataset all = Dataset.idxTrain(folder);
            return of(folder.toString(), all, heldOut == null ? HELD_OUT : heldOut, Dataset.idxTest(folder));
        }
        int count = heldOut == null ? EMBEDDED_HELD_OUT : heldOut;
        return of(ImageSet.NAME, ImageSet.training(), count, ImageSet.test());
    }

    /** Returns the names of the classes; empty if they are unknown. */
    List<String> classNames() {
        boolean fashion = name.equals(ImageSet.NAME)
                || Dataset.fashionMnist().map(Path::toString).equals(Optional.of(name));
        return fashion ? ImageSet.CLASSES : List.of();
    }

    private static TrainingData of(String name, Dataset all, int heldOut, Dataset test) throws IOException {
        if (heldOut >= all.size()) {
            throw new IOException(name + ": has " + all.size() + " training images, expected more than " + heldOut
                    + ", the images to hold out");
        }
        int training = all.size() - heldOut;
        return new TrainingData(
                name,
                heldOut == 0 ? all : all.range(0, training),
                heldOut == 0 ? null : all.range(training, heldOut),
                test);
    }
}
