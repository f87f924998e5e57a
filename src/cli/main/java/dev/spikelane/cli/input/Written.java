package dev.spikelane.cli.input;

import dev.spikelane.io.file.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** The kinds of files that commands write, each with the ends of their names. */
public enum Written {
    /** A network, trained. */
    MODEL(".safetensors"),
    /** A network, or tensors alone. */
    TENSORS(".safetensors", ".npz", ".nir"),
    /** Recorded arrays. */
    RECORDING(".npz"),
    /** Numbers of each epoch. */
    HISTORY(".csv", ".json"),
    /** A page for a browser. */
    PAGE(".html", ".htm"),
    /** Code. */
    C(".c", ".h");

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<String> ends;

    Written(String... ends) {
        this.ends = List.of(ends);
    }

    /** Returns the ends of names in words, such as {@code .csv or .json}. */
    public String ends() {
        return String.join(" or ", ends);
    }

    /** Throws before a command runs if it could not write such a file. Pipes and devices may have any name. */
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
