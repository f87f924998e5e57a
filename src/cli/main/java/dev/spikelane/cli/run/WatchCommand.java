package dev.spikelane.cli.run;

import dev.spikelane.cli.format.ReadOptions;
import dev.spikelane.cli.input.Choices;
import dev.spikelane.cli.terminal.Progress;
import dev.spikelane.io.EventBinning;
import dev.spikelane.io.EventSource;
import dev.spikelane.io.file.JsonWriter;
import dev.spikelane.memory.Shape;
import dev.spikelane.model.Model;
import dev.spikelane.network.EventStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "watch",
        abbreviateSynopsis = true,
        description = {
            "Run a model on the events of a file or of standard input as they come, and print its decisions: the"
                    + " time, the class, its share of the output's spikes, and rates."
        },
        footer = {
            "  ./spikelane watch --model m.safetensors --events 00002.bin",
            "  ./spikelane watch --model m.safetensors --events - --json | jq .label"
        })
public final class WatchCommand implements Callable<Integer> {

    private static final int MOST_STEPS = 1_000_000;
    private static final String STANDARD_INPUT = "-";

    @Spec
    private CommandSpec command = CommandSpec.create();

    @Option(
            names = "--model",
            paramLabel = "FILE",
            required = true,
            description = "Model file, graph of NIR, or file of tensors.")
    private Path model = Path.of("");

    @Mixin
    private ReadOptions reading = new ReadOptions();

    @Option(
            names = "--events",
            paramLabel = "FILE",
            required = true,
            description = "Recording of events, or - for standard input.")
    private Path events = Path.of(STANDARD_INPUT);

    @Option(
            names = "--format",
            paramLabel = "NAME",
            description = "Format of standard input without a header: bin, csv, evt2, evt21 or evt3.")
    private @Nullable String format;

    @Option(names = "--step", paramLabel = "US", description = "Microseconds of a step. Default: ${DEFAULT-VALUE}.")
    private int step = 1_000;

    @Option(names = "--step-events", paramLabel = "N", description = "Events of a step, in place of a time.")
    private @Nullable Integer stepEvents;

    @Option(
            names = "--downsample",
            paramLabel = "N",
            description = "Pixels in x and y for an input. Default: ${DEFAULT-VALUE}.")
    private int downsample = 1;

    @Option(names = "--window", paramLabel = "N", description = "Steps of a decision. Default: ${DEFAULT-VALUE}.")
    private int window = 100;

    @Option(
            names = "--every",
            paramLabel = "N",
            description = "Steps from a decision to the next, a divisor of --window. Default: all of them.")
    private @Nullable Integer every;

    @Option(names = "--json", description = "Print a JSON object in each line.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        Choices.requireRange(command, "--step", step, 1, Integer.MAX_VALUE);
        Choices.requireRange(command, "--window", window, 1, MOST_STEPS);
        Choices.requireRange(command, "--downsample", downsample, 1, Short.MAX_VALUE);
        int hop = every == null ? window : every;
        Choices.requireRange(command, "--every", hop, 1, window);
        if (window % hop != 0) {
            throw Choices.wrong(command, "--every is " + hop + ", expected a divisor of --window, " + window);
        }
        Model trained = reading.read(command, model).requireModel();
        try (EventSource source = source();
                var simulation = trained.network().simulate(1)) {
            EventBinning binning = binning(trained, source);
            watch(trained, source, new EventStream(simulation, trained.population(), binning, window, hop));
        }
        return 0;
    }

    private EventSource source() throws IOException {
        if (!events.toString().equals(STANDARD_INPUT)) {
            return EventSource.open(events);
        }
        return EventSource.open("standard input" + (format == null ? "" : "." + format), System.in);
    }

    /** Returns a binning for the sensor size of the recording, or else of the model's input. */
    private EventBinning binning(Model trained, EventSource source) throws IOException {
        Shape input = trained.network().inputs().getFirst().shape();
        if (input.rank() != 3 || input.channels() > 2) {
            throw new IOException(model + ": has an input of shape " + input
                    + ", expected [2 x height x width], polarities apart, or [1 x height x width]");
        }
        EventBinning all = EventBinning.of(
                source.width() > 0 ? source.width() : input.width() * downsample,
                source.height() > 0 ? source.height() : input.height() * downsample);
        EventBinning binning = all.withDownsampling(downsample).withPolarity(input.channels() == 2);
        if (!binning.shape().equals(input)) {
            throw new IOException(events + ": makes inputs of shape " + binning.shape() + ", expected " + input
                    + ", which " + model + " takes; choose another --downsample");
        }
        if (stepEvents == null) {
            return binning.withStepTime(step);
        }
        Choices.requireRange(command, "--step-events", stepEvents, 1, Integer.MAX_VALUE);
        return binning.withStepEvents(stepEvents);
    }

    private static String name(Model trained, int label) {
        List<String> names = trained.classNames();
        return label < names.size() ? names.get(label) : String.valueOf(label);
    }

    private static double seconds(long began) {
        return (System.nanoTime() - began) / 1e9;
    }

    private void watch(Model trained, EventSource source, EventStream stream) throws IOException {
        PrintWriter out = command.commandLine().getOut();
        long began = System.nanoTime();
        long[] totals = new long[3];
        Progress progress = Progress.on(false);
        progress.begin("Watching", 0);
        stream.run(source, decision -> {
            totals[0]++;
            totals[1] += decision.events();
            totals[2] += decision.late();
            progress.advance(
                    1,
                    () -> String.format(
                            Locale.ROOT,
                            "%d events, %.0f a second, %d late",
                            totals[1],
                            totals[1] / seconds(began),
                            totals[2]));
            String name = decision.label() < 0 ? "nothing" : name(trained, decision.label());
            if (json) {
                out.println(new JsonWriter()
                        .object()
                        .name("time_us")
                        .value(decision.time())
                        .name("label")
                        .value(decision.label())
                        .name("name")
                        .value(name)
                        .name("confidence")
                        .value(decision.confidence())
                        .name("rate")
                        .value(decision.rate())
                        .name("events")
                        .value(decision.events())
                        .name("late")
                        .value(decision.late())
                        .end()
                        .text()
                        .replaceAll("\\s*\n\\s*", " "));
            } else {
                out.printf(
                        Locale.ROOT,
                        "%10.3f s  %-12s %3.0f %%  %8d events  %.4f spikes a neuron and step%n",
                        decision.time() / 1e6,
                        name,
                        100 * decision.confidence(),
                        decision.events(),
                        decision.rate());
            }
            out.flush();
        });
        String cut = source.cut();
        progress.end();
        if (!json) {
            out.printf(
                    Locale.ROOT,
                    "%d decisions on %d events, %d late, %.0f events a second%n",
                    totals[0],
                    totals[1],
                    totals[2],
                    totals[1] / seconds(began));
        }
        if (!cut.isEmpty()) {
            command.commandLine().getErr().println(cut);
        }
    }
}
