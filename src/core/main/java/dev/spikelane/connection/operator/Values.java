package dev.spikelane.connection.operator;

import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.IntegerMatrix;

/** Named values of an owner, as a matrix in torch's layout. */
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
     * @throws IllegalArgumentException if its shape differs, a value is NaN or infinite, or, for integers, is not an
     *     integer times the scale; the values are unchanged then
     */
    void write(FloatMatrix from);

    /**
     * Copies the present values.
     *
     * @return an action that restores them
     */
    default Runnable undo() {
        FloatMatrix before = FloatMatrix.zeros(rows(), columns());
        read(before);
        return () -> write(before);
    }

    /**
     * Returns the type of an element.
     *
     * @return FLOAT32, or the type of integers, which {@link #read} dequantizes
     */
    default ElementType type() {
        return description().type();
    }

    /**
     * Copies integers and their scales.
     *
     * @return {@code [rows x columns]}
     * @throws IllegalStateException if elements are floats
     */
    default IntegerMatrix integers() {
        throw isNot("INT8, INT16, INT4 or TERNARY");
    }

    /**
     * Sets integers and their scales.
     *
     * @param from {@code [rows x columns]} of this type, with the same number of scales
     * @throws IllegalArgumentException if the shape, type or scales differ; the values are unchanged then
     * @throws IllegalStateException if elements are floats
     */
    default void write(IntegerMatrix from) {
        throw isNot("INT8, INT16, INT4 or TERNARY");
    }

    /**
     * Returns a count.
     *
     * @return 0 or more
     * @throws IllegalStateException if the value is not a count
     */
    default long count() {
        throw isNot("INT64");
    }

    /**
     * Sets a count.
     *
     * @param count 0 or more
     * @throws IllegalArgumentException if it is negative
     * @throws IllegalStateException if the value is not a count
     */
    default void write(long count) {
        throw isNot("INT64");
    }

    private IllegalStateException isNot(String expected) {
        return new IllegalStateException("'" + name() + "' has elements of " + type() + ", expected " + expected);
    }
}
