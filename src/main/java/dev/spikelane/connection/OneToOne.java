package dev.spikelane.connection;

import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import java.util.Objects;

/**
 * Connects each input to the output of the same number: {@code current_i = w_i} where input i fires and 0 where it does
 * not, or {@code w_i * x_i} for a value x.
 *
 * @param weights one weight for all, or one for each input, in torch's order; finite
 */
public record OneToOne(Parameter weights) implements Connection {

    /**
     * Makes a connection.
     *
     * @throws IllegalArgumentException if a weight is NaN or infinite
     */
    public OneToOne {
        weights.requireFinite("weight");
    }

    /**
     * Makes a connection.
     *
     * @param weights one weight for all, or one for each input; finite
     * @throws IllegalArgumentException if a weight is NaN or infinite, or there is none
     */
    public OneToOne(float... weights) {
        this(Parameter.of(Objects.requireNonNull(weights, "weights")));
    }

    @Override
    public Shape outputShape(Shape input) {
        if (weights.count() != 1 && weights.count() != input.size()) {
            throw new IllegalArgumentException(
                    "one to one has " + weights.count() + " weights, expected 1 or " + input.size() + " for " + input);
        }
        return Objects.requireNonNull(input, "input");
    }

    @Override
    public String toString() {
        return "one to one";
    }
}
