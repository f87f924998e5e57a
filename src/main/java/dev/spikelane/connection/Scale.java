package dev.spikelane.connection;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.neuron.Parameter;
import java.lang.foreign.Arena;

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
        if (!Float.isFinite(factor)) {
            throw new IllegalArgumentException("factor is " + factor + ", expected a finite number");
        }
    }

    @Override
    public Shape outputShape(Shape input) {
        return input;
    }

    @Override
    public Operator bind(Arena arena, Shape rows, Parameter spikeValue) {
        FloatMatrix each = FloatMatrix.zeros(arena, 1, rows.size());
        each.fill(factor);
        return new ElementwiseOperator(toString(), rows, each, spikeValue, false);
    }

    @Override
    public String toString() {
        return "scale by " + factor;
    }
}
