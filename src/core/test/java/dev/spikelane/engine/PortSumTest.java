package dev.spikelane.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.choose.CostConstants;
import dev.spikelane.choose.StageChoice;
import dev.spikelane.connection.operator.Scratch;
import dev.spikelane.engine.signal.RunSize;
import dev.spikelane.engine.signal.SignalHistory;
import dev.spikelane.fixture.Networks;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.lang.foreign.Arena;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Threads share the currents of a population from a number of products or an estimated time on. */
@EveryWidth
final class PortSumTest {

    /**
     * 31 spikes of 784 -> 1000 take 4,844 ns at 10 ns for 64 outputs, 33 take 5,156. Four rows are shared because of
     * their size.
     */
    @ParameterizedTest
    @CsvSource({
        "1, 10, 31, false",
        "1, 10, 33, true",
        "1, 20, 15, false",
        "1, 20, 17, true",
        "3, 10, 31, false",
        "3, 10, 33, true",
        "3, 0, 32, false",
        "4, 0, 0, true"
    })
    void threadsShareByEstimatedTime(int rows, double ofSpike, int spikes, boolean shared) {
        assertEquals(shared, worthSharing(rows, ofSpike, spikes, false));
    }

    /** Currents that were computed before a call take no time, for any number of spikes. */
    @Test
    void heldCurrentsTakeNoTime() {
        assertTrue(worthSharing(1, 10, 784, false));
        assertFalse(worthSharing(1, 10, 784, true));
    }

    private static boolean worthSharing(int rows, double ofSpike, int spikes, boolean held) {
        CostConstants before = CostConstants.inUse();
        CostConstants costs = CostConstants.of("active=0/0/" + ofSpike + "/1");
        assumeTrue(CostConstants.fix(costs), "constants are not fixed");
        try (Arena arena = Arena.ofShared()) {
            Network network = Networks.dense(new TorchRandom(1), new Leaky(0.9f), 784, 1_000);
            LaidOutNetwork laidOut = network.laidOut();
            SpikeMatrix source = SpikeMatrix.zeros(arena, rows, 784);
            for (int i = 0; i < spikes; i++) {
                source.set(i % rows, i / rows, true);
            }
            ChainRun chain = new ChainRun(laidOut.chain(0).operators(), arena, Scratch.of(arena, 2));
            InputRun input = new InputRun(
                    laidOut.description().inputs().getFirst(), arena, rows, SignalHistory.Steps.fixed(0, 1));
            if (held) {
                input.openFrame(source, false);
            } else {
                input.open(source);
                input.load(source, 0, 1);
            }
            RunSize size = RunSize.forward(1, rows, 2);
            ProjectionRun term =
                    new ProjectionRun(laidOut.description().projections().getFirst(), chain, input, arena, size);
            term.open();
            double alone = new PortSum(List.of(term), 1_000, arena, size, null).alone(0, 1);
            return StageChoice.shared(alone, 2) < alone;
        } finally {
            CostConstants.fix(before);
        }
    }
}
