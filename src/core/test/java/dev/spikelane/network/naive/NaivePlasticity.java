package dev.spikelane.network.naive;

import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Convolution;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Kernel;
import dev.spikelane.connection.Sparse;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Projection;
import dev.spikelane.network.naive.NaiveExpression.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Interprets the text of a rule, line by line for each input, output and synapse, without the library's parser and
 * rows. Arrays are in torch's order.
 */
public final class NaivePlasticity {

    /** Neurons in a step. */
    interface Step {
        /** Returns true if an input of a sample fired {@code delay} steps ago. */
        boolean in(int sample, int input, int delay);

        boolean out(int sample, int output);

        /** Returns a variable of an output after the step. */
        float of(String variable, int sample, int output);
    }

    /** Kinds of values. */
    private enum Space {
        PRE,
        POST,
        SYNAPSE
    }

    private static final class Variable {

        final String name;
        final Space space;
        final int place;
        /** The initial value. */
        Value initial = _ -> 0;

        float begins;
        /** For all samples, if it belongs to inputs or outputs. */
        float[] now = {};
        /** The sum of changes by spikes. */
        float[] change = {};

        Variable(String name, Space space, int place) {
            this.name = name;
            this.space = space;
            this.place = place;
        }
    }

    /** An assignment, or the update of a trace. */
    private record Line(
            @Nullable Variable variable,
            int place,
            boolean adds,
            Value value,
            @Nullable Trace trace) {}

    private record Trace(Variable variable, boolean nearest, boolean behind) {}

    /** Lines after 'on' for spikes of inputs or outputs, or of each step. */
    private record Block(@Nullable Space spikes, @Nullable Value when, List<Line> lines) {}

    /** A synapse: delay, inputs and outputs, several in maps. */
    private record Synapse(int delay, int[] inputs, int[] outputs) {}

    private static final String WEIGHT = "w";
    private static final Pattern TRACE =
            Pattern.compile("(pre|post)\\s+(\\w+)\\s+tau\\s*=(.*?)(\\snearest)?(\\sbehind)?");
    private static final Pattern ASSIGNED = Pattern.compile("(\\w+)\\s*(\\+?)=(.*)");

    private final int batch;
    private final int inputs;
    private final int outputs;
    private final List<Synapse> synapses;
    private final int shortest;
    private final boolean delayed;

    /** The place of each name among values. */
    private final Map<String, Integer> places = new HashMap<>();

    private double[] names = new double[64];
    private final Set<String> modulators = new LinkedHashSet<>();
    private final Map<String, Value> lets = new LinkedHashMap<>();
    private final Map<String, Variable> variables = new LinkedHashMap<>();
    private final Variable weight = variable(WEIGHT, Space.SYNAPSE);
    private final List<Variable> read = new ArrayList<>();
    private final List<Block> blocks = new ArrayList<>();
    private Value least = _ -> -Float.MAX_VALUE;
    private Value most = _ -> Float.MAX_VALUE;

    /** Synapses with a change by spikes. */
    private final boolean[] passed;
    /** For each block and step, variables of inputs. */
    private final List<List<Map<Variable, float[]>>> seen = new ArrayList<>();
    /** All values after each step, and before the first. */
    private final List<Map<String, float[]>> kept = new ArrayList<>();

    /**
     * @param present modulators that differ from the rule
     */
    NaivePlasticity(Projection projection, int batch, float[] weights, Map<String, FloatMatrix> present) {
        this.batch = batch;
        this.inputs = projection.source().shape().size();
        this.outputs = projection.target().shape().size();
        this.synapses = synapses(projection);
        this.shortest = NaiveSparse.delays(projection)[0];
        this.delayed = synapses.stream().anyMatch(each -> each.delay > shortest);
        this.passed = new boolean[synapses.size()];
        List.of("pre", "post", "dt").forEach(this::place);
        for (String line : projection.plasticity().text().split("\n")) {
            String bare = line.replaceAll("#.*", "").strip();
            if (!bare.isEmpty()) {
                read(bare);
            }
        }
        projection.plasticity().parameters().forEach((name, value) -> {
            FloatMatrix found = modulators.contains(name) ? present.get(name) : null;
            names[place(name)] = found == null ? value : found.get(0, 0);
        });
        derive();
        for (Variable each : variables.values()) {
            int size = each.space == Space.PRE ? inputs : outputs;
            each.now = new float[each.space == Space.SYNAPSE ? synapses.size() : batch * size];
            each.change = new float[each.now.length];
            each.begins = (float) each.initial.of(names);
            Arrays.fill(each.now, each.begins);
        }
        weight.now = weights.clone();
        blocks.forEach(_ -> seen.add(new ArrayList<>()));
        keep();
    }

