package dev.spikelane.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.engine.session.KeySlots;
import dev.spikelane.engine.session.SessionTable;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Keys map to numbers as in a HashMap, and each slot has one key. */
final class SessionTableProperties {

    @Property(tries = 20)
    void keysHaveWhatAMapHas(@ForAll long seed) {
        Random random = new Random(seed);
        KeySlots slots = new KeySlots();
        Map<Long, Integer> expected = new HashMap<>();
        long scale = random.nextBoolean() ? 1 : 0x1_0000_0001L << random.nextInt(31); // colliding keys
        for (int call = 0; call < 600; call++) {
            long key = random.nextInt(120) * scale;
            if (random.nextInt(3) == 0) {
                Integer removed = expected.remove(key);
                assertEquals(removed == null ? KeySlots.NONE : removed, slots.remove(key));
            } else {
                int number = random.nextInt(40) + KeySlots.LEAST;
                slots.put(key, number);
                expected.put(key, number);
            }
            assertEquals(expected.size(), slots.size());
        }
        for (int i = 0; i < 120; i++) {
            assertEquals(expected.getOrDefault(i * scale, KeySlots.NONE), slots.get(i * scale));
        }
        assertArrayEquals(
                expected.keySet().stream().mapToLong(key -> key).sorted().toArray(),
                Arrays.stream(slots.keys()).sorted().toArray());
    }

    @Property(tries = 10)
    void theSessionThatMakesRoomIsIdleForLong(@ForAll long seed) {
        Random random = new Random(seed);
        SessionTable table = new SessionTable(bytes -> MemorySegment.ofArray(new long[(int) bytes / 8]), 1 << 19, 40);
        long now = 0;
        for (int key = 0; key < 40; key++) {
            now++;
            table.use(table.take(key), now);
        }
        for (int call = 0; call < 30; call++) {
            now++;
            int used = random.nextInt(40);
            if (table.find(used) >= 0) {
                table.use(table.find(used), now);
            }
            int idle = table.idle(now);
            long key = table.key(idle);
            assertTrue(key != used && table.find(key) == idle);
            int longer = 0;
            for (int other = 0; other < 40; other++) {
                longer += table.find(other) >= 0 && table.used(table.find(other)) < table.used(idle) ? 1 : 0;
            }
            assertTrue(longer <= 26, longer + " were idle for longer");
            table.free(idle, true);
            assertEquals(SessionTable.ELSEWHERE, table.find(key));
            table.use(table.take(key), now);
            assertEquals(40, table.size());
            assertEquals(40, table.inMemory());
        }
    }
}
