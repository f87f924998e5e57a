package dev.spikelane.cli.input;

import dev.spikelane.io.file.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** Kinds of written files, with their extensions. */
public enum OutputFile {
    MODEL(".safetensors"),
    TENSORS(".safetensors", ".npz", ".nir"),
    RECORDING(".npz"),
    HISTORY(".csv", ".json"),
    PAGE(".html", ".htm"),
    C(".c", ".h");

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<String> ends;

    OutputFile(String... ends) {
        this.ends = List.of(ends);
    }

    /** Returns a text such as {@code .csv or .json}. */
    public String ends() {
        return String.join(" or ", ends);
    }

    /** Throws before the run if the file could not be written. Pipes and devices may have any name. */
    public void require(CommandSpec command, String option, @Nullable Path file) throws IOException {
        if (file == null) {
            return;
        }
        String name = file.toString().toLowerCase(Locale.ROOT);
        boolean replaced = !Files.exists(file) || Files.isRegularFile(file);
        if (replaced && ends.stream().noneMatch(name::endsWith)) {
            throw Choices.wrong(command, option + " is " + file + ", expected a name that ends in " + ends());
        }
        AtomicFile.requireWritable(file);
    }
}
