package dev.spikelane.cli.format;

import dev.spikelane.cli.output.Section;
import dev.spikelane.data.Dataset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** Replaces the network of a file by a converted one. */
sealed interface Conversion permits IntegerConversion, SpikingConversion {

    /** Returns the converted content to write. */
    Content content();

    /** Returns the changes that the conversion made; with images, also in their spikes and classes. */
    Section changes(CommandSpec command, @Nullable Dataset data) throws IOException;

    default Section bytes(Path out) throws IOException {
        Path in = content().file();
        return Section.of("")
                .say("Wrote", "%s, %,d bytes; %s has %,d", out.toString(), Files.size(out), in, Files.size(in));
    }
}
