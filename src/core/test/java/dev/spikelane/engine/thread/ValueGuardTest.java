package dev.spikelane.engine.thread;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The version number changes exactly with the values. */
final class ValueGuardTest {

    @Test
    void changesAreCountedBeforeAnybodyComputes() {
        List<Long> seen = new ArrayList<>();
        ValueGuard[] made = {null};
        Runnable look = () -> seen.add(made[0].version());
        made[0] = new ValueGuard(
                new UseLocks(),
                () -> {
                    look.run();
                    return true;
                },
                look);
        made[0].change(() -> {});
        made[0].change(() -> {});
        assertEquals(List.of(0L, 1L, 1L, 2L), seen);
    }

    @Test
    void whatFailedHalfDoneCounts() {
        ValueGuard guard = new ValueGuard(new UseLocks());
        assertThrows(IllegalStateException.class, () -> guard.change(ValueGuardTest::fail));
        assertEquals(1, guard.version());
        assertThrows(IllegalStateException.class, () -> guard.changeHeld(ValueGuardTest::fail));
        assertEquals(2, guard.version());
    }

    @Test
    void whatWasRefusedDoesNotCount() {
        ValueGuard guard = new ValueGuard(new UseLocks(), () -> false, ValueGuardTest::fail);
        assertThrows(IllegalStateException.class, () -> guard.change(() -> {}));
        assertEquals(0, guard.version());
        guard.changeHeld(() -> {});
        assertEquals(1, guard.version());
    }

    @Test
    void aChangeWithinAChangeIsCountedToo() {
        ValueGuard guard = new ValueGuard(new UseLocks());
        guard.change(() -> {
            guard.change(() -> {});
            assertEquals(1, guard.version());
        });
        assertEquals(2, guard.version());
    }

    private static void fail() {
        throw new IllegalStateException("busy");
    }
}
