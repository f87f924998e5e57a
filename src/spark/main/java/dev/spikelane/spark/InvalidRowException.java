package dev.spikelane.spark;

import org.jspecify.annotations.Nullable;

/** A row that cannot be classified: one line with its id, the column, what was found and what was expected. */
public final class InvalidRowException extends IllegalArgumentException {

    private static final long serialVersionUID = 1;

    InvalidRowException(String message) {
        super(message);
    }

    /** The row that a task has refused, without what Spark says around it; null if it failed for another reason. */
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
