package dev.spikelane.io;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.memory.EventBlock;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Objects;

/**
 * Converts events to spikes. A step is a time span or a number of events. A neuron is a pixel or a square of pixels in
 * a part of the sensor, and on and off events have separate neurons. It fires at a step with enough events.
 *
 * <pre>{@code
 * var binning = EventBinning.of(34, 34).withStepTime(1_000);
 * var spikes = SpikeMatrix.zeros(300, binning.shape().size());
 * try (var events = EventSource.open(Path.of("00002.bin"))) {
 *     binning.read(events, spikes);
 * }
 * }</pre>
 */
public final class EventBinning {

    private static final int BLOCK = 1 << 13;
    private static final int PLACES = EventBlock.MOST_PLACE + 1;
    /** Marks a cropped column or row. The sum of two marks is no neuron either. */
    private static final int OUTSIDE = 1 << 30;

    private final Options options;
    private final int[] toX = new int[PLACES];
    private final int[] toY = new int[PLACES];

    private record Area(int left, int top, int width, int height) {}

    private record Options(
            int width, int height, Area area, int factor, boolean polarity, long time, int events, int least) {

        Shape shape() {
            return Shape.of(polarity ? 2 : 1, Math.ceilDiv(area.height, factor), Math.ceilDiv(area.width, factor));
        }
    }

    private EventBinning(Options options) {
        this.options = options;
        Shape shape = shape();
        Arrays.fill(toX, OUTSIDE);
        Arrays.fill(toY, OUTSIDE);
        for (int x = 0; x < options.area.width; x++) {
            toX[options.area.left + x] = x / options.factor;
        }
        for (int y = 0; y < options.area.height; y++) {
            toY[options.area.top + y] = y / options.factor * shape.width();
        }
    }

    /**
     * Creates a binning with steps of 1 ms and two neurons for each pixel, which fire at the first event of a step.
     *
     * @param width columns of the sensor, 1 to {@link EventBlock#MOST_PLACE}
     * @param height rows of the sensor, 1 to {@link EventBlock#MOST_PLACE}
     * @return the binning
     * @throws IllegalArgumentException if {@code width} or {@code height} is out of range
     */
    public static EventBinning of(int width, int height) {
        if (width < 1 || height < 1 || width > EventBlock.MOST_PLACE || height > EventBlock.MOST_PLACE) {
            throw new IllegalArgumentException("sensor is " + width + " x " + height + ", expected 1 to "
                    + EventBlock.MOST_PLACE + " columns and rows");
        }
        Area all = new Area(0, 0, width, height);
        return new EventBinning(new Options(width, height, all, 1, true, 1_000, 0, 1));
    }

    private static void atLeastOne(String name, long number, long most) {
        if (number < 1 || number > most) {
            throw new IllegalArgumentException(name + " is " + number + ", expected 1 to " + most);
        }
    }

    /**
     * Returns this binning with steps of a time span.
     *
     * @param microseconds the length of a step, at least 1
     * @return the binning
     * @throws IllegalArgumentException if {@code microseconds} is below 1 or above 2^31 - 1
     */
    public EventBinning withStepTime(long microseconds) {
        atLeastOne("step time", microseconds, Integer.MAX_VALUE);
        Options o = options;
        return new EventBinning(new Options(o.width, o.height, o.area, o.factor, o.polarity, microseconds, 0, o.least));
    }

    /**
     * Returns this binning with steps of a number of events in the cropped part, whatever their time span.
     *
     * @param events the events of a step, at least 1
     * @return the binning
     * @throws IllegalArgumentException if {@code events} is below 1
     */
    public EventBinning withStepEvents(int events) {
        atLeastOne("step events", events, Integer.MAX_VALUE);
        Options o = options;
        return new EventBinning(new Options(o.width, o.height, o.area, o.factor, o.polarity, o.time, events, o.least));
    }

    /**
     * Returns this binning of a part of the sensor.
     *
     * @param left its first column
     * @param top its first row
     * @param width its columns
     * @param height its rows
     * @return the binning
     * @throws IllegalArgumentException if this part is empty or not inside the sensor
     */
    public EventBinning withCrop(int left, int top, int width, int height) {
        Options o = options;
        if (left < 0 || top < 0 || width < 1 || height < 1 || width > o.width - left || height > o.height - top) {
            throw new IllegalArgumentException("crop is " + width + " x " + height + " from (" + left + ", " + top
                    + "), expected a part of " + o.width + " x " + o.height);
        }
        Area area = new Area(left, top, width, height);
        return new EventBinning(new Options(o.width, o.height, area, o.factor, o.polarity, o.time, o.events, o.least));
    }

