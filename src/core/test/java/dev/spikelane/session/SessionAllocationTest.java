package dev.spikelane.session;

import static dev.spikelane.Allocations.assertNone;
import static dev.spikelane.fixture.Layer.dense;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.Alone;
import dev.spikelane.Matrices;
import dev.spikelane.fixture.Networks;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.EarlyExit;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import java.lang.foreign.Arena;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Steps of existing sessions do not allocate on the heap. */
@Alone
final class SessionAllocationTest {

    private static final int SESSIONS = 90;

    private double sum;

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "INT8"})
    void steps(ElementType type) {
        Network floats = Networks.of(100, dense(130, new Leaky(0.9f).withThreshold(0.2f)), dense(10, new Leaky(0.9f)));
        Network network = type == ElementType.FLOAT32 ? floats : floats.quantized(type);
        try (Arena arena = Arena.ofShared();
                SessionPool pool = SessionPool.builder(network)
                        .threads(2)
                        .decision(EarlyExit.exact(1_000_000))
                        .metrics((_, value) -> sum += value)
                        .receipts()
                        .build()) {
            SpikeMatrix input = Matrices.spikes(arena, SESSIONS, 100, 0.2, new Random(1));
            SessionPool.Answers answers = pool.newAnswers(SESSIONS);
            long[] keys = LongStream.range(0, SESSIONS).toArray();
            assertNone(30, () -> {
                for (int i = 0; i < SESSIONS; i++) {
                    keys[i] = (keys[i] + 1) % 1000;
                }
                pool.step(keys, input, answers);
            });
            assertTrue(sum > 0, "no metrics");
        }
    }
}
