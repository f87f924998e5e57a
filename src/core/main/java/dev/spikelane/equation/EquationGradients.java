package dev.spikelane.equation;

import dev.spikelane.loop.Graph;
import dev.spikelane.loop.Node;
import dev.spikelane.loop.Op;
import dev.spikelane.loop.Program;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The backward pass of a step as two programs. Between them, the surrogate replaces the derivative of the spike. Both
 * programs compute the step again from the variables before it. A row of gradients is named {@value #GRADIENT} and the
 * name of its variable or input.
 */
public final class EquationGradients {

    public static final String GRADIENT = "d:";

    /** Prefix of the name of a row that sums the gradients of a parameter. */
    public static final String SUM = "sum:";

    /**
     * Name of the row of distances to the threshold; with the prefix {@value #GRADIENT}, of their gradients. No text
     * can use it.
     */
    public static final String DISTANCE = "distance:";

    /** Name of the row of membranes after the step, which the programs read instead of computing them. */
    public static final String AFTER = "after:";

    private final Equations equations;
    private final List<String> sums;
    private final Set<String> flags;

    private final Set<String> apart;

    private final Node distance;
    private final Node spike;
    private final Map<Node, Node> gradients;
    private final Graph graph = new Graph();

    public EquationGradients(Equations equations, List<String> sums) {
        this(equations, sums, Set.of(), Set.of());
    }

    /**
     * Builds the backward pass of a step.
     *
     * @param sums names of the parameters whose gradients are summed; derived parameters are allowed
     * @param flags names of variables and inputs that are kept as bits
     * @param apart names of variables without gradients: those set from outside and those kept as bits
     */
    public EquationGradients(Equations equations, List<String> sums, Set<String> flags, Set<String> apart) {
        this.equations = equations;
        this.sums = sums;
        this.flags = flags;
        this.apart = apart;
        List<Node> order = equations.order();
        Map<Node, Node> made = new HashMap<>();
        Program.copy(order, graph, made);
        this.spike = Graph.of(made, equations.spike());
        Node membrane = equations.next().firstEntry().getValue();
        Node after = graph.leaf(Op.STATE, AFTER, 0);
        Map<Node, Node> behind = new HashMap<>(Map.of(membrane, after));
        Program.copy(order, graph, behind);
        this.distance = Graph.of(behind, equations.spike().of(1));
        Adjoint adjoint = new Adjoint(graph, (g, x, y) -> row(DISTANCE));
        // One after the other: a parameter that enters twice is added twice.
        sums.forEach(name -> adjoint.add(graph.leaf(Op.PARAMETER, name, 0), graph.leaf(Op.STATE, SUM + name, 0)));
        List<Node> roots = new ArrayList<>();
        equations.next().forEach((name, node) -> {
            Node next = Graph.of(made, node);
            if (!apart.contains(name)) {
                roots.add(next);
                adjoint.add(next, row(name));
            }
        });
        roots.add(spike);
        Node carried = row(Equations.SPIKE);
        Node carries = equations.carries();
        adjoint.add(
                spike,
                carries == null ? carried : graph.of(Op.MUL, carried, graph.leaf(Op.PARAMETER, carries.name(), 0)));
        this.gradients = adjoint.through(roots);
    }

    public Equations equations() {
        return equations;
    }

    private Node row(String of) {
        return graph.leaf(Op.STATE, GRADIENT + of, 0);
    }

    public boolean throughSpikes() {
        return Graph.order(equations.next().values()).contains(equations.spike());
    }

    /** Returns true if the backward pass reads more than the membranes before and after the step. */
    public boolean needsInputs() {
        return equations.variables().size() > 1
                || Stream.of(toDistance(new Graph()), toCurrents(new Graph()))
                        .flatMap(program -> program.order().stream())
                        .anyMatch(node -> node.op() == Op.STEP);
    }

    /** Returns true if there is one variable, whose backward pass depends only on parameters. */
    public boolean isLinear() {
        return equations.variables().size() == 1
                && toCurrents(new Graph()).order().stream()
                        .noneMatch(node -> node.op() == Op.STEP
                                || node.op() == Op.STATE && !node.name().startsWith(GRADIENT));
    }

    /**
     * Returns the first program: it computes the gradients of the spikes from the gradients of the variables and of the
     * values that spikes carry. It also stores the distances to the threshold.
     */
    public Program toDistance(Graph into) {
        Program program = new Program(equations.name() + "ToDistance", 1);
        Node ofSpike = Graph.of(gradients, spike);
        Map<Node, Node> made = copy(List.of(ofSpike, distance), into);
        if (!ofSpike.op().isLeaf()) {
            program.store(Op.STATE, GRADIENT + Equations.SPIKE, 0, Graph.of(made, ofSpike));
        }
        Node carries = equations.carries();
        if (carries != null && sums.contains(carries.name())) {
            Node sum = carried();
            program.store(Op.STATE, SUM + carries.name(), 0, Graph.of(copy(List.of(sum), into), sum));
        }
        program.store(Op.STATE, DISTANCE, 0, Graph.of(made, distance));
        return program;
    }

    /**
     * Returns the second program: it computes the gradients of the inputs and of the variables before the step from the
     * gradients of the distances and of the variables after the step.
     */
    public Program toCurrents(Graph into) {
        Program program = new Program(equations.name() + "ToCurrents", 1);
        Map<String, Node> stored = new LinkedHashMap<>();
        for (String input : equations.inputs()) {
            stored.put(GRADIENT + input, gradient(Op.STEP, input));
        }
        Node carries = equations.carries();
        for (String name : equations.variables().keySet()) {
            if (!apart.contains(name)) {
                stored.put(GRADIENT + name, gradient(Op.STATE, name));
            }
        }
        for (String name : sums) {
            if (carries == null || !name.equals(carries.name())) {
                stored.put(SUM + name, gradient(Op.PARAMETER, name));
            }
        }
        Map<Node, Node> made = copy(List.copyOf(stored.values()), into);
        stored.forEach((name, node) -> program.store(Op.STATE, name, 0, Graph.of(made, node)));
        return program;
    }

    private Node carried() {
        Node sum = graph.leaf(
                Op.STATE, SUM + Objects.requireNonNull(equations.carries()).name(), 0);
        return graph.of(Op.ADD, sum, graph.of(Op.MUL, spike, row(Equations.SPIKE)));
    }

    private Node gradient(Op op, String name) {
        return gradients.getOrDefault(graph.leaf(op, name, 0), graph.constant(0));
    }

    private Map<Node, Node> copy(List<Node> roots, Graph into) {
        Map<Node, Node> made = new HashMap<>();
        List<Node> order = Graph.order(roots);
        for (Node node : order) {
            if (flags.contains(node.name())) {
                made.put(node, into.number(into.leaf(Op.FLAG, node.name(), 0)));
            }
        }
        Program.copy(order, into, made);
        return made;
    }

    /** Returns the parameters on which a node depends, directly or through derived ones. */
    public static Set<String> parametersOf(Equations equations, Node node) {
        return parametersOf(equations, List.of(node));
    }

    private static Set<String> parametersOf(Equations equations, Collection<Node> nodes) {
        Set<String> found = new TreeSet<>();
        Collection<Node> now = nodes;
        while (!now.isEmpty()) {
            Set<Node> next = new LinkedHashSet<>();
            for (Node each : Graph.order(now)) {
                if (each.op() == Op.PARAMETER && found.add(each.name())) {
                    Derived derived = equations.derived().get(each.name());
                    next.addAll(derived == null ? List.of() : derived.of());
                }
            }
            now = next;
        }
        return found;
    }

    /**
     * Returns the parameters that can be learned: no initial value, value of a spike or matrix exponential depends on
     * them.
     */
    public static Set<String> learnable(Equations equations) {
        Set<String> learnable = new TreeSet<>(equations.parameters().keySet());
        equations.variables().values().forEach(node -> learnable.removeAll(parametersOf(equations, node)));
        Node carries = equations.carries();
        if (carries != null) {
            learnable.removeAll(parametersOf(equations, carries));
        }
        Set<List<Node>> matrices = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Derived derived : equations.derived().values()) {
            if (!derived.isExpression() && matrices.add(derived.of())) {
                learnable.removeAll(parametersOf(equations, derived.of()));
            }
        }
        return learnable;
    }

    /**
     * Returns the parameters whose gradients must be summed to compute the gradients of the learned ones: these first,
     * then the derived parameters that depend on them.
     */
    public static List<String> sums(Equations equations, Set<String> learned) {
        List<String> sums = new ArrayList<>(learned);
        equations.derived().forEach((name, derived) -> {
            if (derived.isExpression()
                    && parametersOf(equations, derived.of()).stream().anyMatch(learned::contains)) {
                sums.add(name);
            }
        });
        return sums;
    }

    /** Returns the given parameters that the step reads or its spikes carry, so that they have gradients. */
    public static Set<String> read(Equations.Cut step, Collection<String> of) {
        Set<String> read = new TreeSet<>();
        for (Equations part : List.of(step.charge(), step.fire())) {
            List<Node> roots = new ArrayList<>(part.atSpike().values());
            roots.addAll(part.order());
            Node carries = part.carries();
            if (carries != null) {
                roots.add(carries);
            }
            Graph.order(roots).forEach(node -> read.add(node.name()));
        }
        read.retainAll(of);
        return read;
    }

    /**
     * Returns the derivatives of a derived parameter with respect to other parameters, as nodes in the order of
     * {@code by}.
     */
    public static List<Node> derivatives(Derived of, List<String> by) {
        Graph graph = new Graph();
        Node root = of.of().getFirst();
        Map<Node, Node> made = new HashMap<>();
        Program.copy(Graph.order(List.of(root)), graph, made);
        Node copied = Graph.of(made, root);
        return by.stream()
                .map(name -> Adjoint.derivative(graph, copied, graph.leaf(Op.PARAMETER, name, 0)))
                .toList();
    }
}
