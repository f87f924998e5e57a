package dev.spikelane.connection.kind;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Rows;
import java.util.Arrays;

/**
 * The nonzero weights of a connection.
 *
 * @param weights number of all weights
 * @param count number of nonzero weights
 * @param reach number of outputs that each input adds to through nonzero weights, in torch's order
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Nonzeros(long weights, long count, int... reach) {

    static Nonzeros of(FloatMatrix weights, int... reach) {
        long count = Arrays.stream(Rows.nonzeros(weights)).asLongStream().sum();
        return new Nonzeros((long) weights.rows() * weights.columns(), count, reach);
    }
}
