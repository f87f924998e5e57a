package dev.spikelane.engine.session;

import java.util.Arrays;

/** A number for each of many keys: open addressing, half full at most. Nothing is allocated but where it grows. */
public final class KeySlots {

    /** What a key has that is not there. */
    public static final int NONE = -2;

    /** The lowest number that a key can have. */
    public static final int LEAST = -1;

    private static final int FIRST = 16;
    /** An odd number of random bits: keys are often small, and differ in their low bits alone. */
    private static final long SPREAD = 0x9e37_79b9_7f4a_7c15L;

    private long[] keys = new long[FIRST];
    /** Numbers, so much higher that 0 says that a place is free. */
    private int[] numbers = new int[FIRST];

    private int size;

    /** Starts without a key. */
    public KeySlots() {}

    /** Returns how many keys there are. */
    public int size() {
        return size;
    }

    /** Returns the number of a key; {@link #NONE} if it is not there. */
    public int get(long key) {
        return numbers[place(key)] + NONE;
    }

    /** Gives a key a number, at least {@link #LEAST}, in place of the one that it may have. */
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

    /** Takes a key away and returns the number that it had. */
    public int remove(long key) {
        int place = place(key);
        int number = numbers[place] + NONE;
        if (number == NONE) {
            return NONE;
        }
        size--;
        // Keys behind it that stand where they do because it was there move up.
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

    /** Takes all keys away. */
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

    /** Where a key stands, or would. */
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
