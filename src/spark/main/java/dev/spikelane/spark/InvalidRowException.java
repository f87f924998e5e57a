package dev.spikelane.spark;

/** A row that cannot be classified: one line with its id, the column, what was found and what was expected. */
public final class InvalidRowException extends IllegalArgumentException {

    private static final long serialVersionUID = 1;

    InvalidRowException(String message) {
        super(message);
    }
}
