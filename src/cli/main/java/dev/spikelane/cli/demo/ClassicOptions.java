package dev.spikelane.cli.demo;

import dev.spikelane.cli.input.Choices;
import dev.spikelane.cli.network.Classics;
import dev.spikelane.network.Network;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** The options of networks from the literature. */
final class ClassicOptions {

    private static final int MOST_NEURONS = 1_000_000;

    @Option(
            names = "--neurons",
            paramLabel = "N",
            description = "Neurons of cuba, with 80 synapses each: 100 to 1000000, default 4000; or of stdp, 2 to"
                    + " 5000, " + Winners.NEURONS + " by default.")
    private @Nullable Integer neurons;

    @Option(
            names = "--scale",
            paramLabel = "X",
            description = "Share of the 12,500 neurons of brunel or the 77,169 of microcircuit, and of the synapses of"
                    + " each, whose weights grow instead: 0.05 to 1. Default: ${DEFAULT-VALUE}.")
    private double scale = 1;

    @Option(
            names = "--g",
            paramLabel = "X",
            description = "Strength of inhibition in brunel, relative to excitation. Default: ${DEFAULT-VALUE}.")
    private double inhibition = 5;

    @Option(
            names = "--eta",
            paramLabel = "X",
            description = "Drive of brunel; 1 alone brings neurons to the threshold. Default: ${DEFAULT-VALUE}.")
    private double drive = 2;

    @Option(
            names = "--constant",
            description = "Drive microcircuit by a constant current in place of a Poisson process.")
    private boolean constant;

    int neurons(CommandSpec command, int usual, int least, int most) {
        int declared = neurons == null ? usual : neurons;
        Choices.requireRange(command, "--neurons", declared, least, most);
        return declared;
    }

    Function<DoubleConsumer, Network> network(CommandSpec command, String name, long seed) {
        int ofCuba = neurons(command, 4_000, 100, MOST_NEURONS);
        if (!(scale >= 0.05 && scale <= 1)) {
            throw Choices.wrong(command, "--scale is " + scale + ", expected 0.05 to 1");
        }
        if (!(inhibition >= 0 && inhibition <= 100 && drive >= 0 && drive <= 6)) {
            throw Choices.wrong(
                    command, "--g is " + inhibition + " and --eta " + drive + ", expected 0 to 100 and 0 to 6");
        }
        return Choices.choose(
                command,
                "--network",
                name,
                Map.of(
                        "cuba", _ -> Classics.cuba(ofCuba, seed),
                        "brunel", _ -> Classics.brunel(scale, inhibition, drive, seed),
                        "microcircuit", told -> Classics.microcircuit(scale, constant, seed, told)));
    }

    String title(String name) {
        return switch (name) {
            case "cuba" -> "CUBA, Vogels and Abbott, 2005";
            case "brunel" -> String.format(Locale.ROOT, "Brunel, 2000, model A, g %s, eta %s", inhibition, drive);
            default -> "Microcircuit, Potjans and Diesmann, 2014" + (constant ? ", constant drive" : "");
        };
    }
}