    /**
     * Returns this binning with one neuron for each square of pixels.
     *
     * @param factor columns and rows of a square, at least 1
     * @return the binning
     * @throws IllegalArgumentException if {@code factor} is below 1
     */
    public EventBinning withDownsampling(int factor) {
        atLeastOne("factor", factor, EventBlock.MOST_PLACE);
        Options o = options;
        return new EventBinning(new Options(o.width, o.height, o.area, factor, o.polarity, o.time, o.events, o.least));
    }

    /**
     * Returns this binning with one or two channels.
     *
     * @param apart true for channel 0 with off events and channel 1 with on events; false for one channel with both
     * @return the binning
     */
    public EventBinning withPolarity(boolean apart) {
        Options o = options;
        return new EventBinning(new Options(o.width, o.height, o.area, o.factor, apart, o.time, o.events, o.least));
    }

    /**
     * Returns this binning with neurons that fire after several events in a step.
     *
     * @param events the events of a spike, 1 to 127
     * @return the binning
     * @throws IllegalArgumentException if {@code events} is out of range
     */
    public EventBinning withLeast(int events) {
        atLeastOne("least", events, Byte.MAX_VALUE);
        Options o = options;
        return new EventBinning(new Options(o.width, o.height, o.area, o.factor, o.polarity, o.time, o.events, events));
    }

    /**
     * Returns the shape of a step.
     *
     * @return channels of polarity, rows, columns
     */
    public Shape shape() {
        return options.shape();
    }

    /**
     * Returns the time span of a step.
     *
     * @return microseconds; 0 if a step is a number of events
     */
    public long stepTime() {
        return options.events > 0 ? 0 : options.time;
    }

    /**
     * Reads the start of a recording, from its first event on.
     *
     * @param source the events
     * @param into {@code [steps x shape().size()]}, overwritten
     * @return the number of events in these steps
     * @throws IOException if the source cannot be read
     * @throws IllegalArgumentException if the matrix has another number of columns
     */
    public long read(EventSource source, SpikeMatrix into) throws IOException {
        EventBlock block = new EventBlock(BLOCK);
        Bins bins = bins();
        into.clear();
        boolean more = true;
        while (more && source.read(block)) {
            more = bins.add(block, 0, into, 0, 1, into.rows()) == block.size();
        }
        return bins.placed;
    }

    /**
     * Starts to assign events to steps.
     *
     * @return the state of the assignment, for one thread
     */
    public Bins bins() {
        return new Bins(this);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof EventBinning that && options.equals(that.options);
    }

    @Override
    public int hashCode() {
        return options.hashCode();
    }

    @Override
    public String toString() {
        return options.toString().replaceFirst("Options", "EventBinning");
    }

    /** Assigns events to steps and counts dropped events. One thread uses it. */
    public static final class Bins {

        private final EventBinning binning;
        private final int columns;
        private final int plane;
        private byte[] counts = {};
        private long start;
        private boolean started;
        private long inSteps;
        private long placed;
        private long late;

        Bins(EventBinning binning) {
            this.binning = binning;
            this.columns = binning.shape().size();
            this.plane = binning.options.polarity ? columns / 2 : 0;
        }

        /**
         * Sets the start of the first step, which is the first event by default.
         *
         * @param time microseconds
         */
        public void startAt(long time) {
            start = time;
            started = true;
            inSteps = 0;
            Arrays.fill(counts, (byte) 0);
        }

        /**
         * Returns the start of the first step.
         *
         * @return microseconds; 0 before the first event
         */
        public long start() {
            return start;
        }

        /**
         * Advances past finished steps.
         *
         * @param steps their number
         */
        public void advance(int steps) {
            startAt(start + steps * binning.options.time);
        }

