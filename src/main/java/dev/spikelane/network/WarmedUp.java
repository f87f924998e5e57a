package dev.spikelane.network;

import java.time.Duration;
import java.util.Objects;

/**
 * What came of {@link Network#warmUp(int)}.
 *
 * @param time how long it took
 * @param settled whether the last rounds took alike long, all but one, and next to nothing was compiled meanwhile; false if the time was over before, as on a busy machine or
 *     with less than a whole core: the next calls get faster for a while
 */
public record WarmedUp(Duration time, boolean settled) {

    /** Makes a result. */
    public WarmedUp {
        Objects.requireNonNull(time, "time");
    }
}
