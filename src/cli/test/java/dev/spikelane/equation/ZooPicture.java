package dev.spikelane.equation;

import dev.spikelane.Checkout;
import dev.spikelane.neuron.EquationNeuron;
import dev.spikelane.plot.CurvePlot;
import dev.spikelane.plot.Figure;
import dev.spikelane.plot.Plot;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;

/** Draws a membrane of each neuron of the zoo, for its page. */
final class ZooPicture {

    private static final int COLUMNS = 3;

    /** A neuron with parameters and steps; the text may define the length of a step. */
    record Shown(
            String title,
            String name,
            Map<String, Double> parameters,
            int steps,
            String step,
            IntToDoubleFunction current,
            IntToDoubleFunction feedback) {

        Figure figure() {
            ZooRun run = new ZooRun(name, false, parameters).run(steps, current, feedback);
            double[] membrane = run.traces.firstEntry().getValue().stream()
                    .mapToDouble(each -> each)
                    .toArray();
            String unit = EquationNeuron.of(Zoo.text(name)).unit("membrane");
            CurvePlot plot = Plot.curve("", membrane);
            return plot.title(title).xLabel(step).yLabel(unit.isEmpty() ? "" : "[" + unit + "]");
        }
    }

    static final List<Shown> ALL = List.of(
            izhikevich("regular", Map.of()),
            izhikevich("bursting", Map.of("c", -55.0, "d", 4.0)),
            izhikevich("chattering", Map.of("c", -50.0, "d", 2.0)),
            shown("adaptive exponential", "adaptive-exponential", 4_000, "step of 0.05 ms", _ -> 800, _ -> 0),
            shown("iaf_psc_exp", "iaf-psc-exp", 1_000, "step of 0.1 ms", at(100, 2_500), at(400, -1_500)),
            shown("iaf_psc_alpha", "iaf-psc-alpha", 1_000, "step of 0.1 ms", at(100, 900), at(400, -500)),
            shown("conductances", "conductance-lif", 1_500, "step of 0.1 ms", at(150, 0.7), at(400, 1)),
            shown("CUBA", "cuba-lif", 1_500, "step of 0.1 ms", at(150, 5), at(400, -9)),
            shown("delta jumps", "delta-lif", 1_500, "step of 0.1 ms", step -> step % 7 == 0 ? 0.9 : 0, _ -> 0),
            shown("Hodgkin-Huxley", "hodgkin-huxley", 4_000, "step of 0.01 ms", _ -> 10, _ -> 0),
            shown("Hodgkin-Huxley, Traub", "hodgkin-huxley-traub", 1_500, "step of 0.1 ms", at(150, 60), at(400, 67)),
            shown("adaptive threshold", "adaptive-threshold", 300, "step", _ -> 3, _ -> 0),
            shown("MAT2", "mat2", 3_000, "step of 0.1 ms", at(20, 1_400), at(400, -500)),
            shown(
                    "adaptive, alpha",
                    "adaptive-exponential-alpha",
                    5_000,
                    "step of 0.02 ms",
                    at(150, 110),
                    at(1_000, 5)),
            shown("parametric LIF", "parametric-lif", 60, "step", _ -> 1.5, _ -> 0),
            shown("associative leaky", "associative-leaky", 60, "step", at(7, 1), step -> 3 * Math.sin(step / 10.0)),
            shown("balanced resonator", "balanced-resonator", 400, "step", step -> 9 * Math.sin(step / 10.0), _ -> 0),
            shown("gated LIF", "gated-lif", 60, "step", _ -> 0.6, _ -> 0),
            shown("sliding PSN", "sliding-psn", 60, "step", step -> Math.sin(step * 0.9), _ -> 0));

    private ZooPicture() {}

    private static Shown izhikevich(String how, Map<String, Double> parameters) {
        return new Shown("Izhikevich, " + how, "izhikevich", parameters, 300, "step of 1 ms", _ -> 10, _ -> 0);
    }

    private static Shown shown(
            String title, String name, int steps, String step, IntToDoubleFunction current, IntToDoubleFunction other) {
        return new Shown(title, name, Map.of(), steps, step, current, other);
    }

    /** Returns a current at one of every {@code period} steps. */
    private static IntToDoubleFunction at(int period, double current) {
        return step -> step % period == 1 ? current : 0;
    }

    /** Writes {@code src/site/zoo.svg}. */
    public static void main(String... arguments) throws IOException {
        Figure[] figures = ALL.stream().map(Shown::figure).toArray(Figure[]::new);
        Plot.sheet(COLUMNS, figures).size(1_200, 1_140).write(Checkout.file("src/site/zoo.svg"));
    }
}
