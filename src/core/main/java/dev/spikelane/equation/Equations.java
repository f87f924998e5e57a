package dev.spikelane.equation;

import dev.spikelane.loop.Graph;
import dev.spikelane.loop.Lowering;
import dev.spikelane.loop.Node;
import dev.spikelane.loop.Op;
import dev.spikelane.loop.Program;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A neuron as {@link EquationParser} reads it: what a step makes of its variables. The nodes are as written, of one
 * graph, whose leaves are parameters, variables before the step ({@link Op#STATE}), and inputs and noise of the step
 * ({@link Op#STEP}).
 *
 * @param name the neuron's
 * @param parameters by name, in order, and what they are by default; {@code dt} is always among them
 * @param ranges of parameters that have one, by name
 * @param derived parameters that follow from others, by name; each needs none but those before it
 * @param variables by name, in order, and their values at the start, of parameters alone
 * @param inputs names of the ports
 * @param noises names of rows of uniform numbers in [0, 1), drawn anew at each step, from which normal ones follow
 * @param units by names of parameters, variables and inputs that have one
 * @param greatest by names of variables that are whole numbers from 0: the greatest
 * @param atSpike each variable of a step when it is found out who fires, before what follows from that
 * @param next each variable after the step
 * @param spike a {@link Op#SPIKE}: whether a neuron fires, and the distance to its threshold
 * @param carries a parameter that is what a spike carries; null for 1
 * @param line how the first input is delayed; null if it is not
 */
public record Equations(
        String name,
        SequencedMap<String, Double> parameters,
        Map<String, Range> ranges,
        SequencedMap<String, Derived> derived,
        SequencedMap<String, Node> variables,
        List<String> inputs,
        List<String> noises,
        Map<String, String> units,
        Map<String, Integer> greatest,
        SequencedMap<String, Node> atSpike,
        SequencedMap<String, Node> next,
        Node spike,
        @Nullable Node carries,
        @Nullable Line line) {

    /** Name of the row of spikes of a step. */
    public static final String SPIKE = "spike";

    /** What begins the name of a recorded variable's row. */
    public static final String RECORD = "record:";

    /** What begins the name of the row of a variable {@link #atSpike}. */
    public static final String CHARGED = "charged:";

    /** Name of the variable that counts down a refractory period. */
    static final String REFRACTORY = "refractory";

    /** Nodes of a step, in the order of computation. */
    public List<Node> order() {
        List<Node> roots = new ArrayList<>(next.values());
        roots.add(spike);
        return Graph.order(roots);
    }

    /** The same neuron, with variables behind a step that are as they are {@link #atSpike}. */
    public Equations beforeReset() {
        return with(inputs, noises, atSpike, atSpike, spike);
    }

    private Equations with(
            List<String> otherInputs,
            List<String> otherNoises,
            SequencedMap<String, Node> charged,
            SequencedMap<String, Node> after,
            Node fires) {
        return new Equations(
                name,
                parameters,
                ranges,
                derived,
                variables,
                otherInputs,
                otherNoises,
                units,
                greatest,
                charged,
                after,
                fires,
                carries,
                line);
    }

    /**
     * A line of steps that an input goes through.
     *
     * @param delay the parameter that says how many steps, from 0 on
     * @param steps the most
     */
    public record Line(String delay, int steps) {}

    /** The values that a parameter may have. */
    public record Range(float least, float most) {

        /** The nearest value of the range; NaN stays. */
        public float nearest(float value) {
            return Math.max(least, Math.min(most, value));
        }

        /** Throws unless a value lies in the range. */
        public void require(String name, float value, Function<String, IllegalArgumentException> error) {
            if (!(value >= least && value <= most)) {
                throw error.apply(name + " is " + value + ", expected " + least + " to " + most);
            }
        }
    }

    /** Whether a variable is rounded where variables are: all but what counts down a refractory period. */
    public static boolean isRounded(String variable) {
        return !variable.equals(REFRACTORY);
    }

    /**
     * A step in two parts, between which variables are rounded.
     *
     * @param charge what comes before, as a step in which nobody fires
     * @param fire what comes behind, as a step without inputs, whose variables begin as the first part leaves them
     */
    public record Cut(Equations charge, Equations fire) {}

    /**
     * Cuts a step whose spike and variables behind it are made of variables {@link #atSpike}, leaves of shift 1.
     *
     * @param whole the graph of the nodes
     * @throws IllegalArgumentException if they need more of the first part
     */
    Cut cut(Graph whole) {
        Graph graph = new Graph();
        Map<Node, Node> made = new HashMap<>();
        for (Node node : order()) {
            if (node.op() == Op.STATE && node.shift() == 1) {
                made.put(node, graph.leaf(Op.STATE, node.name(), 0));
            } else if (node.op() == Op.STATE || node.op() == Op.STEP) {
                throw new IllegalArgumentException("what is in front of 'spike' is used behind it: '" + node.name()
                        + "' as it was before, expected variables as they are there, and parameters");
            }
        }
        Program.copy(order(), graph, made);
        SequencedMap<String, Node> begins = new LinkedHashMap<>();
        SequencedMap<String, Node> after = new LinkedHashMap<>();
        next.forEach((each, node) -> {
            begins.put(each, graph.leaf(Op.STATE, each, 0));
            after.put(each, Graph.of(made, node));
        });
        Node zero = whole.constant(0);
        Node never = whole.of(Op.SPIKE, whole.of(Op.GT, zero, zero), zero);
        return new Cut(
                with(inputs, noises, atSpike, atSpike, never),
                with(List.of(), List.of(), begins, after, Graph.of(made, spike)));
    }

    /**
     * The first part of a step that is cut at the spike: stores variables {@link #atSpike}.
     *
     * @param flags variables that are kept as bits
     */
    public Program charge(Set<String> flags, Graph graph) {
        Program program = new Program(name + "Charge", 1);
        List<Node> order = Graph.order(atSpike.values());
        Map<Node, Node> made = new HashMap<>();
        for (Node node : order) {
            if (flags.contains(node.name())) {
                made.put(node, graph.number(graph.leaf(Op.FLAG, node.name(), 0)));
            }
        }
        Program.copy(order, graph, made);
        atSpike.forEach((each, node) -> {
            Node value = Graph.of(made, node);
            if (!flags.contains(each)) {
                program.store(Op.STATE, CHARGED + each, 0, value);
            } else if (node.op() != Op.STATE) {
                program.store(Op.FLAG, each, 0, value.of(0));
            }
        });
        return program;
    }

    /**
     * A program that stores the variables that a text assigns to rows of the step, and no spikes. Variables of whole
     * numbers, {@code state NAME to 1}, are rows of bits.
     */
    public Program elementwise(Graph graph) {
        Program program = new Program(name, 0);
        Map<Node, Node> made = new HashMap<>();
        List<Node> order = Graph.order(next.values());
        for (Node node : order) {
            if (node.op() == Op.STATE && greatest.containsKey(node.name())) {
                made.put(node, graph.number(graph.leaf(Op.FLAG, node.name(), 0)));
            }
        }
        Program.copy(order, graph, made);
        next.forEach((each, node) -> {
            if (node.op() != Op.STATE || !node.name().equals(each)) {
                Node value = Graph.of(made, node);
                program.store(Op.STEP, each, 0, greatest.containsKey(each) ? value.of(0) : value);
            }
        });
        return program;
    }

    /** A program of some steps at once, whose rows are as the text says. */
    public Program forward(int steps, List<String> recorded, Graph graph) {
        return forward(steps, recorded, Map.of(), graph);
    }

    /**
     * Makes a program of some steps at once, which carries variables from step to step in registers.
     *
     * @param steps how many
     * @param recorded variables that are stored as they are behind each step, to rows named {@value #RECORD} and the
     *     name
     * @param rows what rows are that are not what the text says: a variable of 1 and 0 that is kept as bits a
     *     {@link Op#FLAG}, an input that is the same at all steps a {@link Op#STATE}
     * @param graph a new one, {@link Lowering} for loops and {@link Graph} for the interpreter
     */
    public Program forward(int steps, List<String> recorded, Map<String, Op> rows, Graph graph) {
        Program program = new Program(name, steps);
        Map<String, Node> begin = new HashMap<>();
        for (String each : variables.keySet()) {
            begin.put(each, graph.number(graph.leaf(rows.getOrDefault(each, Op.STATE), each, 0)));
        }
        Map<String, Node> now = new HashMap<>(begin);
        List<Node> order = order();
        for (int step = 0; step < steps; step++) {
            Map<Node, Node> made = new HashMap<>();
            for (Node node : order) {
                if (node.op() == Op.STATE) {
                    made.put(node, Graph.of(now, node.name()));
                } else if (node.op() == Op.STEP) {
                    Op row = rows.getOrDefault(node.name(), Op.STEP);
                    made.put(node, graph.leaf(row, node.name(), row == Op.STEP ? step : 0));
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
            Node node = Graph.of(now, each);
            boolean flag = rows.get(each) == Op.FLAG;
            if (!node.equals(begin.get(each))) {
                program.store(flag ? Op.FLAG : Op.STATE, each, 0, flag ? node.of(0) : node);
            }
        }
        return program;
    }
}
