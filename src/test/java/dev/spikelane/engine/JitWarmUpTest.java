package dev.spikelane.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.Alone;
import dev.spikelane.kernel.product.spike.Choice;
import dev.spikelane.kernel.product.spike.Chooser;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Networks that warm up at the same time. */
@Alone
final class JitWarmUpTest {

    private final Chooser chooser = new Chooser(System::nanoTime, null);

    /** Whether a stage that threads may share is measured. */
    private boolean isMeasured() {
        Choice stage = new Choice(chooser, 2, 1);
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
                measured.add(isMeasured());
                JitWarmUp.run(Duration.ZERO, () -> {});
                measured.add(isMeasured());
            }
        });
        measured.add(isMeasured());
        assertEquals(List.of(true, true, false), measured);
    }
}
