package dev.spikelane.equation;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Gradients of nodes by the chain rule, as nodes of the same graph. Comparisons have no gradient; a {@link Op#SPIKE}
 * has that of a surrogate with respect to its distance, where the conditions beside the comparison hold.
 */
public final class Adjoint {

    /** The derivative of a spike. */
    public interface SpikeGradient {

        /**
         * Returns the gradient of the distance to the threshold.
         *
         * @param distance what is compared with 0
         * @param gradient that of the spike
         */
        Node of(Graph graph, Node distance, Node gradient);
    }

    private final Graph graph;
    private final SpikeGradient spike;
    private final Map<Node, Node> gradients = new HashMap<>();

    private Adjoint(Graph graph, SpikeGradient spike) {
        this.graph = graph;
        this.spike = spike;
    }

    /**
     * Returns the gradients of all nodes that some roots need, without an entry where there is none. What flows into a
     * node is added in the order of descending ids.
     *
     * @param seeds gradients that nodes have already
     */
    public static Map<Node, Node> gradients(
            Graph graph, Collection<Node> roots, Map<Node, Node> seeds, SpikeGradient spike) {
        Adjoint adjoint = new Adjoint(graph, spike);
        seeds.forEach(adjoint::add);
        for (Node node : Graph.order(roots).reversed()) {
            Node gradient = adjoint.gradients.get(node);
            if (gradient != null) {
                adjoint.through(node, gradient);
            }
        }
        return adjoint.gradients;
    }

    /** The derivative of a node with respect to another; zero if there is none. */
    static Node derivative(Graph graph, Node of, Node by) {
        Map<Node, Node> all = gradients(graph, List.of(of), Map.of(of, graph.constant(1)), (g, x, y) -> y);
        return all.getOrDefault(by, graph.constant(0));
    }

    private void add(Node to, Node gradient) {
        if (to.op() != Op.CONSTANT) {
            gradients.merge(to, gradient, (before, now) -> graph.of(Op.ADD, before, now));
        }
    }

    private Node mul(Node a, Node b) {
        return b.is(1) ? a : a.is(1) ? b : graph.of(Op.MUL, a, b);
    }

    private Node neg(Node a) {
        return a.op() == Op.CONSTANT ? graph.constant(-a.value()) : graph.of(Op.NEG, a);
    }

    private void through(Node node, Node g) {
        Node a = node.op().isLeaf() ? node : node.of(0);
        switch (node.op()) {
            case ADD -> {
                add(a, g);
                add(node.of(1), g);
            }
            case SUB -> {
                add(a, g);
                add(node.of(1), neg(g));
            }
            case MUL -> {
                add(a, mul(node.of(1), g));
                add(node.of(1), mul(a, g));
            }
            case DIV -> {
                add(a, graph.of(Op.DIV, g, node.of(1)));
                add(node.of(1), neg(mul(graph.of(Op.DIV, node, node.of(1)), g)));
            }
            case FMA -> {
                add(a, mul(node.of(1), g));
                add(node.of(1), mul(a, g));
                add(node.of(2), g);
            }
            case NEG -> add(a, neg(g));
            case SELECT -> {
                Node zero = graph.constant(0);
                add(node.of(1), graph.of(Op.SELECT, a, g, zero));
                add(node.of(2), graph.of(Op.SELECT, a, zero, g));
            }
            case SPIKE -> {
                Node gradient = spike.of(graph, node.of(1), g);
                boolean gated = a.op() == Op.AND;
                add(node.of(1), gated ? graph.of(Op.SELECT, a.of(0), gradient, graph.constant(0)) : gradient);
            }
            default -> function(node, a, g);
        }
    }

    private void function(Node node, Node a, Node g) {
        Node one = graph.constant(1);
        switch (node.op()) {
            case ABS -> {
                Node zero = graph.constant(0);
                Node below = graph.of(Op.SELECT, graph.of(Op.LT, a, zero), neg(g), zero);
                add(a, graph.of(Op.SELECT, graph.of(Op.GT, a, zero), g, below));
            }
            case SQRT -> add(a, graph.of(Op.DIV, mul(graph.constant(0.5), g), node));
            case EXP -> add(a, mul(node, g));
            case EXPM1 -> add(a, mul(graph.of(Op.ADD, node, one), g));
            case LOG -> add(a, graph.of(Op.DIV, g, a));
            case SIGMOID -> add(a, mul(mul(node, graph.of(Op.SUB, one, node)), g));
            case TANH -> add(a, mul(graph.of(Op.SUB, one, mul(node, node)), g));
            default -> {} // leaves and conditions; a lowered graph is not differentiated
        }
    }
}
