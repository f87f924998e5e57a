package dev.spikelane.train;

import dev.spikelane.kernel.base.Checks;
import dev.spikelane.train.update.Schedules;

/**
 * The schedule of {@code torch.optim.lr_scheduler.OneCycleLR}: the rate rises from {@code most / initialDivisor} to
 * {@code most} and falls to {@code most / initialDivisor / finalDivisor}.
 *
 * <p>With n steps and a rising share p it is highest at step {@code p * n - 1}. In three phases it falls as fast as it
 * rose, to the initial rate at {@code 2 * p * n - 2}, and from there to the last.
 */
public final class OneCycle implements Schedule {

    private final Options options;

    private OneCycle(Options options) {
        this.options = options;
    }

    /** All options. */
    private record Options(
            double most,
            long steps,
            double risingShare,
            boolean linear,
            double initialDivisor,
            double finalDivisor,
            boolean threePhases) {

        Options {
            Checks.finite("most", most);
            Checks.atLeast(1, "steps", steps);
            Checks.share("risingShare", risingShare);
            requireDivisor("initialDivisor", initialDivisor);
            requireDivisor("finalDivisor", finalDivisor);
        }
    }

    /**
     * Makes a schedule with torch's defaults: cosines, 0.3 of the steps, divisors 25 and 10,000, two phases.
     *
     * @param most the highest rate, finite
     * @param steps all steps, at least 1
     * @throws IllegalArgumentException if a number is out of range
     */
    public OneCycle(double most, long steps) {
        this(new Options(most, steps, 0.3, false, 25, 1e4, false));
    }

    private static void requireDivisor(String name, double divisor) {
        if (divisor == 0 || !Double.isFinite(divisor)) {
            throw new IllegalArgumentException(name + " is " + divisor + ", expected a finite number other than 0");
        }
    }

    /**
     * Returns the highest rate.
     *
     * @return the rate, finite
     */
    public double most() {
        return options.most;
    }

    /**
     * Returns the number of steps.
     *
     * @return all steps, at least 1
     */
    public long steps() {
        return options.steps;
    }

    /**
     * Returns the share of steps in which the rate rises.
     *
     * @return from 0 to 1
     */
    public double risingShare() {
        return options.risingShare;
    }

    /**
     * Tells how the rate changes.
     *
     * @return whether it changes along lines, and not along cosines
     */
    public boolean linear() {
        return options.linear;
    }

    /**
     * Returns how much lower the rate starts.
     *
     * @return the divisor, not 0
     */
    public double initialDivisor() {
        return options.initialDivisor;
    }

    /**
     * Returns how much lower than at the start the rate ends.
     *
     * @return the divisor, not 0
     */
    public double finalDivisor() {
        return options.finalDivisor;
    }

    /**
     * Tells how many phases there are.
     *
     * @return whether the rate returns to the initial one on the way
     */
    public boolean threePhases() {
        return options.threePhases;
    }

    /**
     * Returns this schedule with another share of steps in which it rises.
     *
     * @param share from 0 to 1
     * @return the schedule
     * @throws IllegalArgumentException if it is outside
     */
    public OneCycle withRisingShare(double share) {
        return new OneCycle(
                new Options(most(), steps(), share, linear(), initialDivisor(), finalDivisor(), threePhases()));
    }

    /**
     * Returns this schedule along lines or cosines.
     *
     * @param lines whether it changes along lines
     * @return the schedule
     */
    public OneCycle withLines(boolean lines) {
        return new OneCycle(
                new Options(most(), steps(), risingShare(), lines, initialDivisor(), finalDivisor(), threePhases()));
    }

    /**
     * Returns this schedule with other divisors.
     *
     * @param initial how much lower it starts, not 0
     * @param last how much lower than at the start it ends, not 0
     * @return the schedule
     * @throws IllegalArgumentException if one is 0 or not finite
     */
    public OneCycle withDivisors(double initial, double last) {
        return new OneCycle(new Options(most(), steps(), risingShare(), linear(), initial, last, threePhases()));
    }

    /**
     * Returns this schedule with two phases or three.
     *
     * @param three whether it returns to the initial rate on the way
     * @return the schedule
     */
    public OneCycle withThreePhases(boolean three) {
        return new OneCycle(
                new Options(most(), steps(), risingShare(), linear(), initialDivisor(), finalDivisor(), three));
    }

    @Override
    public double rate(long step, double rate) {
        double initial = options.most / options.initialDivisor;
        double last = initial / options.finalDivisor;
        double top = options.risingShare * options.steps - 1;
        double end = (double) options.steps - 1;
        double at = Math.min((double) step, end);
        if (at <= top) {
            return between(initial, options.most, top == 0 ? 1 : at / top);
        }
        if (!options.threePhases) {
            return between(options.most, last, (at - top) / (end - top));
        }
        double back = 2 * options.risingShare * options.steps - 2;
        return at <= back
                ? between(options.most, initial, (at - top) / (back - top))
                : between(initial, last, (at - back) / (end - back));
    }

    private double between(double from, double to, double share) {
        return options.linear ? (to - from) * share + from : to + (from - to) / 2 * (Schedules.cosine(share) + 1);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof OneCycle that && options.equals(that.options);
    }

    @Override
    public int hashCode() {
        return options.hashCode();
    }

    @Override
    public String toString() {
        return options.toString().replaceFirst("Options", "OneCycle");
    }
}
