package dev.spikelane.connection.operator;

import dev.spikelane.memory.FloatMatrix;

/** Weights that have a name and an owner, seen as a matrix in torch's layout. */
public interface Values {

    /**
     * Returns the name.
     *
     * @return the name among those of the same owner, such as {@code weight}
     */
    String name();

    /**
     * Returns the number of rows.
     *
     * @return rows; outputs, for the weights of a dense connection
     */
    int rows();

    /**
     * Returns the number of columns.
     *
     * @return columns; inputs, for the weights of a dense connection
     */
    int columns();

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
     * @throws IllegalArgumentException if its shape differs or a value is NaN or infinite; the values are what they were then
     */
    void write(FloatMatrix from);
}
