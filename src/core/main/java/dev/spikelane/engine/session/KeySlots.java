package dev.spikelane.engine.session;

import java.util.Arrays;

/** A map from keys to numbers: open addressing, at most half full. It allocates only when it grows. */
public final class KeySlots {

    /** Returned for a missing key. */
    public static final int NONE = -2;

    /** The lowest number that a key can have. */
    public static final int LEAST = -1;

    private static final int FIRST = 16;
    /** An odd number of random bits: keys are often small and differ in their low bits only. */
    private static final long SPREAD = 0x9e37_79b9_7f4a_7c15L;

    private long[] keys = new long[FIRST];
    /** Numbers plus an offset, so that 0 marks a free slot. */
    private int[] numbers = new int[FIRST];

    private int size;

    /** Creates an empty map. */
    public KeySlots() {}

    /** Returns the number of keys. */
    public int size() {
        return size;
    }

    /** Returns the number of a key; {@link #NONE} if it is not there. */
    public int get(long key) {
        return numbers[place(key)] + NONE;
    }

    /** Sets the number of a key, at least {@link #LEAST}. */
    public void put(long key, int number) {
        int place = place(key);
        if (numbers[place] == 0) {
            size++;
            keys[place] = key;
        }
        numbers[place] = number - NONE;
        if (2 * size > keys.length) {
            grow();
        }
    }

    /** Removes a key and returns its number; {@link #NONE} if it is not there. */
    public int remove(long key) {
        int place = place(key);
        int number = numbers[place] + NONE;
        if (number == NONE) {
            return NONE;
        }
        size--;
        // Moves up later keys that were displaced by this key.
        int hole = place;
        for (int next = next(hole); numbers[next] != 0; next = next(next)) {
            int home = home(keys[next]);
            if ((next - home & keys.length - 1) >= (next - hole & keys.length - 1)) {
                keys[hole] = keys[next];
                numbers[hole] = numbers[next];
                hole = next;
            }
        }
        numbers[hole] = 0;
        return number;
    }

    /** Removes all keys. */
    public void clear() {
        Arrays.fill(numbers, 0);
        size = 0;
    }

    /** Returns all keys, in no order. */
    public long[] keys() {
        long[] all = new long[size];
        int count = 0;
        for (int place = 0; place < keys.length; place++) {
            if (numbers[place] != 0) {
                all[count] = keys[place];
                count++;
            }
        }
        return all;
    }

    private int home(long key) {
        return (int) (key * SPREAD >>> 1 + Long.numberOfLeadingZeros(keys.length));
    }

    private int next(int place) {
        return place + 1 & keys.length - 1;
    }

    /** Returns the slot of a key, or the free slot for it. */
    private int place(long key) {
        int place = home(key);
        while (numbers[place] != 0 && keys[place] != key) {
            place = next(place);
        }
        return place;
    }

    private void grow() {
        long[] oldKeys = keys;
        int[] oldNumbers = numbers;
        keys = new long[2 * oldKeys.length];
        numbers = new int[keys.length];
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldNumbers[i] != 0) {
                int place = place(oldKeys[i]);
                keys[place] = oldKeys[i];
                numbers[place] = oldNumbers[i];
            }
        }
    }
}
