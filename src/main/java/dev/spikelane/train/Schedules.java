package dev.spikelane.train;

/** Checks of what schedules are made of. */
final class Schedules {

    private Schedules() {}

    static void requireSteps(String name, long steps) {
        if (steps < 1) {
            throw new IllegalArgumentException(name + " is " + steps + ", expected at least 1");
        }
    }

    static void requireFinite(String name, double value) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException(name + " is " + value + ", expected a finite number");
        }
    }
}
