package dev.spikelane.engine.session;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.LongFunction;

/**
 * The packed states of sessions, in slots of native memory that is allocated piece by piece and never moves; and for
 * each key its slot, or a mark that its state is elsewhere.
 */
public final class SessionTable {

    /** The number of a key whose state is elsewhere. */
    public static final int ELSEWHERE = KeySlots.LEAST;

    /** Rows of a session start at a cache line. */
    private static final int LINE = 64;

    private static final long BYTES_OF_PIECE = 4L << 20;
    /** Number of sessions of which the longest idle one is evicted. */
    private static final int LOOKED_AT = 16;

    private final KeySlots slots = new KeySlots();
    private final LongFunction<MemorySegment> allocator;
    private final long stride;
    /** Binary logarithm of the slots of a piece. */
    private final int shift;

    private MemorySegment[] pieces = {};
    private int count;
    private long[] keys = {};
    /** Time of each slot's last use. */
    private long[] used = {};
    /** Time at which each slot's state was last written elsewhere. */
    private long[] stored = {};
    /** Free slots, used from the last one. */
    private int[] free = {};

    private int frees;
    private int hand;

    /**
     * Creates an empty table.
     *
     * @param allocator returns zeroed memory of some bytes
     * @param bytes bytes of a packed state
     * @param most the most sessions
     */
    public SessionTable(LongFunction<MemorySegment> allocator, long bytes, int most) {
        this.allocator = allocator;
        this.stride = Math.ceilDiv(bytes, LINE) * LINE;
        long wanted = Math.max(1, Math.min(BYTES_OF_PIECE / stride, most));
        this.shift = Long.SIZE - 1 - Long.numberOfLeadingZeros(wanted);
    }

    /** Returns the number of all sessions. */
    public int size() {
        return slots.size();
    }

    /** Returns the number of sessions in memory. */
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

    /** Returns the memory of a slot. */
    public MemorySegment memory(int slot) {
        return pieces[slot >> shift];
    }

    /** Returns the offset of a slot in its memory. */
    public long at(int slot) {
        return (slot & (1 << shift) - 1) * stride;
    }

    /** Marks a slot as used now; times must not decrease. */
    public void use(int slot, long now) {
        used[slot] = now;
    }

    /** Returns the time of a slot's last use; the largest number if the slot is free. */
    public long used(int slot) {
        return used[slot];
    }

    /** Returns true if a slot in use was used since its state was written elsewhere. */
    public boolean isChanged(int slot) {
        return used[slot] != Long.MAX_VALUE && used[slot] > stored[slot];
    }

    /** Records that a key's state of this time was written elsewhere. */
    public void stored(long key, long at) {
        int slot = slots.get(key);
        if (slot >= 0) {
            stored[slot] = at;
        }
    }

    /** Assigns a slot to a key; its content is undefined. */
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

    /** Frees all slots from {@code first} on; the lowest is used first. */
    private void free(int first) {
        for (int slot = count - 1; slot >= first; slot--) {
            used[slot] = Long.MAX_VALUE;
            free[frees] = slot;
            frees++;
        }
    }

    /** Frees a slot, and removes its key or marks the state as elsewhere. */
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

    /** Adds or removes a key whose state is elsewhere. */
    public void elsewhere(long key, boolean there) {
        if (there) {
            slots.put(key, ELSEWHERE);
        } else {
            slots.remove(key);
        }
    }

    /** Returns a session that is not in use now and has been idle long; {@link KeySlots#NONE} if all are in use. */
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

    /** Returns the number of slots. */
    public int slots() {
        return count;
    }

    /** Frees all slots and removes all keys. */
    public void clear() {
        slots.clear();
        frees = 0;
        free(0);
    }
}
