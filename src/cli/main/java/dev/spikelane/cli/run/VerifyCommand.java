package dev.spikelane.cli.run;

import dev.spikelane.cli.train.TrainCommand;
import dev.spikelane.model.ModelFile;
import dev.spikelane.network.Network;
import dev.spikelane.session.Recording;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "verify",
        description = "Replay recordings of sessions, and compare receipts, the recorded spikes, or with --with or"
                + " --against every spike and membrane of another model or recording.",
        footer = {
            "  ./spikelane verify --receipts receipts.bin --model m.safetensors \\",
            "      --inputs 7.recording",
            "  ./spikelane verify --model m.safetensors --inputs 7.recording",
            "  ./spikelane verify --model m.safetensors --inputs 7.recording \\",
            "      --with n.safetensors"
        })
public final class VerifyCommand implements Callable<Integer> {

    @Spec
    private CommandSpec command = CommandSpec.create();

    @Option(names = "--receipts", paramLabel = "FILE", description = "Receipts of these sessions, one after another.")
    private @Nullable Path receipts;

    @Option(names = "--model", paramLabel = "FILE", required = true, description = "Model of the sessions.")
    private Path model = Path.of(TrainCommand.MODEL);

    @Option(names = "--inputs", paramLabel = "FILE", required = true, arity = "1..*", description = "Recordings.")
    private List<Path> inputs = new ArrayList<>();

    @Option(names = "--with", paramLabel = "FILE", description = "Another model, which replays the same recordings.")
    private @Nullable Path with;

    @Option(names = "--against", paramLabel = "FILE", description = "Another recording.")
    private @Nullable Path against;

    @Override
    public Integer call() throws IOException {
        Network network = ModelFile.read(model);
        List<Recording> recordings = new ArrayList<>();
        for (Path each : inputs) {
            recordings.add(Recording.read(each));
        }
        List<String> found = new ArrayList<>();
        if (receipts != null) {
            found.addAll(Recording.verify(Files.readAllBytes(receipts), network, recordings));
        }
        Network other = with == null ? network : ModelFile.read(with);
        for (Recording each : recordings) {
            if (with != null || against != null) {
                Recording beside = against == null ? each : Recording.read(against);
                each.diff(network, beside, other).ifPresent(first -> found.add(declared(each, first)));
            } else if (receipts == null) {
                each.replay(network).ifPresent(found::add);
            }
        }
        PrintWriter out = command.commandLine().getOut();
        found.forEach(out::println);
        out.println(recordings.size() + " sessions replayed: "
                + (found.isEmpty() ? "all is the same" : found.size() + " differences"));
        return found.isEmpty() ? 0 : 1;
    }

    private static String declared(Recording recording, Recording.Difference first) {
        return String.format(
                Locale.ROOT,
                "session %d: step %d, %s, neuron %d: %s and has the membrane %s; the other %s and has %s, %s more",
                recording.key(),
                first.step(),
                first.population(),
                first.neuron(),
                first.one().fired() ? "fires" : "does not fire",
                first.one().membrane(),
                first.other().fired() ? "fires" : "does not",
                first.other().membrane(),
                first.other().membrane() - first.one().membrane());
    }
}
