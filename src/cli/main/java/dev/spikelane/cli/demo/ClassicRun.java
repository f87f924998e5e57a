package dev.spikelane.cli.demo;

import static dev.spikelane.cli.output.Value.named;

import dev.spikelane.cli.output.PagePrinter;
import dev.spikelane.cli.output.Section;
import dev.spikelane.cli.output.Table;
import dev.spikelane.cli.terminal.Progress;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.plot.Figure;
import dev.spikelane.plot.Plot;
import dev.spikelane.plot.Report;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.DoubleConsumer;
import java.util.function.Function;
import java.util.stream.IntStream;

/** A run of a network from the literature, with firing rates, irregularity and synchrony. */
final class ClassicRun implements DemoResult {

    /** Steps before the statistics begin: 0.1 s. */
    static final int BEGIN = 1_000;

    /** Default steps of the statistics: 1 s. */
    static final int STEPS = 10_000;

    private static final String COLUMNS =
            "irregularity is the deviation of intervals by their mean, 1 for a Poisson process; synchrony the variance"
                    + " of a population's spikes in 1 ms by their mean, 1 if each neuron fires for itself";
    private static final double STEPS_IN_SECOND = 10_000;
    private static final int SHOWN_STEPS = 2_000;
    /** Size of a spike in the raster, in points. */
    private static final double MARK = 3;

    /** Steps between updates of the progress bar. */
    private static final int AT_A_TIME = 100;

    private final String title;
    private final int steps;
    private final Network network;
    private final List<SpikeStatistics> statistics = new ArrayList<>();
    private double buildSeconds;
    private double runSeconds;

    private ClassicRun(String title, int steps, Network network) {
        this.title = title;
        this.steps = steps;
        this.network = network;
    }

    static ClassicRun of(
            String title, Function<DoubleConsumer, Network> made, int steps, int threads, Progress progress) {
        long begin = System.nanoTime();
        ClassicRun run = new ClassicRun(title, steps, made.apply(building(progress)));
        try (Simulation simulation = run.network.simulate(1, threads)) {
            run.buildSeconds = (System.nanoTime() - begin) / 1e9;
            progress.begin("Running", BEGIN + steps);
            run(simulation, BEGIN, progress);
            for (Population population : run.network.populations()) {
                run.statistics.add(simulation.observe(
                        population.name(),
                        new SpikeStatistics(population.size(), BEGIN, steps, Math.min(steps, SHOWN_STEPS))));
            }
            long start = System.nanoTime();
            run(simulation, steps, progress);
            run.runSeconds = (System.nanoTime() - start) / 1e9;
        }
        progress.end();
        return run;
    }

    /** Returns a progress listener for the synapses of eight populations, one after the other. */
    private static DoubleConsumer building(Progress progress) {
        progress.begin("Building", 8_000);
        double[] last = {0};
        return share -> {
            synchronized (last) {
                last[0] = last[0] > 0.5 && share <= 0.5 ? 0 : last[0]; // the next population
                progress.advance(Math.max(0, (long) (1_000 * share) - (long) (1_000 * last[0])));
                last[0] = Math.max(last[0], share);
            }
        };
    }

    private static void run(Simulation simulation, int steps, Progress progress) {
        for (int done = 0; done < steps; done += AT_A_TIME) {
            int some = Math.min(AT_A_TIME, steps - done);
            simulation.run(some);
            progress.advance(some);
        }
    }

    @Override
    public Section facts() {
        double modelSeconds = steps / STEPS_IN_SECOND;
        int neurons = network.populations().stream().mapToInt(Population::size).sum();
        return Section.of("classic", title)
                .say("Neurons", "%,d", named("neurons", neurons))
                .say("Built in", "%.2f s", named("build_seconds", buildSeconds))
                .say(
                        "Ran for",
                        "%.2f s of model time in %.2f s, %.2f times real time",
                        named("model_seconds", modelSeconds),
                        named("run_seconds", runSeconds),
                        named("real_time_factor", runSeconds / modelSeconds))
                .add(new Table(
                        "populations",
                        COLUMNS,
                        Set.of("population"),
                        IntStream.range(0, statistics.size())
                                .mapToObj(this::row)
                                .toList()));
    }

    private Section row(int population) {
        SpikeStatistics of = statistics.get(population);
        return Section.of("")
                .say("population", "%s", named("population", name(population)))
                .say("neurons", "%d", named("neurons", of.neurons()))
                .say("Hz", "%.3f", named("rate", of.rate()))
                .say("irregularity", "%.3f", named("irregularity", of.irregularity()))
                .say("synchrony", "%.2f", named("synchrony", of.synchrony()));
    }

    @Override
    public Report page() {
        Figure raster = Plot.raster(name(0), statistics.getFirst().raster());
        Figure rate = Plot.firingRate(name(0), statistics.getFirst().raster(), 1);
        for (int i = 1; i < statistics.size(); i++) {
            raster = raster.add(name(i), statistics.get(i).raster());
            rate = rate.add(name(i), statistics.get(i).raster());
        }
        Report report = Report.of("Spikelane demo: " + title).text("Here " + COLUMNS + ".");
        PagePrinter.rows(report, facts());
        return report.section("Spikes")
                .text(String.format(
                        Locale.ROOT,
                        "Up to %d neurons of each population, from step %,d on, which is 0 ms here.",
                        SpikeStatistics.SHOWN,
                        statistics.getFirst().firstShown()))
                .figure(raster.markerSize(MARK).xLabel("time [ms]"))
                .figure(rate.xLabel("time [ms]"));
    }

    private String name(int population) {
        return network.populations().get(population).name();
    }
}
