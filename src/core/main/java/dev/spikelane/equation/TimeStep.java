package dev.spikelane.equation;

/**
 * The time of a step: the parameter {@code dt} of texts, in the unit of the text, or in milliseconds if it has none.
 */
public final class TimeStep {

    public static final String NAME = Integrator.DT;

    private TimeStep() {}

    /** Returns a unit of time in milliseconds; 1 for an unknown or empty unit. */
    public static double milliseconds(String unit) {
        return unit.equals("s") ? 1000 : unit.equals("us") ? 0.001 : 1;
    }
}
