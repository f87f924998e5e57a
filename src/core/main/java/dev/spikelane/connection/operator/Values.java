package dev.spikelane.connection.operator;

import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.IntegerMatrix;

/**
 * Named values of an owner, as a matrix in torch's layout. Methods throw an {@link IllegalArgumentException} if a shape
 * or a value does not fit, and change nothing then; methods of another type of elements throw an
 * {@link IllegalStateException}.
 */
public interface Values {

    ValueDescription description();

    default String name() {
        return description().name();
    }

    /** Returns torch's first dimension, if there are several; the outputs of dense weights. */
    default int rows() {
        return description().rows();
    }

    /** Returns the product of torch's other dimensions; the inputs of dense weights. */
    default int columns() {
        return description().columns();
    }

    /** Copies the values out. */
    void read(FloatMatrix into);

    /** Copies finite values in; for integers, integers times the scale. */
    void write(FloatMatrix from);

    /** Returns an action that restores the present values. */
    default Runnable undo() {
        FloatMatrix before = FloatMatrix.zeros(rows(), columns());
        read(before);
        return () -> write(before);
    }

    default ElementType type() {
        return description().type();
    }

    /** Copies integers and their scales. */
    default IntegerMatrix integers() {
        throw isNot("INT8, INT16, INT4 or TERNARY");
    }

    /** Sets integers of this type and as many scales. */
    default void write(IntegerMatrix from) {
        throw isNot("INT8, INT16, INT4 or TERNARY");
    }

    default long count() {
        throw isNot("INT64");
    }

    default void write(long count) {
        throw isNot("INT64");
    }

    private IllegalStateException isNot(String expected) {
        return new IllegalStateException("'" + name() + "' has elements of " + type() + ", expected " + expected);
    }
}
