package dev.spikelane.memory;

/**
 * Successive events of a recording or a camera, in arrays that are reused. An event is a time in microseconds, a place
 * (x, y), and true if the light rose there.
 */
public final class EventBlock {

    /** The largest x or y. */
    public static final int MOST_PLACE = (1 << 15) - 1;

    private static final int Y_SHIFT = 15;
    private static final int ON_SHIFT = 30;

    private final long[] times;
    private final int[] places;
    private int size;

    /**
     * Allocates a block.
     *
     * @param most number of events that fit, at least 64
     * @throws IllegalArgumentException if it is less
     */
    public EventBlock(int most) {
        if (most < Long.SIZE) {
            throw new IllegalArgumentException("most is " + most + ", expected at least " + Long.SIZE);
        }
        times = new long[most];
        places = new int[most];
    }

    /**
     * Adds an event.
     *
     * @param time microseconds
     * @param x the column, from 0 at the left
     * @param y the row of the picture, from 0 at the top
     * @param on true if the light rose
     * @throws IllegalStateException if the block is full
     * @throws IllegalArgumentException if x or y is negative or above {@link #MOST_PLACE}
     */
    public void add(long time, int x, int y, boolean on) {
        if (size == times.length) {
            throw new IllegalStateException("block has its " + size + " events, expected room for one more");
        }
        if ((x | y) >>> Y_SHIFT != 0) {
            throw new IllegalArgumentException(
                    "event is at (" + x + ", " + y + "), expected from 0 to " + MOST_PLACE + " both");
        }
        times[size] = time;
        places[size++] = place(x, y, on ? 1 : 0);
    }

    /**
     * Packs a place into one number, without a check.
     *
     * @param x the column
     * @param y the row
     * @param on 1 if the light rose, else 0
     * @return the element of {@link #places}
     */
    public static int place(int x, int y, int on) {
        return on << ON_SHIFT | y << Y_SHIFT | x;
    }

    /** {@return the number of events} */
    public int size() {
        return size;
    }

    /** {@return the number of further events that fit} */
    public int room() {
        return times.length - size;
    }

    /**
     * Sets the number of events, after {@link #times} and {@link #places} were written.
     *
     * @param events from 0 to the size of the arrays
     * @throws IllegalArgumentException if they do not fit
     */
    public void resize(int events) {
        if (events < 0 || events > times.length) {
            throw new IllegalArgumentException("size is " + events + ", expected 0 to " + times.length);
        }
        size = events;
    }

    /** {@return the array of times in microseconds, of which {@link #size} count} */
    public long[] times() {
        return times;
    }

    /** {@return the array of places, {@code on << 30 | y << 15 | x}, of which {@link #size} count} */
    public int[] places() {
        return places;
    }

    /**
     * Returns the time of an event.
     *
     * @param event its number, from 0
     * @return microseconds
     */
    public long time(int event) {
        return times[event];
    }

    /**
     * Returns the column of an event.
     *
     * @param event its number, from 0
     * @return x
     */
    public int x(int event) {
        return places[event] & MOST_PLACE;
    }

    /**
     * Returns the row of an event.
     *
     * @param event its number, from 0
     * @return y
     */
    public int y(int event) {
        return places[event] >>> Y_SHIFT & MOST_PLACE;
    }

    /**
     * Returns true if the light rose.
     *
     * @param event its number, from 0
     * @return the polarity
     */
    public boolean isOn(int event) {
        return places[event] >>> ON_SHIFT != 0;
    }

    @Override
    public String toString() {
        return "EventBlock of " + size + " events, room for " + room();
    }
}
