package dev.spikelane.engine.session;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.LongFunction;

/**
 * The packed states of sessions, in slots of native memory that is taken a piece at a time and stays where it is; and
 * for each key its slot, or that its state is elsewhere.
 */
public final class SessionTable {

    /** The number of a key whose state is elsewhere. */
    public static final int ELSEWHERE = KeySlots.LEAST;

    /** Rows of a session start at a cache line. */
    private static final int LINE = 64;

    private static final long BYTES_OF_PIECE = 4L << 20;
    /** Of so many sessions the one that was idle for longest makes room. */
    private static final int LOOKED_AT = 16;

    private final KeySlots slots = new KeySlots();
    private final LongFunction<MemorySegment> allocator;
    private final long stride;
    /** Of the number of slots of a piece the logarithm. */
    private final int shift;

    private MemorySegment[] pieces = {};
    private int count;
    private long[] keys = {};
    /** When each slot was used for the last time. */
    private long[] used = {};
    /** When the state of each slot was last written elsewhere. */
    private long[] stored = {};
    /** The slots that are free, the last of which is taken first. */
    private int[] free = {};

    private int frees;
    private int hand;

    /**
     * Starts without a session.
     *
     * @param allocator gives zeroed memory of some bytes
     * @param bytes of a packed state
     * @param most sessions that there will be
     */
    public SessionTable(LongFunction<MemorySegment> allocator, long bytes, int most) {
        this.allocator = allocator;
        this.stride = Math.ceilDiv(bytes, LINE) * LINE;
        long wanted = Math.max(1, Math.min(BYTES_OF_PIECE / stride, most));
        this.shift = Long.SIZE - 1 - Long.numberOfLeadingZeros(wanted);
    }

    /** Returns all sessions. */
    public int size() {
        return slots.size();
    }

    /** Returns the sessions in memory. */
    public int inMemory() {
        return count - frees;
    }

    /** Returns all keys, in no order. */
    public long[] keys() {
        return slots.keys();
    }

    /** Returns the slot of a key, {@link #ELSEWHERE}, or {@link KeySlots#NONE}. */
    public int find(long key) {
        return slots.get(key);
    }

    /** Returns the key of a slot that is in use. */
    public long key(int slot) {
        return keys[slot];
    }

    /** Returns the memory that a slot is in. */
    public MemorySegment memory(int slot) {
        return pieces[slot >> shift];
    }

    /** Returns where it is there. */
    public long at(int slot) {
        return (slot & (1 << shift) - 1) * stride;
    }

    /** Says that a slot is used now; times grow. */
    public void use(int slot, long now) {
        used[slot] = now;
    }

    /** Returns when a slot was used for the last time; the largest number where it is free. */
    public long used(int slot) {
        return used[slot];
    }

    /** Returns true if a slot in use was used since its state was written elsewhere. */
    public boolean isChanged(int slot) {
        return used[slot] != Long.MAX_VALUE && used[slot] > stored[slot];
    }

    /** Says that the state that a key had at a time was written elsewhere. */
    public void stored(long key, long at) {
        int slot = slots.get(key);
        if (slot >= 0) {
            stored[slot] = at;
        }
    }

    /** Gives a key a slot, whatever was left there. */
    public int take(long key) {
        if (frees == 0) {
            addPiece();
        }
        frees--;
        int slot = free[frees];
        keys[slot] = key;
        used[slot] = Long.MIN_VALUE;
        stored[slot] = Long.MIN_VALUE;
        slots.put(key, slot);
        return slot;
    }

    private void addPiece() {
        int first = count;
        int more = Math.addExact(count, 1 << shift);
        MemorySegment piece = allocator.apply((1 << shift) * stride);
        if (more > keys.length) {
            int room = (int) Math.max(more, Math.min(2L * count, Integer.MAX_VALUE - Long.BYTES));
            keys = Arrays.copyOf(keys, room);
            used = Arrays.copyOf(used, room);
            stored = Arrays.copyOf(stored, room);
            free = Arrays.copyOf(free, room);
            pieces = Arrays.copyOf(pieces, (room >> shift) + 1);
        }
        pieces[first >> shift] = piece;
        count = more;
        free(first);
    }

    /** Frees all slots from one on, the lowest of which is taken first. */
    private void free(int first) {
        for (int slot = count - 1; slot >= first; slot--) {
            used[slot] = Long.MAX_VALUE;
            free[frees] = slot;
            frees++;
        }
    }

    /** Frees a slot, whose key goes, or stays for a state that is elsewhere. */
    public void free(int slot, boolean elsewhere) {
        if (elsewhere) {
            slots.put(keys[slot], ELSEWHERE);
        } else {
            slots.remove(keys[slot]);
        }
        used[slot] = Long.MAX_VALUE;
        free[frees] = slot;
        frees++;
    }

    /** Takes a key away whose state is elsewhere, or adds it. */
    public void elsewhere(long key, boolean there) {
        if (there) {
            slots.put(key, ELSEWHERE);
        } else {
            slots.remove(key);
        }
    }

    /** Returns a session that was not used now, long idle among all; {@link KeySlots#NONE} if all are used now. */
    public int idle(long now) {
        int found = KeySlots.NONE;
        for (int looked = 0; looked < count && (looked < LOOKED_AT || found == KeySlots.NONE); looked++) {
            hand = hand + 1 < count ? hand + 1 : 0;
            if (used[hand] < now && (found == KeySlots.NONE || used[hand] < used[found])) {
                found = hand;
            }
        }
        return found;
    }

    /** Returns how many slots there are. */
    public int slots() {
        return count;
    }

    /** Frees all slots and forgets all keys. */
    public void clear() {
        slots.clear();
        frees = 0;
        free(0);
    }
}
