package dev.spikelane.cli.format;

import dev.spikelane.cli.output.Section;
import dev.spikelane.data.Dataset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** Converts the network of a file. */
sealed interface Conversion permits IntegerConversion, SpikingConversion {

    Content content();

    /** Returns the changes: of values, and with images of spikes and accuracy. */
    Section changes(CommandSpec command, @Nullable Dataset data) throws IOException;

    default Section bytes(Path out) throws IOException {
        Path in = content().file();
        return Section.of("")
                .say("Wrote", "%s, %,d bytes; %s has %,d", out.toString(), Files.size(out), in, Files.size(in));
    }
}
