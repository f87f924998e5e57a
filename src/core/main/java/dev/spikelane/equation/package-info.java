/**
 * Neurons described by equations. A text becomes an expression graph. The graph becomes programs of
 * {@link dev.spikelane.loop}, the backward pass, numbers in float64, and C. Not exported.
 *
 * <pre>{@code
 * text -> Lexer -> EquationParser -> Equations (a Graph of Nodes, as written)
 *                                       |-> DoubleProgram                      what follows from parameters
 *                                       |-> Program, as written -> Interpreter  float32: the specification
 *                                       '-> Program, lowered    -> loops        float32: the same bits
 * }</pre>
 */
@NullMarked
package dev.spikelane.equation;

import org.jspecify.annotations.NullMarked;
