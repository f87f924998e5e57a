package dev.spikelane.cli.run;

import dev.spikelane.cli.input.Choices;
import dev.spikelane.cli.input.DataOptions;
import dev.spikelane.cli.input.ImageSet;
import dev.spikelane.data.Dataset;
import dev.spikelane.io.Idx;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** Options for the images or the array of a run. */
final class ImageOptions {

    @Mixin
    private DataOptions source = new DataOptions();

    @Option(
            names = "--images",
            paramLabel = "FILE",
            description = "IDX file of images, instead of the test images of a folder.")
    private @Nullable Path images;

    @Option(
            names = "--labels",
            paramLabel = "FILE",
            description =
                    "File of the classes of these images, IDX or .npy of whole numbers. Default: the IDX file next"
                            + " to them, if its name differs in \"labels\" and \"idx1\" only.")
    private @Nullable Path labels;

    @Option(names = "--count", paramLabel = "N", description = "Number of images, from the first. Default: all.")
    private @Nullable Integer count;

    /** Returns the NumPy array that replaces images; null if there is none. */
    @Nullable
    Path array() {
        Path file = images == null ? source.file() : null;
        return file != null && file.toString().toLowerCase(Locale.ROOT).endsWith(".npy") ? file : null;
    }

    /** Returns true if an option is given that does not apply to arrays. */
    boolean isGiven() {
        return labels != null || count != null;
    }

    Dataset data(CommandSpec command) throws IOException {
        if (images == null && source.file() == null && labels != null) {
            throw Choices.wrong(command, "--labels needs --images, the file of the images that it names");
        }
        if (images != null && source.isGiven()) {
            throw Choices.wrong(
                    command, "expected --images, --data or --sample, one of them: they name different images");
        }
        Dataset all;
        Path file = images == null ? source.file() : images;
        if (file != null) {
            Path classes = labels == null ? ImageSet.labelsBeside(file) : labels;
            if (classes == null) {
                throw Choices.wrong(command, "no labels lie beside " + file + ", expected --labels FILE");
            }
            all = Dataset.idx(file.toString(), Idx.read(file), Idx.readLabels(classes));
        } else {
            all = source.test(command);
        }
        if (count == null) {
            return all;
        }
        Choices.requireRange(command, "--count", count, 1, all.size());
        return all.range(0, count);
    }
}
