package dev.spikelane.cli.format;

import dev.spikelane.cli.output.Section;
import dev.spikelane.data.Dataset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** Another network in place of that of a file. */
sealed interface Conversion permits IntegerConversion, SpikingConversion {

    /** What is written in place of what was read. */
    Content content();

    /** Says what changed, of images if there are any. */
    Section changes(CommandSpec command, @Nullable Dataset data) throws IOException;

    default Section bytes(Path out) throws IOException {
        Path in = content().file();
        return Section.of("")
                .say("Wrote", "%s, %,d bytes; %s has %,d", out.toString(), Files.size(out), in, Files.size(in));
    }
}
