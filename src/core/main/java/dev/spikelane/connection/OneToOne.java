package dev.spikelane.connection;

import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import dev.spikelane.simd.Checks;
import java.util.Objects;

/**
 * Connects each input to the output of its number: {@code current_i = w_i} if input i fires, else 0; or
 * {@code w_i * x_i} for a value x.
 *
 * @param weights one weight for all, or one for each input, in torch's order; finite
 */
public record OneToOne(Parameter weights) implements Connection {

    /**
     * Creates a connection.
     *
     * @throws IllegalArgumentException if a weight is NaN or infinite
     */
    public OneToOne {
        weights.requireFinite("weight");
    }

    /**
     * Creates a connection.
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

    /**
     * {@return a connection that multiplies all values, or the value of all spikes, by a number that is not a weight}
     *
     * @param factor the factor, finite
     * @throws IllegalArgumentException if the factor is NaN or infinite
     */
    public static Scale scale(float factor) {
        return new Scale(factor);
    }

    /**
     * Multiplies all values, or the value of all spikes, by one number: {@code factor * x}.
     *
     * @param factor the factor, finite
     */
    public record Scale(float factor) implements Connection {

        /**
         * Creates a connection.
         *
         * @throws IllegalArgumentException if the factor is NaN or infinite
         */
        public Scale {
            Checks.finite("factor", factor);
        }

        @Override
        public Shape outputShape(Shape input) {
            return Objects.requireNonNull(input, "input");
        }

        @Override
        public String toString() {
            return "scale by " + factor;
        }
    }
}
