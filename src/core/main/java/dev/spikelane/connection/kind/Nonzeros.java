package dev.spikelane.connection.kind;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Rows;
import java.util.Arrays;

/**
 * The weights of a connection other than 0.
 *
 * @param weights how many weights there are, those that are 0 among them
 * @param count how many are not 0
 * @param reach to how many outputs each input adds by these, in torch's order
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record Nonzeros(long weights, long count, int... reach) {

    static Nonzeros of(FloatMatrix weights, int... reach) {
        long count = Arrays.stream(Rows.nonzeros(weights)).asLongStream().sum();
        return new Nonzeros((long) weights.rows() * weights.columns(), count, reach);
    }
}
