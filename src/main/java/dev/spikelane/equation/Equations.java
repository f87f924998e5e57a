package dev.spikelane.equation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A neuron as {@link EquationParser} reads it: what a step makes of its variables. The nodes are as written, of one
 * graph, whose leaves are parameters, variables before the step ({@link Op#STATE}), and inputs and noise of the step
 * ({@link Op#STEP}).
 *
 * @param name the neuron's
 * @param parameters by name, in order, and what they are by default; {@code dt} is always among them
 * @param derived parameters that follow from others, by name; each needs none but those before it
 * @param variables by name, in order, and their values at the start, of parameters alone
 * @param inputs names of the ports
 * @param noises names of rows of uniform numbers in [0, 1), drawn anew at each step, from which normal ones follow
 * @param units by names of parameters, variables and inputs that have one
 * @param atSpike each variable of a step when it is found out who fires, before what follows from that
 * @param next each variable after the step
 * @param spike a {@link Op#SPIKE}: whether a neuron fires, and the distance to its threshold
 * @param carries a parameter that is what a spike carries; null for 1
 */
public record Equations(
        String name,
        SequencedMap<String, Double> parameters,
        SequencedMap<String, Derived> derived,
        SequencedMap<String, Node> variables,
        List<String> inputs,
        List<String> noises,
        Map<String, String> units,
        SequencedMap<String, Node> atSpike,
        SequencedMap<String, Node> next,
        Node spike,
        @Nullable Node carries) {

    /** Name of the row of spikes of a step. */
    public static final String SPIKE = "spike";

    /** What begins the name of a recorded variable's row. */
    public static final String RECORD = "record:";

    /** What begins the name of the row of a variable {@link #atSpike}. */
    public static final String CHARGED = "charged:";

    /** Nodes of a step, in the order of computation. */
    public List<Node> order() {
        List<Node> roots = new ArrayList<>(next.values());
        roots.add(spike);
        return Graph.order(roots);
    }

    /** The same neuron, with variables behind a step that are as they are {@link #atSpike}. */
    public Equations beforeReset() {
        return new Equations(
                name, parameters, derived, variables, inputs, noises, units, atSpike, atSpike, spike, carries);
    }

    /** Whether a variable is rounded where variables are: all but what counts down a refractory period. */
    public static boolean isRounded(String variable) {
        return !variable.equals("refractory");
    }

    /** The first part of a step that is cut at the spike: stores variables {@link #atSpike}. */
    public Program charge(Graph graph) {
        Program program = new Program(name + "Charge", 1);
        Map<Node, Node> made = new HashMap<>();
        Program.copy(Graph.order(atSpike.values()), graph, made);
        atSpike.forEach((each, node) -> program.store(Op.STATE, CHARGED + each, 0, Graph.of(made, node)));
        return program;
    }

    /** The first part as a step, in which nobody fires. */
    public Equations charging() {
        Graph graph = new Graph();
        Map<Node, Node> made = new HashMap<>();
        Program.copy(Graph.order(atSpike.values()), graph, made);
        SequencedMap<String, Node> charged = new LinkedHashMap<>();
        atSpike.forEach((each, node) -> charged.put(each, Graph.of(made, node)));
        Node some = charged.firstEntry().getValue();
        Node never = graph.of(Op.SPIKE, graph.of(Op.GT, some, some), graph.constant(0));
        return new Equations(
                name, parameters, derived, variables, inputs, noises, units, charged, charged, never, null);
    }

    /**
     * The second part of a step that is cut at the spike, whose variables begin as they are {@link #atSpike}.
     *
     * @throws IllegalArgumentException if it needs more of the first part than variables
     */
    public Equations fire() {
        Graph graph = new Graph();
        SequencedMap<String, Node> begins = new LinkedHashMap<>();
        variables.keySet().forEach(each -> begins.put(each, graph.leaf(Op.STATE, each, 0)));
        Map<Node, Node> cut = new HashMap<>();
        atSpike.forEach((each, node) -> {
            if (node.op() != Op.CONSTANT && node.op() != Op.PARAMETER) {
                cut.putIfAbsent(node, Graph.of(begins, each));
            }
            if (node.op() == Op.SELECT
                    && node.of(0).op() == Op.LE
                    && !isRounded(node.of(0).of(0).name())) {
                cut.putIfAbsent(node.of(1), Graph.of(begins, each)); // held, and compared only where it is not
            }
        });
        List<Node> roots = new ArrayList<>(next.values());
        roots.add(spike);
        requireVariables(roots, cut.keySet());
        Map<Node, Node> made = new HashMap<>(cut);
        Program.copy(order(), graph, made);
        SequencedMap<String, Node> fired = new LinkedHashMap<>();
        next.forEach((each, node) ->
                fired.put(each, node.equals(atSpike.get(each)) ? Graph.of(begins, each) : Graph.of(made, node)));
        return new Equations(
                name,
                parameters,
                derived,
                variables,
                List.of(),
                List.of(),
                units,
                begins,
                fired,
                Graph.of(made, spike),
                carries);
    }

    private static void requireVariables(List<Node> roots, Set<Node> cut) {
        Set<Node> seen = new HashSet<>(cut);
        List<Node> left = new ArrayList<>(roots);
        while (!left.isEmpty()) {
            Node node = left.removeLast();
            if (seen.add(node)) {
                if (node.op() == Op.STATE || node.op() == Op.STEP) {
                    throw new IllegalArgumentException("what is in front of 'spike' is used behind it: '" + node.name()
                            + "' as it was before, expected variables as they are there, and parameters");
                }
                left.addAll(node.of());
            }
        }
    }

    /**
     * Makes a program of some steps at once, which carries variables from step to step in registers.
     *
     * @param steps how many
     * @param recorded variables that are stored as they are behind each step, to rows named {@value #RECORD} and the
     *     name
     * @param graph a new one, {@link Lowering} for loops and {@link Graph} for the interpreter
     */
    public Program forward(int steps, List<String> recorded, Graph graph) {
        Program program = new Program(name, steps);
        Map<String, Node> now = new HashMap<>();
        for (String each : variables.keySet()) {
            now.put(each, graph.leaf(Op.STATE, each, 0));
        }
        List<Node> order = order();
        for (int step = 0; step < steps; step++) {
            Map<Node, Node> made = new HashMap<>();
            for (Node node : order) {
                if (node.op() == Op.STATE) {
                    made.put(node, Graph.of(now, node.name()));
                } else if (node.op() == Op.STEP) {
                    made.put(node, graph.leaf(Op.STEP, node.name(), step));
                }
            }
            Program.copy(order, graph, made);
            for (Map.Entry<String, Node> each : next.entrySet()) {
                now.put(each.getKey(), Graph.of(made, each.getValue()));
            }
            program.store(Op.STEP, SPIKE, step, Graph.of(made, spike.of(0)));
            for (String each : recorded) {
                program.store(Op.STEP, RECORD + each, step, Graph.of(now, each));
            }
        }
        for (String each : variables.keySet()) {
            program.store(Op.STATE, each, 0, Graph.of(now, each));
        }
        return program;
    }
}
