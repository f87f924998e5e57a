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
 * A plasticity rule, as {@link RuleParser} parses it. The leaves of its nodes are parameters, variables of inputs,
 * outputs and synapses ({@link Op#STATE}), and the spikes of inputs and outputs ({@link Op#FLAG}).
 *
 * @param parameters default values by name, in the order of the text, modulators included
 * @param modulators names of parameters that the application may change between calls
 * @param variables variables by name, without the weight
 * @param units units by the names of parameters and variables that have one
 * @param blocks the blocks of a step, in the order of execution
 */
public record Rule(
        String name,
        SequencedMap<String, Double> parameters,
        SequencedMap<String, Derived> derived,
        List<String> modulators,
        SequencedMap<String, Variable> variables,
        Map<String, String> units,
        List<Block> blocks) {

    public static final String WEIGHT = "w";

    public static final String PRE = "pre";
    public static final String POST = "post";

    /** Prefix of the name of the row that sums the changes of a synapse variable. */
    public static final String CHANGE = "change:";

    /** Prefix of the name of a row of inputs or outputs that fulfill a condition. */
    public static final String WHEN = "when:";

    static final String TAU = "_tau of ";

    static final String LEAST = "_least";
    static final String MOST = "_most";

    /**
     * The owner of a variable: an input of a sample, an output of a sample, or a synapse, whose value all samples
     * share.
     */
    public enum Space {
        PRE,
        POST,
        SYNAPSE
    }

    /** A variable; the rule only reads one of the target neurons. */
    public record Variable(Space space, Node initial, boolean isOfTarget) {}

    /**
     * Lines that run as one block.
     *
     * @param space the owner of the variables that the lines assign; with {@code onSpike}, the inputs or outputs whose
     *     spikes run the lines
     * @param onSpike true if the lines run only at spikes and add to variables of synapses
     * @param when the condition that replaces the spikes; null if there is none
     * @param lines the new value of each variable, or the number added to it
     */
    public record Block(
            Space space, boolean onSpike, @Nullable Node when, SequencedMap<String, Node> lines) {}

    public static String text(String name) {
        return Zoo.resource("rule-" + name + ".txt");
    }

    public EquationParameters parameters(Map<String, float[]> given) {
        return new EquationParameters(NativeMemory.ofAuto(), parameters, derived, 1, given);
    }

    /**
     * Checks that parameters, derived parameters and initial values are finite, that time constants of traces are above
     * 0, and that the lower bound does not exceed the upper one.
     *
     * @param error makes the exception to throw from a name and a message
     */
    public void requireNumbers(EquationParameters of, BiFunction<String, String, IllegalArgumentException> error) {
        Map<String, Node> initial = new LinkedHashMap<>();
        variables.forEach((each, variable) -> initial.put(each, variable.initial()));
        of.requireNumbers(initial, Map.of(), error);
        derived.keySet().stream().filter(each -> each.startsWith(TAU)).forEach(each -> {
            if (!(of.values(each)[0] > 0)) { // also NaN
                String trace = each.substring(TAU.length());
                String found = "'tau' of trace '" + trace + "' is " + of.values(each)[0];
                throw error.apply(trace, found + ", expected a number above 0");
            }
        });
        float least = of.values(LEAST)[0];
        float most = of.values(MOST)[0];
        if (!(least >= -Float.MAX_VALUE && least <= most && most <= Float.MAX_VALUE)) { // also NaN
            String found = "'bounds' is " + least + ", " + most;
            throw error.apply("bounds", found + ", expected two finite numbers, the lesser first");
        }
    }

    /** Returns the names of the synapse variables that spikes change, the weight first. */
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

    public List<String> variables(Space space) {
        return variables.entrySet().stream()
                .filter(each -> each.getValue().space == space)
                .map(Map.Entry::getKey)
                .toList();
    }

    /**
     * Returns the program of a block. Lines of each step store the variables. Lines at spikes add to rows of changes
     * along the synapses of one input or output, whose own variables are shared parameters. A list selects the rows of
     * synapses.
     *
     * @param applied true if the program of lines at spikes also {@link #apply applies} their changes
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

    public Program when(Block block, Graph graph) {
        Program program = new Program(name + "When", 1);
        Node when = Objects.requireNonNull(block.when);
        Map<Node, Node> made = new HashMap<>();
        Program.copy(Graph.order(List.of(when)), graph, made);
        program.store(Op.FLAG, WHEN, 0, Graph.of(made, when));
        return program;
    }

    /**
     * Returns a program that adds the changes to the variables of synapses, keeps weights within bounds, and sets the
     * changes to 0.
     */
    public Program apply(Graph graph) {
        Program program = new Program(name + "Apply", 1).listed();
        apply(program, Map.of(), graph);
        return program;
    }

    /** Adds the sums to the variables; for a variable without a sum, its row of changes. */
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

    /** Limits the weight to its bounds; a NaN becomes the lower bound. */
    private static Node bounded(Graph graph, Node weight) {
        Node least = graph.leaf(Op.PARAMETER, LEAST, 0);
        Node most = graph.leaf(Op.PARAMETER, MOST, 0);
        Node below = graph.of(Op.SELECT, graph.of(Op.LT, weight, most), weight, most);
        return graph.of(Op.SELECT, graph.of(Op.GT, weight, least), below, least);
    }
}
