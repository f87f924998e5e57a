package dev.spikelane.train.update;

/** Checks of what schedules are made of. */
public final class Schedules {

    private Schedules() {}

    public static void requireSteps(String name, long steps) {
        if (steps < 1) {
            throw new IllegalArgumentException(name + " is " + steps + ", expected at least 1");
        }
    }

    public static void requireFinite(String name, double value) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException(name + " is " + value + ", expected a finite number");
        }
    }

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
