package dev.spikelane.equation;

import dev.spikelane.loop.Graph;
import dev.spikelane.loop.Node;
import dev.spikelane.loop.Op;
import dev.spikelane.loop.Program;
import dev.spikelane.memory.limit.NativeMemory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * A rule by which weights change, as {@link RuleParser} reads it. Its nodes are as written; leaves are parameters,
 * variables of inputs, outputs and synapses ({@link Op#STATE}), and whether an input or output fires
 * ({@link Op#FLAG}).
 *
 * @param name the rule's
 * @param parameters by name, in order, modulators among them, and what they are by default
 * @param derived parameters that follow from others
 * @param modulators parameters that a program changes between calls
 * @param variables by name, without the weight
 * @param units by names of parameters and variables that have one
 * @param blocks what a step does, in order
 */
public record Rule(
        String name,
        SequencedMap<String, Double> parameters,
        SequencedMap<String, Derived> derived,
        List<String> modulators,
        SequencedMap<String, Variable> variables,
        Map<String, String> units,
        List<Block> blocks) {

    /** Name of the weight of a synapse, and of the spikes of inputs and outputs. */
    public static final String WEIGHT = "w";

    public static final String PRE = "pre";
    public static final String POST = "post";

    /** What begins the name of the row of a synapse variable's change. */
    public static final String CHANGE = "change:";

    /** Name of the row of what fulfills a condition. */
    public static final String WHEN = "when:";

    /** What begins the name of the time of a trace. */
    static final String TAU = "_tau of ";

    static final String LEAST = "_least";
    static final String MOST = "_most";

    /** What has a value of its own: an input of a sample, an output of a sample, a synapse of all samples. */
    public enum Space {
        PRE,
        POST,
        SYNAPSE
    }

    /**
     * A variable.
     *
     * @param initial its value at the start, of parameters
     * @param isOfTarget whether it is one of the target's neurons, which the rule only reads
     */
    public record Variable(Space space, Node initial, boolean isOfTarget) {}

    /**
     * Lines that run together.
     *
     * @param space which variables they give a value in each step; or, {@code onSpike}, whose spikes they follow
     * @param onSpike whether they run for spikes alone, and say what is added to variables of synapses
     * @param when the condition whose inputs or outputs they follow in place of spikes; null if there is none
     * @param lines variables, and what they become or what is added to them
     */
    public record Block(
            Space space, boolean onSpike, @Nullable Node when, SequencedMap<String, Node> lines) {}

    /** Reads a text of this package. */
    public static String text(String name) {
        return Zoo.resource("rule-" + name + ".txt");
    }

    /** Lays parameters out, which all synapses share. */
    public EquationParameters parameters(Map<String, float[]> given) {
        return new EquationParameters(NativeMemory.ofAuto(), parameters, derived, 1, given);
    }

    /**
     * Requires that parameters, what follows from them and what variables begin with are finite, bounds in their order.
     *
     * @param error of a name and a message
     */
    public void requireNumbers(EquationParameters of, BiFunction<String, String, IllegalArgumentException> error) {
        Map<String, Node> initial = new LinkedHashMap<>();
        variables.forEach((each, variable) -> initial.put(each, variable.initial()));
        of.requireNumbers(initial, Map.of(), error);
        derived.keySet().stream().filter(each -> each.startsWith(TAU)).forEach(each -> {
            if (!(of.values(each)[0] > 0)) { // NaN is not
                String trace = each.substring(TAU.length());
                String found = "'tau' of trace '" + trace + "' is " + of.values(each)[0];
                throw error.apply(trace, found + ", expected a number above 0");
            }
        });
        float least = of.values(LEAST)[0];
        float most = of.values(MOST)[0];
        if (!(least >= -Float.MAX_VALUE && least <= most && most <= Float.MAX_VALUE)) { // NaN is none
            String found = "'bounds' is " + least + ", " + most;
            throw error.apply("bounds", found + ", expected two finite numbers, the lesser first");
        }
    }

    /** The variables of synapses that spikes change, the weight first. */
    public List<String> changed() {
        Set<String> all = new LinkedHashSet<>();
        for (Block block : blocks) {
            if (block.onSpike) {
                all.addAll(block.lines.keySet());
            }
        }
        List<String> ordered = new ArrayList<>(all);
        if (ordered.remove(WEIGHT)) {
            ordered.addFirst(WEIGHT);
        }
        return ordered;
    }

    /** The variables of a space, in order. */
    public List<String> variables(Space space) {
        return variables.entrySet().stream()
                .filter(each -> each.getValue().space == space)
                .map(Map.Entry::getKey)
                .toList();
    }

    /**
     * A program of a block. Lines of a step store the variables; lines that follow spikes add to rows of changes, along
     * the synapses of an input, or of an output, whose own variables are shared parameters. Rows of synapses are those
     * of a list.
     *
     * @param applied whether the lines, which follow spikes, also {@link #apply} what they add
     */
    public Program program(Block block, boolean applied, Graph graph) {
        Program program = new Program(name, 1).listed();
        Map<Node, Node> made = new HashMap<>();
        List<Node> order = Graph.order(block.lines.values());
        for (Node node : order) {
            Variable known = node.op() == Op.STATE ? variables.get(node.name()) : null;
            if (block.onSpike && known != null && known.space == block.space) {
                made.put(node, graph.leaf(Op.PARAMETER, node.name(), 0));
            } else if (node.op() == Op.STATE && (known == null || known.space == Space.SYNAPSE)) {
                made.put(node, graph.leaf(Op.STEP, node.name(), 0));
            }
        }
        Program.copy(order, graph, made);
        Map<String, Node> sums = new LinkedHashMap<>();
        block.lines.forEach((variable, node) -> {
            Node value = Graph.of(made, node);
            if (block.onSpike) {
                Node before = graph.leaf(Op.STEP, CHANGE + variable, 0);
                sums.put(variable, graph.of(Op.ADD, before, value));
            } else {
                Op row = block.space == Space.SYNAPSE ? Op.STEP : Op.STATE;
                program.store(row, variable, 0, variable.equals(WEIGHT) ? bounded(graph, value) : value);
            }
        });
        if (applied) {
            apply(program, sums, graph);
        } else {
            sums.forEach((variable, sum) -> program.store(Op.STEP, CHANGE + variable, 0, sum));
        }
        return program;
    }

    /** A program that stores whether a block's condition holds as bits. */
    public Program when(Block block, Graph graph) {
        Program program = new Program(name + "When", 1);
        Node when = Objects.requireNonNull(block.when);
        Map<Node, Node> made = new HashMap<>();
        Program.copy(Graph.order(List.of(when)), graph, made);
        program.store(Op.FLAG, WHEN, 0, Graph.of(made, when));
        return program;
    }

    /** A program that adds changes to the variables of synapses, keeps weights within bounds, and begins anew. */
    public Program apply(Graph graph) {
        Program program = new Program(name + "Apply", 1).listed();
        apply(program, Map.of(), graph);
        return program;
    }

    /** Adds sums, or the changes of variables that have none. */
    private void apply(Program program, Map<String, Node> sums, Graph graph) {
        for (String each : changed()) {
            Node before = graph.leaf(Op.STEP, each, 0);
            Node sum = sums.get(each);
            Node after = graph.of(Op.ADD, before, sum == null ? graph.leaf(Op.STEP, CHANGE + each, 0) : sum);
            program.store(Op.STEP, each, 0, each.equals(WEIGHT) ? bounded(graph, after) : after);
        }
        for (String each : changed()) {
            program.store(Op.STEP, CHANGE + each, 0, graph.constant(0));
        }
    }

    /** A weight that is not above the least, NaN too, is the least. */
    private static Node bounded(Graph graph, Node weight) {
        Node least = graph.leaf(Op.PARAMETER, LEAST, 0);
        Node most = graph.leaf(Op.PARAMETER, MOST, 0);
        Node below = graph.of(Op.SELECT, graph.of(Op.LT, weight, most), weight, most);
        return graph.of(Op.SELECT, graph.of(Op.GT, weight, least), below, least);
    }
}
