package dev.spikelane.connection.kind;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.IntegerMatrix;
import java.io.IOException;

/** The values of one connection in a file, by their names within the connection, such as {@code weight}. */
public interface StoredValues {

    /**
     * Reads finite values of some torch dimensions as floats, {@code [first dimension x the rest]}, or a row for one
     * dimension.
     *
     * @throws IOException if they are missing or have another shape or type
     */
    FloatMatrix floats(String value, int dimensions) throws IOException;

    /** Reads integers, as {@link #floats} reads floats. */
    IntegerMatrix integers(String value, int dimensions) throws IOException;

    /** Returns true if the file has integers, and the caller wants them although the connection could hold floats. */
    boolean staysInteger(String value);

    /** Returns the name among all tensors, such as {@code fc1.weight}. */
    String tensor(String value);
}
