package dev.spikelane.loop;

import dev.spikelane.simd.Exponential;
import dev.spikelane.simd.Logarithm;
import dev.spikelane.simd.Sigmoid;

/**
 * Makes nodes in the forms that loops compute: operations on numbers only are computed once, in float32; a factor of 1
 * or 0 becomes a choice; exponentials and functions made of them are written out. Values have the bits of
 * {@link Graph}'s.
 */
public final class Lowering extends Graph {

    private static final float[] EXPONENTIAL = {
        Exponential.TERM_6, Exponential.TERM_5, Exponential.TERM_4, Exponential.TERM_3, Exponential.TERM_2
    };

    @Override
    public Node of(Op op, Node... of) {
        Node a = of[0];
        return switch (op) {
            case SPIKE -> number(a);
            case EXP -> exponential(a);
            case EXPM1 -> exponentialMinusOne(a);
            case LOG -> logarithm(a);
            case SIGMOID -> sigmoid(a);
            case TANH -> tanh(a);
            case NOT -> a.op() == Op.NOT ? a.of(0) : super.of(op, of);
            case SELECT -> of[1].equals(of[2]) ? of[1] : super.of(op, of);
            case MUL -> product(a, of[1]);
            case SUB -> a.op() == Op.CONSTANT && of[1].isGate() ? throughGate(Op.SUB, a, of[1]) : folded(op, of);
            default -> op.isCondition() ? super.of(op, of) : folded(op, of);
        };
    }

    /** Returns a product. {@code R * x} with R of 1 or 0 becomes x or {@code 0 * x}, which may be -0 or NaN. */
    private Node product(Node a, Node b) {
        if (a.is(1)) {
            return b;
        }
        if (b.is(1)) {
            return a;
        }
        if (a.isGate() && !b.isGate()) {
            return throughGate(Op.MUL, b, a);
        }
        return b.isGate() ? throughGate(Op.MUL, a, b) : folded(Op.MUL, a, b);
    }

    private Node throughGate(Op op, Node other, Node gate) {
        return of(Op.SELECT, gate.of(0), of(op, other, gate.of(1)), of(op, other, gate.of(2)));
    }

    private Node folded(Op op, Node... of) {
        for (Node each : of) {
            if (each.op() != Op.CONSTANT) {
                return super.of(op, of);
            }
        }
        float last = of.length < 3 ? 0 : (float) of[2].value();
        float second = of.length < 2 ? 0 : (float) of[1].value();
        return constant(Interpreter.apply(op, (float) of[0].value(), second, last));
    }

    private Node add(Node a, Node b) {
        return of(Op.ADD, a, b);
    }

    private Node sub(Node a, Node b) {
        return of(Op.SUB, a, b);
    }

    private Node mul(Node a, Node b) {
        return of(Op.MUL, a, b);
    }

    private Node fma(Node a, Node b, Node c) {
        return of(Op.FMA, a, b, c);
    }

    private Node polynomial(Node x, float first, float... terms) {
        Node p = constant(first);
        for (float term : terms) {
            p = add(mul(p, x), constant(term));
        }
        return p;
    }

    /** The factors of an exponential: {@code e^x = (rest + 1) * power}. */
    private record ProgramSplitter(Node isLow, Node rest, Node power) {}

    private ProgramSplitter parts(Node x) {
        Node least = constant(Exponential.LEAST);
        Node low = of(Op.LT, x, least);
        Node bounded = of(Op.SELECT, low, least, x);
        Node round = constant(Exponential.ROUND);
        Node rounded = add(mul(bounded, constant(Exponential.LOG2_E)), round);
        Node n = sub(rounded, round);
        Node high = sub(bounded, mul(n, constant(Exponential.LN2_HIGH)));
        Node r = sub(high, mul(n, constant(Exponential.LN2_LOW)));
        Node rest = add(mul(polynomial(r, Exponential.TERM_7, EXPONENTIAL), mul(r, r)), r);
        return new ProgramSplitter(low, rest, of(Op.POWER2, rounded));
    }

