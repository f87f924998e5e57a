package dev.spikelane.connection.operator;

import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.IntegerMatrix;

/** Weights that have a name and an owner, seen as a matrix in torch's layout. */
public interface Values {

    /**
     * Returns their description.
     *
     * @return name, torch's shape, type and role
     */
    ValueDescription description();

    /**
     * Returns the name.
     *
     * @return the name among those of the same owner, such as {@code weight}
     */
    default String name() {
        return description().name();
    }

    /**
     * Returns the number of rows.
     *
     * @return torch's first dimension, if there are several; outputs, for the weights of a dense connection
     */
    default int rows() {
        return description().rows();
    }

    /**
     * Returns the number of columns.
     *
     * @return torch's other dimensions; inputs, for the weights of a dense connection
     */
    default int columns() {
        return description().columns();
    }

    /**
     * Copies the values out.
     *
     * @param into {@code [rows x columns]}, overwritten
     * @throws IllegalArgumentException if its shape differs
     */
    void read(FloatMatrix into);

    /**
     * Copies values in.
     *
     * @param from {@code [rows x columns]}, finite
     * @throws IllegalArgumentException if its shape differs, a value is NaN or infinite, or is no integer times the
     *     scale where elements are integers; the values are unchanged then
     */
    void write(FloatMatrix from);

    /**
     * Keeps the present values.
     *
     * @return an action that puts them back
     */
    default Runnable undo() {
        FloatMatrix before = FloatMatrix.zeros(rows(), columns());
        read(before);
        return () -> write(before);
    }

    /**
     * Returns the type of an element.
     *
     * @return FLOAT32, or the type of the integers behind the values that {@link #read} widens
     */
    default ElementType type() {
        return description().type();
    }

    /**
     * Copies integers and their scales out.
     *
     * @return {@code [rows x columns]}
     * @throws IllegalStateException if elements are floats
     */
    default IntegerMatrix integers() {
        throw isNot("INT8, INT16, INT4 or TERNARY");
    }

    /**
     * Copies integers and their scales in.
     *
     * @param from {@code [rows x columns]} of the same type, with as many scales
     * @throws IllegalArgumentException if it does not fit; the values are unchanged then
     * @throws IllegalStateException if elements are floats
     */
    default void write(IntegerMatrix from) {
        throw isNot("INT8, INT16, INT4 or TERNARY");
    }

    /**
     * Returns a whole number that is counted.
     *
     * @return 0 or more
     * @throws IllegalStateException if elements are others
     */
    default long count() {
        throw isNot("INT64");
    }

    /**
     * Takes another number.
     *
     * @param count 0 or more
     * @throws IllegalArgumentException if it is negative
     * @throws IllegalStateException if elements are others
     */
    default void write(long count) {
        throw isNot("INT64");
    }

    private IllegalStateException isNot(String expected) {
        return new IllegalStateException("'" + name() + "' has elements of " + type() + ", expected " + expected);
    }
}
