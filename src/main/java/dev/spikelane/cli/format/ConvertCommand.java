package dev.spikelane.cli.format;

import dev.spikelane.cli.input.Choices;
import dev.spikelane.io.file.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Turns a file of one format into one of another. */
@Command(
        name = "convert",
        sortOptions = false,
        description = {
            "Read a file of a network or of tensors and write it in the format that the name of OUT ends in.",
            "The format of IN is recognized by its first bytes. OUT appears when it is complete; an older file is",
            "replaced."
        },
        footerHeading = "%nExamples:%n",
        footer = {"  ./spikelane convert model.pth model.safetensors"})
public final class ConvertCommand implements Callable<Integer> {

    @Spec
    private CommandSpec command = CommandSpec.create();

    @Parameters(index = "0", paramLabel = "IN", description = "The file to read.")
    private Path in = Path.of("");

    @Parameters(index = "1", paramLabel = "OUT", description = "The file to write.")
    private Path out = Path.of("");

    @Override
    public Integer call() throws IOException {
        if (Files.exists(out) && Files.exists(in) && Files.isSameFile(in, out)) {
            throw Choices.wrong(command, "IN and OUT are one file, expected another name for OUT");
        }
        Format format = Format.ofName(out)
                .orElseThrow(() -> Choices.wrong(
                        command,
                        "'" + out.getFileName() + "' does not say a format, expected a name that ends in one of "
                                + Format.ALL.stream()
                                        .flatMap(each -> each.extensions().stream())
                                        .toList()));
        AtomicFile.requireWritable(out);
        Content content = Format.readAny(in);
        try {
            format.write(out, content);
        } catch (IllegalArgumentException refused) {
            throw new IOException(in + ": cannot be written as " + out + ": " + refused.getMessage(), refused);
        }
        content.notices().forEach(notice -> command.commandLine().getOut().println("Notice: " + notice));
        return 0;
    }
}
