package dev.spikelane.cli.certify;

import dev.spikelane.cli.certify.NirReference.NirValue;
import dev.spikelane.kernel.Compare;
import dev.spikelane.kernel.Decay;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.Projection;
import dev.spikelane.neuron.Lif;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Finds parts of a network that differ from a NIR graph, even if both behave alike. */
final class NirFindings {

    /** Relative float32 error of a product of three numbers. */
    private static final double TOLERANCE = 4 * NirValue.ROUNDING;

    /** Relative error of parameters that depend on several numbers of the file. */
    private static final double SCALED = 1e-5;

    private final NirReference reference;
    private final Network network;
    private final List<String> found = new ArrayList<>();
    private final Map<String, String> nodes = new HashMap<>();
    private final Map<String, Map<String, Integer>> declaredEdges = new HashMap<>();
    private final Map<String, Map<String, Integer>> presentEdges = new HashMap<>();

    private NirFindings(NirReference reference, Network network) {
        this.reference = reference;
        this.network = network;
        reference.nodes().keySet().forEach(name -> nodes.put(name.replace('/', '.'), name));
    }

    /** Call this after a step, because only then the number of neurons is known. */
    static List<String> of(NirReference reference, Network network) {
        NirFindings findings = new NirFindings(reference, network);
        findings.findEdges();
        for (Population population : network.populations()) {
            NirCell cell = findings.cell(population.name());
            if (cell != null && population.neuron() instanceof Lif lif) {
                findings.reset(population, cell, lif);
                findings.parameters(population, cell, lif);
            } else if (cell != null) {
                findings.scaled(population, cell);
            }
            if (reference.nodes().containsKey(population.name())) {
                findings.edges(population);
            }
        }
        reference.nodes().forEach(findings::weights);
        return findings.found;
    }

    /** Returns the neurons; written files replace slashes of nested graphs by dots. */
    private @Nullable NirCell cell(String population) {
        String inside = nodes.get(population);
        return reference.cell(inside == null ? population : inside);
    }

    /** Compares neurons without a factor of the input, whose membranes have another scale. */
    private void scaled(Population population, NirCell cell) {
        double[] threshold = cell.threshold.clone();
        double[] beta = cell.share.clone();
        double[] alpha = cell.synapseShare.clone();
        for (int i = 0; i < threshold.length; i++) {
            threshold[i] /= cell.gain[i] * (cell.leaks() ? cell.share[i] : 1);
            beta[i] = 1 - beta[i];
            alpha[i] = cell.synaptic() ? 1 - alpha[i] : 0;
        }
        Map<String, Parameter> declared = population.neuron().parameters();
        if (cell.fires()) {
            compare(SCALED, population, "threshold", declared.get("threshold"), threshold);
        }
        compare(SCALED, population, "beta", declared.get("beta"), beta);
        compare(SCALED, population, "alpha", declared.get("alpha"), alpha);
    }

    private void reset(Population population, NirCell cell, Lif lif) {
        Reset.Time declared = cell.late() ? Reset.Time.NEXT_STEP : Reset.Time.SAME_STEP;
        boolean clears = lif.firing().reset() == Reset.CLEAR && lif.firing().resetTime() == declared;
        boolean stays = lif.firing().reset() == Reset.NONE;
        if (cell.fires() && !cell.compares() ? !clears : !stays) {
            found.add("reset kind: '" + population.name() + "' has the reset "
                    + lif.firing().reset() + " at the "
                    + lif.firing().resetTime() + ", the file says "
                    + (cell.fires() ? "v_reset at the " + declared : "none"));
        }
        if (cell.fires() && lif.firing().compare() != Compare.STRICT) {
            found.add("order of events: '" + population.name() + "' fires at its threshold, the file says above it");
        }
    }

    private void parameters(Population population, NirCell cell, Lif lif) {
        if (cell.leaks()) {
            double[] leak = present(population, "leak", lif.leak());
            if (lif.decay() == Decay.EULER && differs(leak, cell.share)) {
                found.add(why(leak, cell.share) + ": '" + population.name() + "' goes " + leak[0]
                        + " of the way to its goal in a step, the file says " + cell.share[0]);
            }
            if (lif.decay() != Decay.EULER) {
                found.add("discretization: '" + population.name() + "' decays by " + lif.decay()
                        + ", the file says by a step of Euler's method or exactly");
            }
            compare(population, "rest", lif.rest(), cell.rest);
        }
        compare(population, "gain", lif.gain(), cell.gain);
        if (!cell.leaks() && !cell.compares()) {
            compare(population, "leak", lif.leak(), 1);
        }
        double[] kept = cell.synapseShare.clone();
        for (int i = 0; i < kept.length; i++) {
            kept[i] = cell.synaptic() ? 1 - kept[i] : 0;
        }
        compare(population, "synapse", lif.synapse(), kept);
        if (cell.fires()) {
            compare(population, "threshold", lif.firing().threshold(), cell.threshold);
            if (lif.firing().reset() == Reset.CLEAR) {
                compare(population, "resetPotential", lif.resetPotential(), cell.reset);
            }
        }
    }

    /** Explains a leak: one rule explains all neurons of another time step or method. */
    private static String why(double[] leak, double... share) {
        double[] exact = share.clone();
        double[] euler = share.clone();
        boolean one = true;
        double factor = leak[0] / share[0];
        for (int i = 0; i < share.length; i++) {
            exact[i] = -StrictMath.expm1(-share[i]);
            euler[i] = -StrictMath.log1p(-share[i]);
            one &= Math.abs(leak[i * leak.length / share.length] / share[i] - factor) < 1e-3 * Math.abs(factor);
        }
        boolean method = !differs(leak, exact) || !differs(leak, euler);
        return method ? "discretization" : one ? "dt" : "parameter";
    }

