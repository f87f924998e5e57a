package dev.spikelane.connection.kind;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.IntegerMatrix;
import java.io.IOException;

/** The values that a file has for one connection, by their names among its own. */
public interface StoredValues {

    /**
     * Reads values as floats.
     *
     * @param value the name, such as {@code weight}
     * @param dimensions how many dimensions they have in torch
     * @return {@code [first dimension x the rest]}, or a row, if there is only one; finite
     * @throws IOException if the file has none that fit
     */
    FloatMatrix floats(String value, int dimensions) throws IOException;

    /**
     * Reads values as the integers that they are.
     *
     * @param value the name
     * @param dimensions how many dimensions they have in torch
     * @return {@code [first dimension x the rest]}
     * @throws IOException if the file has none that fit
     */
    IntegerMatrix integers(String value, int dimensions) throws IOException;

    /**
     * Tells whether integers of a file are to stay integers where a connection of floats could hold them too.
     *
     * @param value the name
     * @return whether the file has integers, and they are wanted
     */
    boolean staysInteger(String value);

    /**
     * Returns the name of values in a file.
     *
     * @param value the name
     * @return the name among all tensors, such as {@code fc1.weight}
     */
    String tensor(String value);
}
