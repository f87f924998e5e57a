package dev.spikelane.equation;

/** The time of a step, the parameter {@code dt} of texts, which has the unit of the text, else milliseconds. */
public final class TimeStep {

    /** Name of the parameter. */
    public static final String NAME = Integrator.DT;

    private TimeStep() {}

    /** Returns the milliseconds of a unit; 1 for an unknown or empty one. */
    public static double milliseconds(String unit) {
        return unit.equals("s") ? 1000 : unit.equals("us") ? 0.001 : 1;
    }
}
