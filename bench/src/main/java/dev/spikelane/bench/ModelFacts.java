package dev.spikelane.bench;

import static dev.spikelane.cli.output.Value.named;

import dev.spikelane.cli.output.Section;
import dev.spikelane.cli.output.Value;
import dev.spikelane.cli.run.BenchOptions.Subject;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.ModelWork;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Measurements of a user's network.
 *
 * @param subject the network and its input
 * @param measured the whole network, then each population
 * @param scalar nanoseconds of the scalar kernels by name of the work, for the works measured in time
 */
record ModelFacts(Subject subject, List<Measurement> measured, Map<String, Double> scalar) {

    private static final String COLUMNS = """
            x scalar, x OpenBLAS: times as fast as the scalar kernels, and as
            OpenBLAS with spikes as floats; its spikes may differ
            1 a cycle, measured: percent of two rooflines, one load of 16 floats
            in each cycle, and a loop that only loads and adds; the loads are of
            the weights of active inputs, and 2.5 for 16 neurons and a step
            heap, weights: bytes that a run allocates, and of weights and
            parameters""";

    ModelFacts {
        measured = List.copyOf(measured);
        scalar = Map.copyOf(scalar);
    }

    Section settings() {
        List<String> machine = Machine.facts();
        return Section.of("", "Model " + subject.file())
                .value("model", subject.file().toString())
                .say(
                        "Input",
                        "%s, %d steps, batch %d, threads %d%s",
                        named("input", subject.code()),
                        named("steps", subject.steps()),
                        named("batch", subject.batch()),
                        named("threads", subject.threads()),
                        densities())
                .value("machine", machine)
                .say("Machine", "%s" + "\n%s".repeat(machine.size() - 1), machine.toArray());
    }

    private String densities() {
        return subject.inputs().values().stream()
                .filter(SpikeMatrix.class::isInstance)
                .map(each -> ", density %.3f".formatted(((SpikeMatrix) each).density()))
                .collect(Collectors.joining());
    }

    /** Returns the results of the whole network and of each population. */
    Section results(List<Work> works) {
        Measurement run = measured.getFirst();
        List<Section> rows = new ArrayList<>();
        for (int i = 0; i < works.size(); i++) {
            rows.add(row((ModelWork) works.get(i), measured.get(i)));
        }
        return Section.of("")
                .say(
                        "Run",
                        "%s, %s a step, %,.0f samples a second%s",
                        new Value("nanoseconds", run.java(), Table.time(run.java())),
                        Table.time(run.java() / subject.steps()),
                        subject.batch() / run.java() * 1e9,
                        run.busy() ? "; busy: other programs took the processor, measure again" : "")
                .value("busy", run.busy())
                .say("Columns", COLUMNS)
                .add(new dev.spikelane.cli.output.Table("populations", "", Set.of("population", "paths"), rows));
    }

    private Section row(ModelWork work, Measurement measurement) {
        boolean whole = work.population().isEmpty();
        Double slow = scalar.get(work.name());
        return Section.of("")
                .say("population", "%s", named("population", whole ? "all" : work.name()))
                .value("paths", work.paths())
                .say("time", "%s", new Value("nanoseconds", measurement.java(), Table.time(measurement.java())))
                .say(
                        "x scalar",
                        "%s",
                        times("times_scalar", slow == null ? Double.NaN : slow / measurement.java(), "%.1f"))
                .say("x OpenBLAS", "%s", times("times_openblas", ratio(measurement, Contestant.OPENBLAS), "%.2f"))
                .say("1 a cycle", "%s", share("share_of_a_load_a_cycle", measurement, Contestant.CYCLES))
                .say("measured", "%s", share("share_of_measured_loads", measurement, Contestant.ROOFLINE))
                .say("heap", "%,d", named("heap_bytes", measurement.bytes()))
                .say("weights", "%,d", named("weight_bytes", work.weightBytes()));
    }

    private static double ratio(Measurement measurement, Contestant other) {
        return measurement.ratio(other).orElse(Double.NaN);
    }

    /** Creates a value; NaN is left out of JSON. */
    private static Value times(String key, double ratio, String format) {
        return new Value(key, ratio, Table.number(known(ratio), format));
    }

    private static Value share(String key, Measurement measurement, Contestant bound) {
        double share = ratio(measurement, bound);
        return new Value(key, share, Table.percent(known(share)));
    }

    private static OptionalDouble known(double number) {
        return Double.isNaN(number) ? OptionalDouble.empty() : OptionalDouble.of(number);
    }
}