    private ProgramSplitter partsOfAny(Node x) {
        Node most = constant(Exponential.MOST);
        return parts(of(Op.SELECT, of(Op.GT, x, most), most, x));
    }

    private Node exponential(Node x) {
        return whole(partsOfAny(x));
    }

    private Node whole(ProgramSplitter of) {
        return of(Op.SELECT, of.isLow, constant(0), mul(add(of.rest, constant(1)), of.power));
    }

    private Node exponentialMinusOne(Node x) {
        ProgramSplitter of = partsOfAny(x);
        Node one = constant(1);
        Node high = of(Op.GT, x, constant(Exponential.MOST_MINUS_ONE));
        Node small = add(mul(of.rest, of.power), sub(of.power, one));
        Node large = mul(add(of.rest, one), of.power);
        return of(Op.SELECT, of.isLow, constant(-1), of(Op.SELECT, high, large, small));
    }

    private Node logarithm(Node x) {
        Node least = constant(Float.MIN_NORMAL);
        Node infinity = constant(Float.POSITIVE_INFINITY);
        Node zero = constant(0);
        Node e = of(Op.EXPONENT, mul(x, constant(Logarithm.EXPONENT_SCALE)));
        Node m = of(Op.SCALE, x, e);
        Node log2 = constant(Logarithm.LOG_2);
        Node exponent = mul(log2, e);
        Node exponentRest = fma(constant(Logarithm.LOG_2_REST), e, fma(log2, e, of(Op.NEG, exponent)));
        Node one = constant(1);
        Node top = sub(m, one);
        Node bottom = add(m, one);
        Node bottomRest = sub(m, sub(bottom, one));
        Node inverse = of(Op.DIV, one, bottom);
        Node q = mul(top, inverse);
        Node inverseRest = fma(of(Op.NEG, bottomRest), inverse, fma(of(Op.NEG, bottom), inverse, one));
        Node qRest = fma(q, inverseRest, fma(inverse, top, of(Op.NEG, q)));
        Node q2 = mul(q, q);
        Node series =
                fma(fma(constant(Logarithm.TERM_7), q2, constant(Logarithm.TERM_5)), q2, constant(Logarithm.TERM_3));
        Node two = constant(2);
        Node sum = add(exponent, mul(two, q));
        Node rest = add(add(add(sub(exponent, sum), mul(two, q)), exponentRest), mul(two, qRest));
        Node tail = mul(mul(q2, q), series);
        Node result = add(sum, tail);
        Node normal = add(result, add(add(sub(sum, result), tail), rest));
        Node tiny = of(Op.SELECT, of(Op.GE, x, zero), of(Op.NEG, infinity), constant(Float.NaN));
        return of(Op.SELECT, of(Op.GE, x, least), of(Op.SELECT, of(Op.LT, x, infinity), normal, infinity), tiny);
    }

    private Node sigmoid(Node x) {
        Node one = constant(1);
        Node e = whole(parts(of(Op.NEG, of(Op.ABS, x))));
        return of(Op.DIV, of(Op.SELECT, of(Op.GE, x, constant(0)), one, e), add(one, e));
    }

    private Node tanh(Node x) {
        Node one = constant(1);
        Node magnitude = of(Op.ABS, x);
        Node e = whole(parts(mul(constant(-2), magnitude)));
        Node far = of(Op.DIV, sub(one, e), add(one, e));
        Node square = mul(x, x);
        Node p = polynomial(square, Sigmoid.TANH_11, Sigmoid.TANH_9, Sigmoid.TANH_7, Sigmoid.TANH_5, Sigmoid.TANH_3);
        Node near = add(mul(mul(p, square), x), x);
        Node signed = of(Op.SELECT, of(Op.LT, x, constant(0)), of(Op.NEG, far), far);
        return of(Op.SELECT, of(Op.LT, magnitude, constant(Sigmoid.TANH_NEAR)), near, signed);
    }
}
