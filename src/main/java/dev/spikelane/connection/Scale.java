package dev.spikelane.connection;

import dev.spikelane.memory.Shape;
import dev.spikelane.simd.Checks;
import java.util.Objects;

/**
 * Multiplies all values, or what all spikes carry, by one number, which is no weight: {@code factor * x}.
 *
 * @param factor the factor, finite
 */
public record Scale(float factor) implements Connection {

    /**
     * Makes a connection.
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
