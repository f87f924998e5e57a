package dev.spikelane.equation;

import dev.spikelane.loop.Graph;
import dev.spikelane.loop.Node;
import dev.spikelane.loop.Op;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Gradients of nodes by the chain rule, as nodes of the same graph. Comparisons have no gradient. A {@link Op#SPIKE}
 * has the gradient of the surrogate with respect to its distance where the conditions joined to its comparison hold,
 * else 0.
 */
public final class Adjoint {

    public interface SpikeGradient {

        /**
         * Returns the gradient with respect to the distance to the threshold.
         *
         * @param distance the distance, which is compared with 0
         * @param gradient the gradient with respect to the spike
         */
        Node of(Graph graph, Node distance, Node gradient);
    }

    private final Graph graph;
    private final SpikeGradient spike;
    private final Map<Node, Node> gradients = new HashMap<>();

    Adjoint(Graph graph, SpikeGradient spike) {
        this.graph = graph;
        this.spike = spike;
    }

    /** Returns the derivative of {@code of} with respect to {@code by}; the constant 0 without a dependence. */
    static Node derivative(Graph graph, Node of, Node by) {
        Adjoint adjoint = new Adjoint(graph, (g, x, y) -> y);
        adjoint.add(of, graph.constant(1));
        return adjoint.through(List.of(of)).getOrDefault(by, graph.constant(0));
    }

    void add(Node to, Node gradient) {
        if (to.op() != Op.CONSTANT) {
            gradients.merge(to, gradient, (before, now) -> graph.of(Op.ADD, before, now));
        }
    }

    /**
     * Returns the gradients of all nodes that the roots need; a node without a gradient has no entry. Sums begin with
     * gradients that were added before; the others follow by descending id.
     */
    Map<Node, Node> through(Collection<Node> roots) {
        for (Node node : Graph.order(roots).reversed()) {
            Node gradient = gradients.get(node);
            if (gradient != null) {
                through(node, gradient);
            }
        }
        return gradients;
    }

    private Node mul(Node a, Node b) {
        return b.is(1) ? a : a.is(1) ? b : graph.of(Op.MUL, a, b);
    }

    private Node neg(Node a) {
        return a.op() == Op.CONSTANT ? graph.constant(-a.value()) : graph.of(Op.NEG, a);
    }

    private void through(Node node, Node g) {
        Node a = node.op().isLeaf() ? node : node.of(0);
        Node one = graph.constant(1);
        switch (node.op()) {
            case ADD -> {
                add(a, g);
                add(node.of(1), g);
            }
            case SUB -> {
                add(a, g);
                add(node.of(1), neg(g));
            }
            case MUL -> product(node, g);
            case DIV -> {
                add(a, graph.of(Op.DIV, g, node.of(1)));
                add(node.of(1), neg(mul(graph.of(Op.DIV, node, node.of(1)), g)));
            }
            case FMA -> {
                product(node, g);
                add(node.of(2), g);
            }
            case NEG -> add(a, neg(g));
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
            case CONSTANT, PARAMETER, STATE, STEP, FLAG -> {}
            case GT, GE, LT, LE, AND, OR, NOT -> {} // conditions have no gradient
            case POWER2, EXPONENT, SCALE -> throw new AssertionError(node.op()); // only lowered graphs have these
        }
    }

    private void product(Node node, Node g) {
        add(node.of(0), mul(node.of(1), g));
        add(node.of(1), mul(node.of(0), g));
    }
}
