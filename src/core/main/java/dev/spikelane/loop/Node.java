package dev.spikelane.loop;

import java.util.List;

/**
 * A node of a {@link Graph}, which has each node once: nodes are compared by identity.
 *
 * @param id place in the graph; greater than those of the nodes that it takes, so that ascending ids are an order of
 *     computation, the written one
 * @param op what it does
 * @param value of a {@link Op#CONSTANT}, as written; else 0
 * @param name of a row or a shared parameter ({@link #isRow}); else empty
 * @param shift of a {@link Op#STEP}: steps behind the first of those that a program does at once
 * @param of the nodes that it takes, as many as {@link Op#arguments}
 * @param ofParameters whether it needs nothing but numbers and parameters
 */
public record Node(int id, Op op, double value, String name, int shift, List<Node> of, boolean ofParameters)
        implements Comparable<Node> {

    /** One of the nodes that it takes. */
    public Node of(int i) {
        return of.get(i);
    }

    /** Whether a row is read for it, or a parameter that neurons share. */
    public boolean isRow() {
        return op.isLeaf() && op != Op.CONSTANT;
    }

    /** Whether it is this number. */
    public boolean is(double constant) {
        return op == Op.CONSTANT && value == constant;
    }

    /** Whether it is 1 where a condition holds, its first argument, and 0 elsewhere, or the other way round. */
    public boolean isGate() {
        return op == Op.SELECT && (of(1).is(1) && of(2).is(0) || of(1).is(0) && of(2).is(1));
    }

    /** The order of computation. */
    @Override
    public int compareTo(Node other) {
        return Integer.compare(id, other.id);
    }

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return id;
    }

    @Override
    public String toString() {
        return switch (op) {
            case CONSTANT -> Float.toString((float) value);
            case PARAMETER, STATE, FLAG -> name;
            case STEP -> shift == 0 ? name : name + "[" + shift + "]";
            default -> op + of.stream().map(each -> "#" + each.id).toList().toString();
        };
    }
}
