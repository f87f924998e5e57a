package dev.spikelane.session;

import java.util.Objects;
import java.util.Optional;

/**
 * The key of a session in a {@link SessionStore}: a number or a name.
 *
 * @param number the number; 0 for a name
 * @param name the name, of at most 20,000 characters; none for a number
 */
public record SessionKey(long number, Optional<String> name) {

    static final int LONGEST_NAME = 20_000;

    /**
     * Checks the name.
     *
     * @throws IllegalArgumentException if the name is too long, or the number of a name is not 0
     */
    public SessionKey {
        int length = name.map(String::length).orElse(0);
        if (length > LONGEST_NAME) {
            throw new IllegalArgumentException("name has " + length + " characters, expected at most " + LONGEST_NAME);
        }
        if (name.isPresent() && number != 0) {
            throw new IllegalArgumentException("key has a name and the number " + number + ", expected one of them");
        }
    }

    /**
     * Returns the key of a number.
     *
     * @param number any number
     * @return a key
     */
    public static SessionKey of(long number) {
        return new SessionKey(number, Optional.empty());
    }

    /**
     * Returns the key of a name.
     *
     * @param name any text of at most 20,000 characters
     * @return a key
     * @throws IllegalArgumentException if the name is longer
     */
    public static SessionKey of(String name) {
        return new SessionKey(0, Optional.of(Objects.requireNonNull(name, "name")));
    }

    @Override
    public String toString() {
        return name.map(text -> "'" + text + "'").orElseGet(() -> String.valueOf(number));
    }
}
