package dev.spikelane.memory;

import static dev.spikelane.Failures.assertIllegalState;
import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Failures.onOtherThread;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.Allocations;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What both kinds of matrices have in common. */
final class SignalTest {

    @Test
    void otherThreadsMayUseWhatIsNotConfined() {
        try (Arena confined = Arena.ofConfined();
                Arena shared = Arena.ofShared()) {
            for (Signal signal : both(confined)) {
                assertFalse(signal.isShared());
                assertFalse(signal.rows(1, 1).isShared());
                assertInvalid(
                        "the arena of weights is confined to one thread, expected Arena.ofShared(), or no arena for memory "
                                + "that is freed by itself",
                        () -> signal.requireShared("weights"));
            }
            for (Arena arena : List.of(shared, Arena.ofAuto(), Arena.global())) {
                for (Signal signal : both(arena)) {
                    assertTrue(signal.isShared());
                    signal.requireShared("weights");
                }
            }
        }
        assertTrue(FloatMatrix.zeros(2, 3).isShared());
        assertTrue(SpikeMatrix.zeros(2, 3).isShared());
    }

    @Test
    void askingAllocatesNothing() {
        try (Arena arena = Arena.ofConfined()) {
            FloatMatrix values = FloatMatrix.zeros(arena, 2, 3);
            SpikeMatrix spikes = SpikeMatrix.zeros(2, 3);
            Allocations.assertNone(1000, () -> {
                if (values.isShared()) {
                    throw new AssertionError("a confined arena is shared");
                }
                spikes.requireShared("spikes");
                spikes.requireShape("spikes", 2, 3);
            });
        }
    }

    @Test
    void wordsAreRows() {
        try (Arena arena = Arena.ofConfined()) {
            FloatMatrix values = FloatMatrix.zeros(arena, 2, 192);
            SpikeMatrix spikes = SpikeMatrix.zeros(arena, 2, 192);
            values.set(1, 70, 3);
            spikes.set(1, 70, true);
            assertEquals(6, values.inRowsOf(64).rows());
            assertEquals(3, values.inRowsOf(64).get(4, 6));
            assertTrue(spikes.inRowsOf(64).get(4, 6));
            assertEquals(1, spikes.inRowsOf(64).count());
            assertEquals(2, spikes.inRowsOf(192).rows());
            assertSame(
                    spikes.rows(1, 1).segment().address() + Long.BYTES,
                    spikes.inRowsOf(64).rows(4, 1));
            for (Signal signal : List.of(values, spikes)) {
                for (int narrower : new int[] {0, 32, 128}) {
                    assertInvalid(
                            "rows have 192 columns, expected a multiple of " + narrower + ", which is a multiple of 64",
                            () -> signal.inRowsOf(narrower));
                }
            }
            Allocations.assertNone(1000, () -> {
                // of two widths in turns, as maps of other channels take turns in a thread's memory
                if (values.inRowsOf(64).rows() + spikes.inRowsOf(64).rows() != 12
                        || values.inRowsOf(192).rows() + spikes.inRowsOf(192).rows() != 4) {
                    throw new AssertionError("other rows");
                }
            });
        }
    }

    private static void assertSame(long address, SpikeMatrix view) {
        assertEquals(address, view.segment().address());
    }

    @Test
    void closedArenaIsNamed() {
        Arena arena = Arena.ofConfined();
        FloatMatrix values = FloatMatrix.zeros(arena, 2, 3);
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, 2, 3);
        arena.close();
        for (Signal signal : List.of(values, spikes)) {
            assertClosed("input", () -> signal.requireShape("input", 2, 3));
            assertClosed("input", () -> signal.requireAccessible("input"));
        }
        assertClosed("input", () -> values.requireFinite("input"));
        assertClosed("FloatMatrix [2 x 3]", () -> values.fill(1));
        assertClosed("FloatMatrix [2 x 3]", () -> values.copyFrom(new float[6]));
        assertClosed("FloatMatrix [2 x 3]", () -> values.copyFrom(FloatMatrix.zeros(2, 3)));
        assertClosed("source", () -> FloatMatrix.zeros(2, 3).copyFrom(values));
        assertClosed("FloatMatrix [2 x 3]", values::toArray);
        assertClosed("SpikeMatrix [2 x 3]", spikes::clear);
        assertClosed("SpikeMatrix [2 x 3]", spikes::density);
        assertClosed("SpikeMatrix [1 x 3]", () -> spikes.rows(0, 1).toArray());
        assertClosed("SpikeMatrix [2 x 3]", () -> spikes.copyFrom(new byte[6]));
        assertClosed("SpikeMatrix [2 x 3]", () -> spikes.copyFrom(SpikeMatrix.zeros(2, 3)));
        assertClosed("source", () -> SpikeMatrix.zeros(2, 3).copyFrom(spikes));
    }

    @Test
    void confinedArenaOfAnotherThreadIsNamed() {
        try (Arena arena = Arena.ofConfined()) {
            List<Consumer<Signal>> uses = List.of(signal -> signal.requireAccessible("SIGNAL"), signal -> {
                switch (signal) {
                    case FloatMatrix values -> values.fill(1);
                    case SpikeMatrix spikes -> spikes.clear();
                }
            });
            for (Signal signal : both(arena)) {
                for (Consumer<Signal> use : uses) {
                    Throwable thrown = onOtherThread("stranger", () -> use.accept(signal));
                    assertInstanceOf(WrongThreadException.class, thrown);
                    assertEquals(
                            "the arena of SIGNAL is confined to another thread, expected Arena.ofShared() for use from stranger",
                            thrown.getMessage().replaceFirst("\\w+Matrix \\[2 x 3\\]", "SIGNAL"));
                }
            }
        }
    }

    private static List<Signal> both(Arena arena) {
        return List.of(FloatMatrix.zeros(arena, 2, 3), SpikeMatrix.zeros(arena, 2, 3));
    }

    private static void assertClosed(String name, Runnable use) {
        assertIllegalState("the arena of " + name + " is closed", use::run);
    }
}
