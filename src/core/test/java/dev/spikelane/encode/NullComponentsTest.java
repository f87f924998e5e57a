package dev.spikelane.encode;

import static dev.spikelane.Failures.assertMessage;

import dev.spikelane.EveryWidth;
import org.junit.jupiter.api.Test;

/** Constructors report null components, not later uses. */
@SuppressWarnings("NullAway")
@EveryWidth
final class NullComponentsTest {

    @Test
    void areNamedWhenARecordIsMade() {
        assertMessage(NullPointerException.class, "pattern", () -> new TargetRate(0.5, 0, null));
        assertMessage(NullPointerException.class, "pattern", () -> new RateTargets().withSpikes(0, null));
        assertMessage(NullPointerException.class, "latency", () -> new Latency.Targets(null).withTargets(1, 0));
    }
}
