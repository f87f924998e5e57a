package dev.spikelane.spark;

/** A row that cannot be classified: one line with its id, the column, what was found and what was expected. */
public final class InvalidRowException extends IllegalArgumentException {

    private static final long serialVersionUID = 1;

    InvalidRowException(String message) {
        super(message);
    }

    /** The row that a task has refused, without what Spark says around it, or what it threw for another reason. */
    static RuntimeException of(Exception failed) throws RuntimeException {
        for (Throwable each = failed; each != null; each = each.getCause()) {
            if (each instanceof InvalidRowException row) {
                return new InvalidRowException(row.getMessage());
            }
        }
        return InvalidRowException.<RuntimeException>unchanged(failed);
    }

    @SuppressWarnings("unchecked") // Spark throws checked exceptions that it does not declare
    private static <E extends Exception> E unchanged(Exception failed) throws E {
        throw (E) failed;
    }
}
