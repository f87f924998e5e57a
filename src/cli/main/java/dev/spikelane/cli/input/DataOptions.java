package dev.spikelane.cli.input;

import dev.spikelane.data.Dataset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** The options for the source of images. */
public final class DataOptions {

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description =
                    "Folder with the four IDX files of MNIST or Fashion-MNIST, plain or gzip. Default: the folder of"
                            + " Debian's package dataset-fashion-mnist, else embedded images: 5,000 to train on, 1,000"
                            + " to test after training, 256 to run.")
    private @Nullable Path folder;

    @Option(
            names = "--sample",
            description = "Use the embedded images of Fashion-MNIST, even if that package is installed.")
    private boolean sample;

    /** Returns a named file; null for a folder. A missing {@code .npy} counts as a file. */
    @Nullable
    public Path file() {
        boolean isFile = folder != null
                && !Files.isDirectory(folder)
                && (Files.exists(folder) || folder.toString().endsWith(".npy"));
        return isFile && !sample ? folder : null;
    }

    public boolean isGiven() {
        return hasFolder() || sample;
    }

    public boolean hasFolder() {
        return folder != null;
    }

    /** Returns the folder of the images; null for embedded images. */
    @Nullable
    public Path folder(CommandSpec command) {
        if (sample && folder != null) {
            throw Choices.wrong(command, "expected --data or --sample, not both: they name different images");
        }
        if (sample) {
            return null;
        }
        return folder == null ? Dataset.fashionMnist().orElse(null) : folder;
    }

    public Dataset test(CommandSpec command) throws IOException {
        Path chosen = folder(command);
        return chosen == null ? ImageSet.sampleDataset() : Dataset.idxTest(chosen);
    }

    public Dataset training(CommandSpec command) throws IOException {
        Path chosen = folder(command);
        return chosen == null ? ImageSet.training() : Dataset.idxTrain(chosen);
    }
}
