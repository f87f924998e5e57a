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
 * A parsed neuron: its parameters, its variables, and the value of each variable after a step. {@link EquationParser}
 * makes it. All nodes belong to one graph, whose leaves are parameters, variables before the step ({@link Op#STATE}),
 * and inputs and noise of the step ({@link Op#STEP}).
 *
 * @param parameters default values by name, in the order of the text; always with {@code dt}
 * @param ranges permitted ranges by the names of parameters that have one
 * @param derived derived parameters by name; each depends only on parameters and those before it
 * @param variables initial values by the names of the variables, in order; they depend only on parameters
 * @param noises names of rows of uniform numbers in [0, 1), drawn in each step; normal numbers and counts are computed
 *     from them
 * @param units units by the names of parameters, variables and inputs that have one
 * @param greatest the greatest value by the names of variables that are whole numbers from 0
 * @param atSpike each variable when the spike condition is evaluated, before the reset
 * @param next each variable after the step, by name
 * @param spike a {@link Op#SPIKE} of the spike condition and the distance to the threshold
 * @param carries the parameter whose value a spike carries; null for 1
 * @param line the delay line of the first input; null if it is not delayed
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

    public static final String SPIKE = "spike";

    public static final String RECORD = "record:";

    /** Prefix of the name of a row of a variable {@link #atSpike}. */
    public static final String CHARGED = "charged:";

    static final String REFRACTORY = "refractory";

    public List<Node> order() {
        List<Node> roots = new ArrayList<>(next.values());
        roots.add(spike);
        return Graph.order(roots);
    }

    /** Returns this neuron without its reset: each variable after the step has its value {@link #atSpike}. */
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
     * The delay line of an input.
     *
     * @param delay name of the parameter that holds the delay in steps, from 0
     * @param steps the longest delay in steps
     */
    public record Line(String delay, int steps) {}

    /** The permitted values of a parameter, both ends included. */
    public record Range(float least, float most) {

        /** Returns the nearest value of the range; NaN for NaN. */
        public float nearest(float value) {
            return Math.max(least, Math.min(most, value));
        }

        /** Throws the exception of {@code error} for a value out of the range. */
        public void require(String name, float value, Function<String, IllegalArgumentException> error) {
            if (!(value >= least && value <= most)) {
                throw error.apply(name + " is " + value + ", expected " + least + " to " + most);
            }
        }
    }

    public static boolean isRounded(String variable) {
        return !variable.equals(REFRACTORY);
    }

    /**
     * A step in two parts; variables are rounded between them.
     *
     * @param charge the part before the rounding, as a step without spikes
     * @param fire the part after the rounding, as a step without inputs that begins with the variables of the first
     *     part
     */
    public record Cut(Equations charge, Equations fire) {}

    /**
     * Cuts a step at its spike. The spike and all variables after it must depend only on parameters and on variables
     * {@link #atSpike}, which are leaves of shift 1.
     *
     * @param whole the graph of this step's nodes
     * @throws IllegalArgumentException if the second part reads another value of the first part
     */
    Cut cut(Graph whole) {
        Graph graph = new Graph();
        Map<Node, Node> made = new HashMap<>();
        for (Node node : order()) {
            if (node.op() == Op.STATE && node.shift() == 1) {
                made.put(node, graph.leaf(Op.STATE, node.name(), 0));
            } else if (node.op() == Op.STATE || node.op() == Op.STEP) {
                throw new IllegalArgumentException("a line after 'spike' reads '" + node.name()
                        + "' as it was before, expected variables as they are at 'spike', and parameters");
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
     * Returns the first part of a step that is cut at the spike: it stores the variables {@link #atSpike}.
     *
     * @param flags names of variables that are kept as bits
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
     * Returns a program that stores the variables after a step to rows of the step, and no spikes. Variables of whole
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

    public Program forward(int steps, List<String> recorded, Graph graph) {
        return forward(steps, recorded, Map.of(), graph);
    }

    /**
     * Returns a program of several steps, which keeps variables in registers from step to step.
     *
     * @param steps number of steps
     * @param recorded names of the variables to store after each step, in rows named {@value #RECORD} and the
     *     variable's name
     * @param rows forms of rows that differ from the text: {@link Op#FLAG} for a variable of 1 and 0 kept as bits,
     *     {@link Op#STATE} for an input that is equal in all steps
     * @param graph an empty graph: {@link Lowering} for loops, {@link Graph} for the interpreter
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
