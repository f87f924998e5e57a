package dev.spikelane.connection.operator;

import dev.spikelane.memory.FloatMatrix;

/**
 * A count, such as a number of batches; as a matrix, it is rounded to float32.
 *
 * @param counts memory of this and other counts
 * @param place the index of this count
 */
@SuppressWarnings("ArrayRecordComponent") // shared with the owner of the counts
record CountedValue(ValueDescription description, long[] counts, int place) implements Values {

    @Override
    public void read(FloatMatrix into) {
        into.requireShape("into", 1, 1);
        into.set(0, 0, (float) counts[place]);
    }

    @Override
    public void write(FloatMatrix from) {
        from.requireShape("values", 1, 1);
        float value = from.get(0, 0);
        if (!(value >= 0) || value != Math.rint(value) || Float.isInfinite(value)) {
            throw refused(String.valueOf(value));
        }
        if (value != (float) counts[place]) { // an equal float is the rounded count itself
            counts[place] = (long) value;
        }
    }

    @Override
    public Runnable undo() {
        long before = counts[place];
        return () -> counts[place] = before;
    }

    @Override
    public long count() {
        return counts[place];
    }

    @Override
    public void write(long count) {
        if (count < 0) {
            throw refused(String.valueOf(count));
        }
        counts[place] = count;
    }

    private IllegalArgumentException refused(String found) {
        return new IllegalArgumentException("'" + name() + "' is " + found + ", expected a whole number from 0");
    }
}
