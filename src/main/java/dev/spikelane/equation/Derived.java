package dev.spikelane.equation;

import dev.spikelane.loop.Node;
import java.util.List;

/**
 * A parameter that follows from others: computed in float64, then rounded once to float32.
 *
 * @param of the expression, of parameters alone; or, in rows, the entries of a square matrix
 * @param size rows of the matrix; 0 for an expression
 * @param row that of the entry of the matrix's exponential which this is
 * @param column that of the entry
 */
public record Derived(List<Node> of, int size, int row, int column) {

    /** An expression. */
    static Derived expression(Node of) {
        return new Derived(List.of(of), 0, 0, 0);
    }

    /** Whether it is an expression, which has derivatives. */
    public boolean isExpression() {
        return size == 0;
    }
}
