package dev.spikelane.equation;

import dev.spikelane.equation.Lexer.Token;
import dev.spikelane.loop.Graph;
import dev.spikelane.loop.Node;
import dev.spikelane.loop.Op;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Function;

/** Makes steps of differential equations, in which each expression of parameters only becomes a derived parameter. */
final class Integrator {

    static final String DT = "dt";

    private record Equation(Token at, String variable, Node slope, boolean exact) {}

    private final Graph graph;
    private final SequencedMap<String, Derived> derived;
    private final Map<Node, Node> hoisted = new HashMap<>();
    /** Consecutive equations, which all read the variables before them. */
    private final List<Equation> together = new ArrayList<>();

    Integrator(Graph graph, SequencedMap<String, Derived> derived) {
        this.graph = graph;
        this.derived = derived;
    }

    Node derive(String name, Node of) {
        return derive(name, Derived.expression(of, false));
    }

    Node derive(String name, Derived of) {
        derived.putLast(name, of); // last: bounds that are set come after the parameters that they read
        return graph.leaf(Op.PARAMETER, name, 0);
    }

    private Node derive(Node of) {
        return of.op().isLeaf() ? of : hoisted.computeIfAbsent(of, node -> derive(nextName(), node));
    }

    private String nextName() {
        return "_" + derived.size();
    }

    void add(Token at, String variable, Node slope, boolean exact) {
        if (together.stream().anyMatch(each -> each.variable.equals(variable))) {
            throw at.error("there is an equation of '" + variable + "' already, expected one");
        }
        together.add(new Equation(at, variable, slope, exact));
    }

    Map<String, Node> finish(Map<String, Node> names) {
        Map<String, Node> after = new LinkedHashMap<>();
        List<Equation> exact = together.stream().filter(each -> each.exact).toList();
        if (!exact.isEmpty()) {
            List<Node> before =
                    exact.stream().map(each -> Graph.of(names, each.variable)).toList();
            List<List<Node>> slopes = jacobian(exact, before);
            if (isLinearSystem(slopes)) {
                after.putAll(system(exact, before, slopes));
            }
        }
        for (Equation each : together) {
            if (!after.containsKey(each.variable)) {
                after.put(each.variable, single(each, Graph.of(names, each.variable)));
            }
        }
        together.clear();
        return after;
    }

    private List<List<Node>> jacobian(List<Equation> equations, List<Node> variables) {
        return equations.stream()
                .map(each -> variables.stream()
                        .map(by -> Adjoint.derivative(graph, each.slope, by))
                        .toList())
                .toList();
    }

    /** Returns true if variables depend on each other and all factors depend only on parameters. */
    private static boolean isLinearSystem(List<List<Node>> slopes) {
        boolean coupled = false;
        for (int row = 0; row < slopes.size(); row++) {
            for (int column = 0; column < slopes.size(); column++) {
                Node slope = slopes.get(row).get(column);
                if (!slope.ofParameters()) {
                    return false;
                }
                coupled |= row != column && !slope.is(0);
            }
        }
        return coupled;
    }

    /**
     * Returns the step of a linear system {@code dx/dt = A x + b}: {@code e^(A dt) x} plus {@code b} times the integral
     * of {@code e^(A t)}. Both factors are entries of {@code exp([A dt, I dt; 0, 0])}. Terms are added in the order of
     * the equations, the terms of x first.
     */
    private Map<String, Node> system(List<Equation> equations, List<Node> before, List<List<Node>> slopes) {
        int count = equations.size();
        Node dt = graph.leaf(Op.PARAMETER, DT, 0);
        Node zero = graph.constant(0);
        List<Node> matrix = new ArrayList<>();
        for (int row = 0; row < 2 * count; row++) {
            for (int column = 0; column < 2 * count; column++) {
                boolean inside = row < count
                        && column < count
                        && !slopes.get(row).get(column).is(0);
                matrix.add(
                        inside ? graph.of(Op.MUL, slopes.get(row).get(column), dt) : column == row + count ? dt : zero);
            }
        }
        boolean[][] reaches = reached(slopes);
        Map<String, Node> after = new LinkedHashMap<>();
        for (int row = 0; row < count; row++) {
            Node sum = zero;
            for (int column = 0; column < 2 * count; column++) {
                Node factor = column < count ? before.get(column) : rest(equations.get(column - count).slope, before);
                if (reaches[row][column % count] && !factor.is(0)) {
                    Node entry = derive(nextName(), new Derived(matrix, 2 * count, row, column, false));
                    sum = algebra(Op.ADD, sum, graph.of(Op.MUL, entry, factor));
                }
            }
            after.put(equations.get(row).variable, sum);
        }
        return after;
    }