    private void compare(Population population, String name, Parameter declared, double... expected) {
        compare(TOLERANCE, population, name, declared, expected);
    }

    private void compare(
            double tolerance, Population population, String name, @Nullable Parameter declared, double... expected) {
        if (declared != null && differs(tolerance, present(population, name, declared), expected)) {
            found.add("parameter: '" + population.name() + "' has a " + name + " that is not the file's");
        }
    }

    /** Returns the current values. */
    private double[] present(Population population, String name, Parameter declared) {
        String full = population.name() + "." + name;
        float[] values = network.weights().names().contains(full)
                ? network.weights().get(full).toArray()
                : declared.values();
        double[] wide = new double[values.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }

    private static boolean differs(double[] present, double... expected) {
        return differs(TOLERANCE, present, expected);
    }

    private static boolean differs(double tolerance, double[] present, double... expected) {
        int count = Math.max(present.length, expected.length);
        for (int i = 0; i < count; i++) {
            double wanted = expected[(int) ((long) i * expected.length / count)];
            double got = present[(int) ((long) i * present.length / count)];
            if (!(Math.abs(got - wanted) <= tolerance * Math.max(Math.abs(wanted), Math.abs(got)) + NirValue.TINY)) {
                return true;
            }
        }
        return false;
    }

    private void weights(String name, NirNumbers node) {
        for (String value : List.of("weight", "bias")) {
            for (Projection projection : network.projections()) {
                List<String> path = List.of(projection.name().split(" ", -1));
                String called = path.contains(name) ? name : name.replace('/', '.');
                String full = projection.name() + (path.size() == 1 ? "." : "." + path.indexOf(called) + ".") + value;
                if (path.contains(called)
                        && node.has(value)
                        && network.weights().names().contains(full)) {
                    compare(name, value, node.numbers(value), network.weights().get(full));
                }
            }
        }
    }

    private void compare(String name, String value, double[] declared, FloatMatrix present) {
        int rows = present.rows();
        int columns = present.columns();
        int differ = 0;
        boolean transposed = rows == columns && rows > 1;
        for (int i = 0; i < Math.min(declared.length, rows * columns); i++) {
            float stored = (float) declared[i];
            boolean same = present.get(i / columns, i % columns) == stored;
            differ += same ? 0 : 1;
            transposed &= rows == columns && present.get(i % columns, i / columns) == stored;
        }
        if (differ > 0 || declared.length != rows * columns) {
            found.add("weights: " + differ + " of " + declared.length + " values of '" + name + "." + value
                    + "' are not the file's" + (transposed ? "; they are transposed" : ""));
        }
    }

    /** Compares the sources that reach a population through nodes without neurons, and their numbers of paths. */
    private void edges(Population population) {
        Map<String, Integer> declared = sum(reference.sources(population.name()), this::declared);
        Map<String, Integer> present = present(population.name());
        if (!declared.equals(present) && !reference.type(population.name()).equals("Delay")) {
            found.add("edges: '" + population.name() + "' gets what " + text(present) + " send, the file says "
                    + text(declared));
        }
    }

    /** Sums paths in the order of data flow. It is a loop, because graphs may have chains of thousands of nodes. */
    private void findEdges() {
        for (String name : reference.values().keySet()) {
            declaredEdges.put(name, ends(name) ? Map.of(name, 1) : sum(reference.sources(name), this::declared));
        }
    }

    private boolean ends(String name) {
        return reference.cell(name) != null
                || reference.sources(name).isEmpty()
                || reference.type(name).equals("Delay");
    }

    private Map<String, Integer> declared(String name) {
        return ends(name) ? Map.of(name, 1) : declaredEdges.getOrDefault(name, Map.of());
    }

    private Map<String, Integer> present(String target) {
        Map<String, Integer> known = presentEdges.get(target);
        if (known != null) {
            return known;
        }
        presentEdges.put(target, Map.of()); // ends the recursion in a cycle
        List<Projection.Source> sources = network.projections().stream()
                .filter(projection -> projection.target().name().equals(target))
                .map(Projection::source)
                .toList();
        Map<String, Integer> sum = sum(sources, this::present);
        presentEdges.put(target, sum);
        return sum;
    }

    private Map<String, Integer> present(Projection.Source source) {
        String name = source.ofPopulation().map(Population::name).orElse(source.name());
        NirNumbers node = reference.nodes().get(name);
        boolean ends = node != null
                && (reference.cell(name) != null || Set.of("Delay", "Input").contains(node.type()));
        return ends || source.ofPopulation().isEmpty() ? Map.of(name, 1) : present(name);
    }

    private static <T> Map<String, Integer> sum(Iterable<T> sources, Function<T, Map<String, Integer>> reached) {
        Map<String, Integer> sum = new TreeMap<>();
        sources.forEach(source -> reached.apply(source).forEach((name, count) -> sum.merge(name, count, Integer::sum)));
        return sum;
    }

    private static String text(Map<String, Integer> counts) {
        return counts.entrySet().stream()
                .map(each ->
                        "'" + each.getKey() + "'" + (each.getValue() == 1 ? "" : " (" + each.getValue() + " times)"))
                .collect(Collectors.joining(", ", "[", "]"));
    }
}
