package dev.spikelane.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.spikelane.Alone;
import dev.spikelane.choose.Chooser;
import dev.spikelane.choose.StageChoice;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Concurrent warm-ups of networks. */
@Alone
final class JitWarmUpTest {

    private final Chooser chooser = new Chooser(System::nanoTime, null);

    /** Returns true if a stage that threads may share is measured. */
    private boolean isMeasured(int place) {
        StageChoice stage = new StageChoice(chooser, 2, place);
        stage.shares(20_000);
        boolean measured = stage.now() != 0;
        stage.met();
        return measured;
    }

    @Test
    void whoeverEndsDoesNotEndItForOthers() {
        List<Boolean> measured = new ArrayList<>();
        JitWarmUp.run(Duration.ofSeconds(1), () -> {
            if (measured.isEmpty()) {
                measured.add(isMeasured(1));
                JitWarmUp.run(Duration.ZERO, () -> {});
                measured.add(isMeasured(1));
            }
        });
        measured.add(isMeasured(1));
        assertEquals(List.of(true, true, false), measured);
    }

    /** Each round meets a new stage, and takes as long as the previous round. */
    @Test
    void whoeverEndsDoesNotSettleItForOthers() {
        AtomicInteger rounds = new AtomicInteger();
        assertFalse(JitWarmUp.run(Duration.ofSeconds(1), () -> {
            isMeasured(rounds.incrementAndGet());
            JitWarmUp.run(Duration.ZERO, () -> {});
            LockSupport.parkNanos(20_000_000);
        }));
    }
}