    /** Returns true for each entry that some power of the matrix makes nonzero. */
    private static boolean[][] reached(List<List<Node>> slopes) {
        int count = slopes.size();
        boolean[][] reached = new boolean[count][count];
        for (int row = 0; row < count; row++) {
            for (int column = 0; column < count; column++) {
                reached[row][column] =
                        row == column || !slopes.get(row).get(column).is(0);
            }
        }
        for (int by = 0; by < count; by++) {
            for (int row = 0; row < count; row++) {
                for (int column = 0; column < count; column++) {
                    reached[row][column] |= reached[row][by] && reached[by][column];
                }
            }
        }
        return reached;
    }

    /** Returns a slope with all variables set to 0 except in conditions, which hold for the whole step. */
    private Node rest(Node slope, List<Node> variables) {
        Map<Node, Node> made = new HashMap<>();
        for (Node node : Graph.order(List.of(slope))) {
            Node[] of = node.of().stream().map(made::get).toArray(Node[]::new);
            boolean stays = node.op().isLeaf() || node.op().isCondition();
            Node copy = variables.contains(node) ? graph.constant(0) : stays ? node : algebra(node.op(), of);
            made.put(node, copy);
        }
        return hoist(Graph.of(made, slope));
    }

    private Node algebra(Op op, Node... of) {
        Node a = of[0];
        Node b = of[of.length - 1];
        return switch (op) {
            case ADD -> a.is(0) ? b : b.is(0) ? a : graph.of(op, of);
            case SUB -> b.is(0) ? a : a.is(0) ? graph.of(Op.NEG, b) : graph.of(op, of);
            case MUL -> a.is(0) || b.is(0) ? graph.constant(0) : graph.of(op, of);
            case DIV, NEG -> a.is(0) ? graph.constant(0) : graph.of(op, of);
            default -> graph.of(op, of);
        };
    }

    /** {@code v + dt * f}, or {@code v + (exp(A * dt) - 1) / A * f}, {@code A} being the slope of f. */
    private Node single(Equation equation, Node before) {
        Node dt = graph.leaf(Op.PARAMETER, DT, 0);
        Node factor = dt;
        if (equation.exact) {
            Node a = Adjoint.derivative(graph, equation.slope, before);
            if (Graph.order(List.of(a)).contains(before)) {
                throw equation.at.error(
                        "the equation is not linear in '" + equation.variable + "', expected ': euler'");
            }
            if (!a.is(0)) {
                Node linear = graph.of(Op.DIV, graph.of(Op.EXPM1, graph.of(Op.MUL, a, dt)), a);
                Node steep = graph.of(Op.GT, graph.of(Op.ABS, a), graph.constant(0));
                factor = graph.of(Op.SELECT, steep, linear, dt);
            }
        }
        Node slope = hoist(equation.slope);
        if (!factor.ofParameters()) {
            return graph.of(Op.ADD, before, graph.of(Op.MUL, hoist(factor), slope));
        }
        while (slope.op() == Op.MUL && slope.of(1).ofParameters()) { // f / tau: one factor for all
            factor = graph.of(Op.MUL, factor, slope.of(1));
            slope = slope.of(0);
        }
        return graph.of(Op.ADD, before, graph.of(Op.MUL, derive(factor), slope));
    }

    private static boolean isDerived(Node node) {
        return node.ofParameters() && !node.op().isCondition();
    }

    /** Replaces expressions of parameters only by derived parameters; a division by one multiplies by its inverse. */
    Node hoist(Node root) {
        if (root.ofParameters()) {
            return derive(root);
        }
        Map<Node, Node> made = new HashMap<>();
        Function<Node, Node> taken = node -> isDerived(node) ? derive(node) : Graph.of(made, node);
        for (Node node : Graph.order(List.of(root))) {
            if (node.op().isLeaf()) {
                made.put(node, node);
            } else if (!isDerived(node)) {
                boolean divides = node.op() == Op.DIV && node.of(1).ofParameters();
                Node copy = divides
                        ? graph.of(
                                Op.MUL,
                                taken.apply(node.of(0)),
                                derive(graph.of(Op.DIV, graph.constant(1), node.of(1))))
                        : graph.of(node.op(), node.of().stream().map(taken).toArray(Node[]::new));
                made.put(node, copy);
            }
        }
        return Graph.of(made, root);
    }
}
