package dev.spikelane.loop;

import java.util.List;

/**
 * A node of a {@link Graph}. A graph has each node once, so nodes are compared by identity.
 *
 * @param id index in the graph, greater than the ids of the arguments: ascending ids are the order of computation
 * @param value the number of a {@link Op#CONSTANT} as written; else 0
 * @param name the name of a row or a shared parameter ({@link #isRow}); else empty
 * @param shift steps after the first step of the program, for a {@link Op#STEP}
 * @param ofParameters true if the node depends only on numbers and parameters
 */
public record Node(int id, Op op, double value, String name, int shift, List<Node> of, boolean ofParameters)
        implements Comparable<Node> {

    public Node of(int i) {
        return of.get(i);
    }

    /** Returns true if the node reads a row or a parameter that neurons share. */
    public boolean isRow() {
        return op.isLeaf() && op != Op.CONSTANT;
    }

    public boolean is(double constant) {
        return op == Op.CONSTANT && value == constant;
    }

    /** Returns true for a choice between 1 and 0 by a condition, the first argument. */
    public boolean isGate() {
        return op == Op.SELECT && (of(1).is(1) && of(2).is(0) || of(1).is(0) && of(2).is(1));
    }

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
