package dev.spikelane.memory.limit;

import static dev.spikelane.Failures.assertInvalid;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The limit of native memory, and what counts toward it. */
final class NativeMemoryTest {

    private static final long GIGABYTE = 1L << 30;

    @Test
    void aHolderIsOpenWhileOneOfItsArenasIs() {
        CountedArenas held = new CountedArenas(Owner.TRAINER);
        long open = Owner.TRAINER.open();
        long bytes = Owner.TRAINER.bytes();
        try (CountedArenas.Counted first = held.newArena()) {
            first.allocate(1_000, 64);
            try (CountedArenas.Counted second = held.newArena()) {
                second.allocate(200, 64);
                second.allocate(30, 64);
                assertEquals(230, second.bytes());
                assertEquals(open + 1, Owner.TRAINER.open());
                assertEquals(bytes + 1_230, Owner.TRAINER.bytes());
            }
            assertEquals(bytes + 1_000, Owner.TRAINER.bytes());
            assertEquals(open + 1, Owner.TRAINER.open());
            String declared = NativeMemory.describe();
            assertTrue(declared.contains((bytes + 1_000) + " bytes by " + (open + 1) + " open trainers, "), declared);
        }
        assertEquals(bytes, Owner.TRAINER.bytes());
        assertEquals(open, Owner.TRAINER.open());
    }

    @Test
    void theLimitIsWhatHeapAndMarginLeave() {
        assertEquals(16 * GIGABYTE - 2 * GIGABYTE - 4 * GIGABYTE, MemoryLimit.ofMachine(16 * GIGABYTE, 4 * GIGABYTE));
        assertEquals(4 * GIGABYTE, MemoryLimit.ofMachine(16 * GIGABYTE, 13 * GIGABYTE));
        assertTrue(MemoryLimit.ofMachine(Long.MAX_VALUE, GIGABYTE) > 1L << 60);
    }

    /** Tests do not set it, so it is the limit of the heap, whatever the machine has. */
    @Test
    void withoutAnArenaTheJvmHasALimitOfItsOwn() {
        assertEquals(Runtime.getRuntime().maxMemory(), MemoryLimit.withoutArena());
        long room = NativeMemory.roomWithoutArena(0);
        assertTrue(room > 0 && room <= Runtime.getRuntime().maxMemory(), "room " + room);
    }

    @Test
    void theLimitIsReadAsTheJvmReadsSizes() {
        assertEquals(1_234_567, MemoryLimit.parse("1234567"));
        assertEquals(300L << 20, MemoryLimit.parse("300m"));
        assertEquals(5L << 10, MemoryLimit.parse("5K"));
        assertEquals(2L << 40, MemoryLimit.parse("2t"));
        for (String wrong : List.of("", "0", "-1g", "m", "12x", "1.5g", "9999999999t")) {
            assertInvalid(
                    "-Dspikelane.maxNativeMemory is '" + wrong + "', expected bytes, or a number with k, m, g or t",
                    () -> MemoryLimit.parse(wrong));
        }
    }
}
