package dev.spikelane.spark;

import org.jspecify.annotations.Nullable;

/**
 * Thrown if a row cannot be classified. The message is one line: the row's id, the column, the value found and the
 * value expected.
 */
public final class InvalidRowException extends IllegalArgumentException {

    private static final long serialVersionUID = 1;

    InvalidRowException(String message) {
        super(message);
    }

    /**
     * Returns the exception of an invalid row without Spark's wrapping text; null if the task failed for another
     * reason.
     */
    @Nullable
    static InvalidRowException in(Throwable failed) {
        for (Throwable each = failed; each != null; each = each.getCause()) {
            if (each instanceof InvalidRowException row) {
                return new InvalidRowException(row.getMessage());
            }
        }
        return null;
    }
}