    private static List<Synapse> synapses(Projection projection) {
        List<Synapse> made = new ArrayList<>();
        Connection last = projection.path().getLast();
        int delay = projection.delay();
        switch (last) {
            case Dense dense -> {
                for (int i = 0; i < dense.inputs() * dense.outputs(); i++) {
                    made.add(new Synapse(delay, new int[] {i % dense.inputs()}, new int[] {i / dense.inputs()}));
                }
            }
            case Convolution conv ->
                made.addAll(synapses(conv, projection.source().shape(), delay));
            case Sparse _ ->
                new NaiveSparse(projection)
                        .synapses.forEach(each -> made.add(new Synapse(
                                delay + each.delay(), new int[] {each.source()}, new int[] {each.target()})));
            default -> throw new AssertionError("no synapses of " + last);
        }
        return made;
    }

    /** Returns the synapses of a convolution, each with its positions, ascending. */
    private static List<Synapse> synapses(Convolution conv, Shape source, int delay) {
        NaiveConvolution naive = new NaiveConvolution(conv, source);
        Kernel kernel = conv.kernel();
        Shape made = conv.outputShape(source);
        int channels = source.channels() / kernel.groups();
        Map<Integer, Synapse> byWeight = new TreeMap<>();
        for (int output = 0; output < made.channels(); output++) {
            int first = output / (made.channels() / kernel.groups()) * channels;
            for (int k = 0; k < channels * kernel.y().size() * kernel.x().size(); k++) {
                int input = first + k / (kernel.y().size() * kernel.x().size());
                int ky = k / kernel.x().size() % kernel.y().size();
                int kx = k % kernel.x().size();
                List<Integer> from = new ArrayList<>();
                List<Integer> to = new ArrayList<>();
                for (int at = 0; at < made.height() * made.width(); at++) {
                    int y = naive.place(kernel.y(), at / made.width(), ky, source.height());
                    int x = naive.place(kernel.x(), at % made.width(), kx, source.width());
                    if (y >= 0 && x >= 0) {
                        from.add((input * source.height() + y) * source.width() + x);
                        to.add(output * made.height() * made.width() + at);
                    }
                }
                byWeight.put(naive.weight(output, input, ky, kx), new Synapse(delay, array(from), array(to)));
            }
        }
        return List.copyOf(byWeight.values());
    }

    private static int[] array(List<Integer> of) {
        return of.stream().mapToInt(i -> i).toArray();
    }

    private int place(String name) {
        int place = places.computeIfAbsent(name, _ -> places.size());
        names = place < names.length ? names : Arrays.copyOf(names, 2 * place);
        return place;
    }

    private Value value(String text, boolean single) {
        return NaiveExpression.of(text, single, places);
    }

    private void read(String line) {
        Matcher assigned = ASSIGNED.matcher(line);
        if (assigned.matches()) {
            String name = assigned.group(1);
            Value value = value(assigned.group(3), true);
            boolean adds = !assigned.group(2).isEmpty();
            blocks.getLast().lines.add(new Line(variables.get(name), place(name), adds, value, null));
            return;
        }
        String[] words = line.split("\\s+", 2);
        String rest = words.length > 1 ? words[1] : "";
        switch (words[0]) {
            case "rule" -> {}
            case "param" -> list(rest, name -> place(name.split("\\W")[0]));
            case "modulator" -> list(rest, name -> modulators.add(name.split("\\W")[0]));
            case "let" -> {
                String[] parts = rest.split("=", 2);
                lets.put(parts[0].strip(), value(parts[1], false));
                place(parts[0].strip());
            }
            case "state" -> {
                Space space = Space.valueOf(rest.split("\\s")[0].toUpperCase(Locale.ROOT));
                list(rest.substring(space.name().length()), name -> state(space, name));
            }
            case "reads" -> list(rest.substring("post".length()), name -> read.add(variable(name, Space.POST)));
            case "trace" -> trace(rest);
            case "each" -> blocks.add(new Block(null, null, new ArrayList<>()));
            case "on" -> {
                Space space = rest.startsWith("pre") ? Space.PRE : Space.POST;
                String when = rest.substring(space.name().length());
                blocks.add(new Block(space, when.isBlank() ? null : value(when, true), new ArrayList<>()));
            }
            case "bounds" -> {
                String[] parts = rest.split(",");
                least = value(parts[0], false);
                most = value(parts[1], false);
            }
            default -> throw new AssertionError("no statement: " + line);
        }
        modulators.forEach(this::place);
    }

