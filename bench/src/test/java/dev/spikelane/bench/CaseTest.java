package dev.spikelane.bench;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.Test;

class CaseTest {

    private final MemorySegment memory = Arena.ofAuto().allocate(8);

    @Test
    void contestantsThatAgreePass() {
        assertDoesNotThrow(of(writes(Contestant.JAVA, 7), writes(Contestant.SCALAR, 7))::verify);
    }

    @Test
    void anotherBitIsFound() {
        Case open = of(writes(Contestant.JAVA, 7), writes(Contestant.PYTORCH, 6));

        IllegalStateException failure = assertThrows(IllegalStateException.class, open::verify);
        assertEquals("PYTORCH leaves other bits in result 0 at byte 0", failure.getMessage());
    }

    @Test
    void nobodyPassesWithTheResultOfTheOneBefore() {
        Entry idle = new Entry(Contestant.SCALAR, () -> {}, memory);

        assertThrows(IllegalStateException.class, of(writes(Contestant.JAVA, 7), idle)::verify);
    }

    @Test
    void aContestantMustLeaveSomething() {
        Entry nothing = new Entry(Contestant.SCALAR, () -> {});

        assertThrows(IllegalStateException.class, of(writes(Contestant.JAVA, 7), nothing)::verify);
    }

    @Test
    void boundsAreNotCompared() {
        assertDoesNotThrow(of(writes(Contestant.JAVA, 7), new Entry(Contestant.ROOFLINE, () -> {}))::verify);
    }

    private Entry writes(Contestant contestant, int value) {
        return new Entry(contestant, () -> memory.set(ValueLayout.JAVA_INT, 0, value), memory);
    }

    private static Case of(Entry... entries) {
        return new Case() {
            @Override
            public List<Entry> entries() {
                return List.of(entries);
            }

            @Override
            public void close() {}
        };
    }
}
