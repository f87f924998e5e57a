package dev.spikelane.train.update;

/** Checks of the parts of schedules. */
public final class Schedules {

    private Schedules() {}

    /**
     * Returns the cosine of {@code pi * halfTurns}, {@code halfTurns} at least 0. The argument is reduced to a quarter
     * turn, for which {@code StrictMath} does not allocate. Unlike {@code Math}, the result is equal on all machines.
     */
    public static double cosine(double halfTurns) {
        double turned = halfTurns % 2;
        double share = turned > 1 ? 2 - turned : turned;
        if (share <= 0.25) {
            return StrictMath.cos(Math.PI * share);
        }
        return share < 0.75 ? StrictMath.sin(Math.PI * (0.5 - share)) : -StrictMath.cos(Math.PI * (1 - share));
    }
}
