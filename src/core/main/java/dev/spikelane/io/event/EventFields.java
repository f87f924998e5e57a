package dev.spikelane.io.event;

/** The names of an event's fields in files. */
public final class EventFields {

    private EventFields() {}

    /** Returns 0 for a time, 1 for x, 2 for y, 3 for a polarity; -1 for another name. */
    public static int of(String name) {
        return switch (name) {
            case "t", "ts", "time", "timestamp", "timestamps" -> 0;
            case "x" -> 1;
            case "y" -> 2;
            case "p", "pol", "polarity" -> 3;
            default -> -1;
        };
    }
}
