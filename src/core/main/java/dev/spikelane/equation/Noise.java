package dev.spikelane.equation;

import dev.spikelane.loop.Graph;
import dev.spikelane.loop.Node;
import dev.spikelane.loop.Op;
import java.util.function.UnaryOperator;

/**
 * Transforms uniform numbers to other distributions by inversion. A Poisson count is the number of cumulative
 * probabilities that {@code u} reaches. A standard normal number is {@code z = sqrt(2) erfinv(2u - 1)}.
 *
 * <p>The polynomials in {@code -log(1 - x^2)} are the single-precision ones of M. Giles ("Approximating the erfinv
 * function", GPU Computing Gems, 2011). Errors are a few units in the last place, and |z| is at most 5.6.
 */
final class Noise {

    /** Added to {@code 2u - 1} to make it symmetric about 0: uniform numbers are multiples of 2^-24 from 0. */
    private static final double HALF_UNIT = 0x1p-24;

    private static final double NEAR = 5;
    private static final double[] NEAR_TERMS = {
        2.81022636e-08,
        3.43273939e-07,
        -3.5233877e-06,
        -4.39150654e-06,
        0.00021858087,
        -0.00125372503,
        -0.00417768164,
        0.246640727,
        1.50140941
    };
    private static final double[] FAR_TERMS = {
        -0.000200214257,
        0.000100950558,
        0.00134934322,
        -0.00367342844,
        0.00573950773,
        -0.0076224613,
        0.00943887047,
        1.00167406,
        2.83297682
    };

    private final Graph graph;

    private Noise(Graph graph) {
        this.graph = graph;
    }

    static Node normal(Graph graph, Node uniform) {
        return new Noise(graph).of(uniform);
    }

    /**
     * Returns a Poisson count of a uniform number.
     *
     * @param mean mean of the counts; a NaN mean gives 0
     * @param most the greatest count
     * @param known replaces an expression of parameters only by a derived parameter
     */
    static Node poisson(Graph graph, Node uniform, Node mean, int most, UnaryOperator<Node> known) {
        Node term = graph.of(Op.EXP, graph.of(Op.NEG, mean));
        Node sum = term;
        Node count = graph.constant(0);
        for (int i = 1; i <= most; i++) {
            count = graph.of(Op.SELECT, graph.of(Op.GE, uniform, known.apply(sum)), graph.constant(i), count);
            term = graph.of(Op.MUL, term, graph.of(Op.MUL, mean, graph.constant(1.0 / i)));
            sum = graph.of(Op.ADD, sum, term);
        }
        return count;
    }

    /** Returns the greatest mean, to one decimal, at which fewer than one count in 2^24 exceeds {@code most}. */
    static float greatestMean(int most) {
        int tenths = 0;
        double within;
        do {
            tenths++;
            double mean = tenths / 10.0;
            double term = StrictMath.exp(-mean);
            within = term;
            for (int i = 1; i <= most; i++) {
                term *= mean / i;
                within += term;
            }
        } while (1 - within < 0x1p-24);
        return (tenths - 1) / 10f;
    }

    private Node of(Node uniform) {
        Node one = graph.constant(1);
        Node x = add(graph.of(Op.SUB, graph.of(Op.MUL, uniform, graph.constant(2)), one), graph.constant(HALF_UNIT));
        Node product = graph.of(Op.MUL, graph.of(Op.SUB, one, x), add(one, x));
        Node w = graph.of(Op.NEG, graph.of(Op.LOG, product));
        Node near = polynomial(graph.of(Op.SUB, w, graph.constant(2.5)), NEAR_TERMS);
        Node far = polynomial(graph.of(Op.SUB, graph.of(Op.SQRT, w), graph.constant(3)), FAR_TERMS);
        Node p = graph.of(Op.SELECT, graph.of(Op.LT, w, graph.constant(NEAR)), near, far);
        return graph.of(Op.MUL, graph.constant(Math.sqrt(2)), graph.of(Op.MUL, p, x));
    }

    private Node polynomial(Node x, double... terms) {
        Node p = graph.constant(terms[0]);
        for (int i = 1; i < terms.length; i++) {
            p = add(graph.of(Op.MUL, p, x), graph.constant(terms[i]));
        }
        return p;
    }

    private Node add(Node a, Node b) {
        return graph.of(Op.ADD, a, b);
    }
}
