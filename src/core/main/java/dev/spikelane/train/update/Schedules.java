package dev.spikelane.train.update;

/** Checks of the parts of schedules. */
public final class Schedules {

    private Schedules() {}

    /**
     * The cosine of {@code pi * halfTurns}, at least 0. The argument is brought to a quarter turn, where
     * {@code StrictMath} allocates nothing; that is the same on all machines, which {@code Math} is not.
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
