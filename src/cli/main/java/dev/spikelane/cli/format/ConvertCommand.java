package dev.spikelane.cli.format;

import dev.spikelane.cli.input.Choices;
import dev.spikelane.cli.input.DataOptions;
import dev.spikelane.cli.input.OutputFile;
import dev.spikelane.cli.input.TrainingRecipes;
import dev.spikelane.cli.output.Section;
import dev.spikelane.cli.output.TextPrinter;
import dev.spikelane.io.Tensors;
import dev.spikelane.io.file.AtomicFile;
import dev.spikelane.model.NirImport;
import dev.spikelane.model.StateDict;
import dev.spikelane.network.Network;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "convert",
        description = {
            "Read a file of a network or of tensors and write it in the format that the name of OUT ends in.",
            "The format of IN is recognized by its first bytes. OUT appears when it is complete; an older file is"
                    + " replaced."
        },
        footer = {
            "  ./spikelane convert model.pth model.safetensors",
            "  ./spikelane convert --check random model.nir model.safetensors",
            "  ./spikelane convert --to ternary --sample model.safetensors small.safetensors"
        })
public final class ConvertCommand implements Callable<Integer> {

    private static final String SPIKING = "spiking";
    private static final double SHARE = 99.9;

    @Spec
    private CommandSpec command = CommandSpec.create();

    @Option(
            names = "--check",
            paramLabel = "INPUT",
            description = {
                "Run IN and OUT, and print a certificate, a JSON object. For a graph of NIR, which runs in float64:"
                        + " equal, or the first difference and its cause. For others: if spikes are equal, and how far"
                        + " membranes were from their thresholds. OUT is written only if they are equal. INPUT is a"
                        + " .npy file [steps, batch, ...], or the word random."
            })
    private @Nullable String check;

    @Option(names = "--compress", description = "Deflate the arrays of a .npz file, as numpy.savez_compressed does.")
    private boolean compress;

    @Option(
            names = "--to",
            paramLabel = "TYPE",
            description = {
                "int8, int16, int4 or ternary: round the weights of dense connections and convolutions to integers,"
                        + " after folding batch norms into them, and print how spikes change; with --data or"
                        + " --sample also the accuracy on test images, as the model was trained.",
                "spiking: replace ReLUs by spiking neurons, whose thresholds are --percentile of the ReLUs' values"
                        + " on 1,000 training images, and print the accuracy by steps."
            })
    private @Nullable String to;

    @Option(
            names = "--percentile",
            paramLabel = "P",
            description = "With --to spiking, the share of values, in percent, below a threshold. Default: 99.9.")
    private @Nullable Double percentile;

    @Mixin
    private DataOptions images = new DataOptions();

    @Mixin
    private ReadOptions reading = new ReadOptions();

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
                        "'" + out.getFileName() + "' does not say a format, expected a name that ends in "
                                + OutputFile.TENSORS.ends()));
        if (compress) {
            if (!format.equals(new TensorFormat(Tensors.Format.NUMPY))) {
                throw Choices.wrong(command, "--compress is for .npz files, expected such a name for OUT");
            }
            format = new TensorFormat(Tensors.Format.COMPRESSED_NUMPY);
        }
        if (images.isGiven() && (to == null || check != null)) {
            throw Choices.wrong(command, "--data and --sample go with --to, and without --check");
        }
        if (percentile != null && !SPIKING.equals(to)) {
            throw Choices.wrong(command, "--percentile goes with --to spiking");
        }
        Maker maker = to == null ? null : Choices.choose(command, "--to", to, makers());
        AtomicFile.requireWritable(out);
        NirImport semantics = reading.semantics(command);
        Content content = read();
        Conversion made = maker == null ? null : maker.of(content);
        content = made == null ? content : made.content();
        if (check != null) {
            return checked(ConversionCheck.of(in, content, semantics, check), content, format, semantics) ? 0 : 1;
        }
        Section changes =
                made == null ? Section.of("") : made.changes(command, images.isGiven() ? images.test(command) : null);
        write(format, out, content);
        PrintWriter print = command.commandLine().getOut();
        content.notices().forEach(notice -> print.println("Notice: " + notice));
        format.losses(content).forEach(loss -> print.println("Notice: " + out + ": " + loss));
        if (made != null) {
            TextPrinter printer = new TextPrinter(print, "%-9s  %s");
            printer.add(made.bytes(out));
            printer.add(changes);
        }
        return 0;
    }

    private interface Maker {
        Conversion of(Content read) throws IOException;
    }

    private Map<String, Maker> makers() {
        Map<String, Maker> makers = new HashMap<>();
        TrainingRecipes.INTEGERS.forEach((word, type) -> makers.put(word, read -> IntegerConversion.of(read, type)));
        double share = percentile == null ? SHARE : percentile;
        makers.put(SPIKING, read -> SpikingConversion.of(read, images.training(command), share));
        return makers;
    }

    /** Writes OUT only if it agrees with IN. */
    private boolean checked(ConversionCheck asked, Content content, Format format, NirImport semantics)
            throws IOException {
        Path folder = Files.createTempDirectory("spikelane-");
        Path written = folder.resolve(out.getFileName());
        try {
            write(format, written, content);
            Format reader = format.equals(NirFormat.DEFAULT) ? new NirFormat(semantics) : format;
            Content again = reader.read(written);
            StateDict alone = again.state();
            Network network = (alone == null ? again : read()).requireModel().network();
            if (alone != null) { // tensors without layers: IN has them
                alone.loadInto(network);
            }
            boolean same = asked.print(command.commandLine().getOut(), network, written, out);
            if (same) {
                AtomicFile.write(out, channel -> {
                    try (FileChannel all = FileChannel.open(written)) {
                        for (long at = 0; at < all.size(); ) {
                            at += all.transferTo(at, all.size() - at, channel);
                        }
                    }
                });
            }
            return same;
        } catch (IOException failure) {
            String message = String.valueOf(failure.getMessage());
            throw new IOException(message.replace(written.toString(), out.toString()), failure);
        } finally {
            Files.deleteIfExists(written);
            Files.delete(folder);
        }
    }

    private Content read() throws IOException {
        return reading.read(command, in);
    }

    private void write(Format format, Path to, Content content) throws IOException {
        try {
            format.write(to, content);
        } catch (IllegalArgumentException refused) {
            throw new IOException(in + ": cannot be written as " + out + ": " + refused.getMessage(), refused);
        }
    }
}