    private static void list(String rest, Consumer<String> each) {
        for (String one : rest.split(",")) {
            each.accept(one.strip());
        }
    }

    private void state(Space space, String text) {
        String[] parts = text.split("=");
        Variable made = variable(parts[0].strip(), space);
        if (parts.length > 1) {
            made.initial = value(parts[1], false);
        }
    }

    private Variable variable(String name, Space space) {
        Variable made = new Variable(name, space, place(name));
        variables.put(name, made);
        return made;
    }

    private void trace(String rest) {
        Matcher words = TRACE.matcher(rest);
        if (!words.matches()) {
            throw new AssertionError("no trace: " + rest);
        }
        Variable made = variable(words.group(2), words.group(1).equals("pre") ? Space.PRE : Space.POST);
        Trace trace = new Trace(made, words.group(4) != null, words.group(5) != null);
        if (blocks.isEmpty()) {
            blocks.add(new Block(null, null, new ArrayList<>()));
        }
        blocks.getLast().lines.add(new Line(made, made.place, false, value(words.group(3), false), trace));
    }

    /** Computes values that depend on parameters. */
    private void derive() {
        lets.forEach((name, value) -> names[place(name)] = (float) value.of(names));
    }

    float[] weights() {
        return weight.now;
    }

    /** Replaces weights, variables of synapses, or a modulator. */
    void replace(String name, FloatMatrix value) {
        if (modulators.contains(name)) {
            names[place(name)] = value.get(0, 0);
            derive();
        } else {
            Objects.requireNonNull(variables.get(name.equals("weight") ? WEIGHT : name)).now = value.toArray();
        }
        kept.removeLast();
        keep();
    }

    void step(Step step) {
        for (Variable each : read) {
            for (int i = 0; i < batch * outputs; i++) {
                each.now[i] = step.of(each.name, i / outputs, i % outputs);
            }
        }
        for (int i = 0; i < blocks.size(); i++) {
            Block block = blocks.get(i);
            if (block.spikes != null) {
                along(block, seen.get(i), step);
                continue;
            }
            each(block, Space.PRE, batch * inputs, step);
            each(block, Space.POST, batch * outputs, step);
            if (block.lines.stream().anyMatch(line -> isOf(line, Space.SYNAPSE))) {
                apply();
                each(block, Space.SYNAPSE, synapses.size(), step);
            }
        }
        apply();
        for (Block block : blocks) {
            for (Line line : block.lines) {
                for (int i = 0; line.trace != null && line.trace.behind && i < line.trace.variable.now.length; i++) {
                    float[] all = line.trace.variable.now;
                    all[i] = joined(line.trace, all[i], fires(line.trace.variable.space, i, step));
                }
            }
        }
        keep();
    }

    private static boolean isOf(Line line, Space space) {
        return line.variable != null && line.variable.space == space;
    }

    private boolean fires(Space space, int i, Step step) {
        return space == Space.PRE
                ? step.in(i / inputs, i % inputs, shortest)
                : space == Space.POST && step.out(i / outputs, i % outputs);
    }

    private static float joined(Trace trace, float value, boolean fires) {
        return trace.nearest ? fires ? 1 : value : value + (fires ? 1 : 0);
    }

    /** Runs lines of one kind in each step. */
    private void each(Block block, Space space, int count, Step step) {
        List<Line> own = block.lines.stream()
                .filter(line -> line.variable == null || isOf(line, space))
                .toList();
        if (own.stream().noneMatch(line -> isOf(line, space))) {
            return;
        }
        for (int i = 0; i < count; i++) {
            for (Variable each : variables.values()) {
                names[each.place] = each.space == space ? each.now[i] : 0;
            }
            boolean fires = fires(space, i, step);
            names[place("pre")] = fires ? 1 : 0;
            names[place("post")] = fires ? 1 : 0;
            for (Line line : own) {
                double value = line.value.of(names);
                names[line.place] = line.trace == null ? value : decayed(line, value, fires);
            }
            for (Line line : own) {
                if (line.variable != null) {
                    float made = (float) names[line.place];
                    line.variable.now[i] = line.variable == weight ? bounded(made) : made;
                }
            }
        }
    }