        /**
         * Sets the spikes of events, up to the first event after the last step. Events before the first step are
         * counted and dropped.
         *
         * @param events a block of events
         * @param from the first event
         * @param into {@code [any x shape().size()]}; its spikes stay
         * @param row the row of the first step
         * @param stride rows from a step to the next
         * @param steps the number of steps, at least 1
         * @return the index of the first event after the last step, or the number of events
         * @throws IllegalArgumentException if the matrix has another number of columns or too few rows
         */
        public int add(EventBlock events, int from, SpikeMatrix into, int row, int stride, int steps) {
            if (into.columns() != columns || row < 0 || row + (steps - 1L) * stride >= into.rows()) {
                throw new IllegalArgumentException("spikes are [" + into.rows() + " x " + into.columns()
                        + "], expected " + columns + " columns, and " + steps + " rows from " + row + " on");
            }
            Objects.checkFromToIndex(from, events.size(), events.size());
            if (!started && from < events.size()) {
                startAt(events.time(from));
            }
            if (binning.options.least > 1 && counts.length < Math.multiplyExact(columns, steps)) {
                counts = new byte[columns * steps];
            }
            long first = into.rowOffset(row);
            long rowBytes = into.rowOffset(1) * stride;
            return binning.options.events > 0
                    ? addCounted(events, from, into.segment(), first, rowBytes, steps)
                    : addTimed(events, from, into.segment(), first, rowBytes, steps);
        }

        private int addTimed(EventBlock events, int from, MemorySegment words, long first, long rowBytes, int steps) {
            long[] times = events.times();
            int[] places = events.places();
            int[] toX = binning.toX;
            int[] toY = binning.toY;
            long time = binning.options.time;
            long begin = 0;
            long end = 0;
            int step = 0;
            long row = first;
            int least = binning.options.least;
            long set = 0;
            int i = from;
            for (; i < events.size(); i++) {
                long at = times[i];
                if (at < begin || at >= end) {
                    if (at < start) {
                        late++;
                        continue;
                    }
                    if (Long.compareUnsigned(at - start, steps * time) >= 0) {
                        break;
                    }
                    step = (int) ((at - start) / time);
                    row = first + step * rowBytes;
                    begin = start + step * time;
                    end = begin + time;
                }
                int place = places[i];
                int neuron = toX[place & EventBlock.MOST_PLACE] + toY[place >>> 15 & EventBlock.MOST_PLACE];
                if (neuron < OUTSIDE && neuron >= 0) {
                    set++;
                    neuron += (place >>> 30) * plane;
                    if (least == 1 || fires(step, neuron, least)) {
                        long word = row + (neuron >>> 6 << 3);
                        words.set(JAVA_LONG, word, words.get(JAVA_LONG, word) | 1L << neuron);
                    }
                }
            }
            placed += set;
            return i;
        }

        private int addCounted(EventBlock events, int from, MemorySegment words, long first, long rowBytes, int steps) {
            int least = binning.options.least;
            int i = from;
            for (; i < events.size(); i++) {
                int neuron = binning.toX[events.x(i)] + binning.toY[events.y(i)];
                if (neuron < OUTSIDE && neuron >= 0) {
                    long step = inSteps / binning.options.events;
                    if (step >= steps) {
                        break;
                    }
                    inSteps++;
                    placed++;
                    neuron += events.isOn(i) ? plane : 0;
                    if (least == 1 || fires((int) step, neuron, least)) {
                        long word = first + step * rowBytes + (neuron >>> 6 << 3);
                        words.set(JAVA_LONG, word, words.get(JAVA_LONG, word) | 1L << neuron);
                    }
                }
            }
            return i;
        }

        private boolean fires(int step, int neuron, int least) {
            int cell = step * columns + neuron;
            return counts[cell] < least && ++counts[cell] == least;
        }

        /**
         * Returns true if all steps have all their events.
         *
         * @param steps the number of steps
         * @return always false if steps are time spans, because a late event may follow
         */
        public boolean isFull(int steps) {
            return binning.options.events > 0 && inSteps >= (long) steps * binning.options.events;
        }

        /**
         * Returns the number of events that fell on a neuron.
         *
         * @return the assigned events
         */
        public long placed() {
            return placed;
        }

        /**
         * Returns the number of events before the first step.
         *
         * @return the dropped events
         */
        public long late() {
            return late;
        }

        @Override
        public String toString() {
            return "Bins of " + binning;
        }
    }
}
