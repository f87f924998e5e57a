package dev.spikelane.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.encode.Latency;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Encodings are found by the names in model notes. */
final class InputEncodingTest {

    @Test
    void aLatencyCodeSaysItsOptions() {
        Latency plain = new Latency();
        List<Latency> each = List.of(
                plain,
                plain.withThreshold(.25),
                plain.withTau(0x1.123456789abcp2),
                plain.withFirstSpikeTime(3),
                plain.withLinear(true),
                plain.withLinear(true).withNormalize(true),
                plain.withEpsilon(1e-5),
                plain.withClip(true).withTau(2),
                plain.withDropLate(true).withFirstSpikeTime(1).withThreshold(.1));
        for (Latency latency : each) {
            String word = InputEncoding.latency(latency, 9).word();
            assertEquals(latency, LatencyInput.named(word), word);
            assertEquals(word, InputEncoding.named(word, 9).word());
        }
        assertEquals(
                each.size(),
                each.stream()
                        .map(latency -> InputEncoding.latency(latency, 9).word())
                        .distinct()
                        .count());
        assertEquals("latency", InputEncoding.latency(plain, 9).word());
        assertEquals(
                "latency(tau=2.0, clip=true)",
                InputEncoding.latency(plain.withClip(true).withTau(2), 9).word());
    }

    @Test
    void otherOptionsAreRefused() {
        for (String word : List.of(
                "latency()",
                "latency(tau)",
                "latency(tau=x)",
                "latency(clip=1)",
                "latency(hue=1)",
                "latency(tau=-1)",
                "latency(tau=1",
                "latencies")) {
            Exception refused = assertThrows(IllegalArgumentException.class, () -> InputEncoding.named(word, 9), word);
            assertTrue(String.valueOf(refused.getMessage()).length() > 20, word);
        }
    }
}