    /** Returns a trace as other lines see it. */
    private float decayed(Line line, double tau, boolean fires) {
        float decay = tau > 0 ? (float) StrictMath.exp(-names[place("dt")] / tau) : 0;
        float left = (float) names[line.place] * decay;
        left = left < 1e-30f ? 0 : left;
        return Objects.requireNonNull(line.trace).behind ? left : joined(line.trace, left, fires);
    }

    /** A weight that is not above the least becomes the least, NaN too. */
    private float bounded(float value) {
        float low = (float) least.of(names);
        float high = (float) most.of(names);
        return value > low ? value < high ? value : high : low;
    }

    /** Runs lines after 'on': for each synapse samples ascending, then positions. */
    private void along(Block block, List<Map<Variable, float[]>> history, Step step) {
        Map<Variable, float[]> present = new HashMap<>();
        variables.values().stream()
                .filter(each -> delayed && each.space == Space.PRE)
                .forEach(each -> present.put(each, each.now.clone()));
        history.add(present);
        for (int i = 0; i < synapses.size(); i++) {
            Synapse synapse = synapses.get(i);
            int left = history.size() - 1 - (synapse.delay - shortest);
            Map<Variable, float[]> ofInputs = left < 0 ? null : history.get(left);
            for (int sample = 0; sample < batch; sample++) {
                for (int at = 0; at < synapse.inputs.length; at++) {
                    int input = synapse.inputs[at];
                    int output = synapse.outputs[at];
                    boolean wanted = block.when != null
                            ? ofInputs != null || block.spikes == Space.POST
                            : block.spikes == Space.PRE
                                    ? step.in(sample, input, synapse.delay)
                                    : step.out(sample, output);
                    if (wanted) {
                        add(block, i, ofInputs, sample * inputs + input, sample * outputs + output);
                    }
                }
            }
        }
    }

    private void add(Block block, int synapse, @Nullable Map<Variable, float[]> ofInputs, int from, int to) {
        for (Variable each : variables.values()) {
            names[each.place] = switch (each.space) {
                case PRE ->
                    !delayed
                            ? each.now[from]
                            : ofInputs == null ? each.begins : Objects.requireNonNull(ofInputs.get(each))[from];
                case POST -> each.now[to];
                case SYNAPSE -> each.now[synapse];
            };
        }
        if (block.when != null && block.when.of(names) == 0) {
            return;
        }
        Map<Variable, Float> added = new LinkedHashMap<>();
        for (Line line : block.lines) {
            float value = (float) line.value.of(names);
            if (line.variable != null) {
                added.merge(line.variable, value, Float::sum);
            } else {
                names[line.place] = value;
            }
        }
        added.forEach((variable, value) -> variable.change[synapse] += value);
        passed[synapse] = true;
    }

    /** Adds the changes by spikes. */
    private void apply() {
        List<Variable> changed = blocks.stream()
                .flatMap(each -> each.lines.stream())
                .filter(Line::adds)
                .map(Line::variable)
                .distinct()
                .toList();
        for (int i = 0; i < passed.length; i++) {
            for (Variable each : changed) {
                if (passed[i]) {
                    float sum = each.now[i] + each.change[i];
                    each.now[i] = each == weight ? bounded(sum) : sum;
                    each.change[i] = 0;
                }
            }
            passed[i] = false;
        }
    }

    private void keep() {
        Map<String, float[]> copy = new HashMap<>();
        variables.forEach((name, variable) -> copy.put(name, variable.now.clone()));
        modulators.forEach(each -> copy.put(each, new float[] {(float) names[place(each)]}));
        kept.add(copy);
    }

    /**
     * Returns values that a program reads by name after a step, -1 before the first: weights, variables of synapses,
     * modulators.
     */
    public Map<String, float[]> learned(int step) {
        Map<String, float[]> found = new TreeMap<>();
        kept.get(step + 1).forEach((name, values) -> {
            Variable variable = variables.get(name);
            // Matrices have at least one column, even without synapses.
            if (variable == null || variable.space == Space.SYNAPSE && !synapses.isEmpty()) {
                found.put(name.equals(WEIGHT) ? "weight" : name, values);
            }
        });
        return found;
    }

    /** Returns variables of inputs and outputs after a step; variables of neurons exist from the first step on. */
    public Map<String, float[]> traces(int step) {
        Map<String, float[]> found = new TreeMap<>(kept.get(step + 1));
        found.keySet().removeAll(modulators);
        variables.values().stream()
                .filter(each -> each.space == Space.SYNAPSE || step < 0 && read.contains(each))
                .forEach(each -> found.remove(each.name));
        return found;
    }
}
