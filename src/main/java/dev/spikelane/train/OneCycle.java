package dev.spikelane.train;

/**
 * The schedule of {@code torch.optim.lr_scheduler.OneCycleLR}: the rate rises from {@code most / initialDivisor} to {@code most} and falls to
 * {@code most / initialDivisor / finalDivisor}.
 *
 * <p>With n steps and a rising share p it is highest at step {@code p * n - 1}. In three phases it falls as fast as it rose, to the initial rate at {@code 2 * p *
 * n - 2}, and from there to the last.
 *
 * @param most the highest rate, finite
 * @param steps all steps, at least 1
 * @param risingShare the share of steps in which it rises, from 0 to 1
 * @param linear whether it changes along lines, and not along cosines
 * @param initialDivisor how much lower it starts, not 0
 * @param finalDivisor how much lower than at the start it ends, not 0
 * @param threePhases whether it returns to the initial rate on the way
 */
public record OneCycle(
        double most,
        long steps,
        double risingShare,
        boolean linear,
        double initialDivisor,
        double finalDivisor,
        boolean threePhases)
        implements Schedule {

    /**
     * Makes a schedule.
     *
     * @throws IllegalArgumentException if a number is out of range
     */
    public OneCycle {
        Schedules.requireFinite("most", most);
        Schedules.requireSteps("steps", steps);
        if (!(risingShare >= 0 && risingShare <= 1)) {
            throw new IllegalArgumentException("risingShare is " + risingShare + ", expected 0 to 1");
        }
        requireDivisor("initialDivisor", initialDivisor);
        requireDivisor("finalDivisor", finalDivisor);
    }

    /**
     * Makes a schedule with torch's defaults: cosines, 0.3 of the steps, divisors 25 and 10,000, two phases.
     *
     * @param most the highest rate, finite
     * @param steps all steps, at least 1
     * @throws IllegalArgumentException if a number is out of range
     */
    public OneCycle(double most, long steps) {
        this(most, steps, 0.3, false, 25, 1e4, false);
    }

    private static void requireDivisor(String name, double divisor) {
        if (divisor == 0 || !Double.isFinite(divisor)) {
            throw new IllegalArgumentException(name + " is " + divisor + ", expected a finite number other than 0");
        }
    }

    /**
     * Returns this schedule with another share of steps in which it rises.
     *
     * @param share from 0 to 1
     * @return the schedule
     * @throws IllegalArgumentException if it is outside
     */
    public OneCycle withRisingShare(double share) {
        return new OneCycle(most, steps, share, linear, initialDivisor, finalDivisor, threePhases);
    }

    /**
     * Returns this schedule along lines or cosines.
     *
     * @param lines whether it changes along lines
     * @return the schedule
     */
    public OneCycle withLines(boolean lines) {
        return new OneCycle(most, steps, risingShare, lines, initialDivisor, finalDivisor, threePhases);
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
        return new OneCycle(most, steps, risingShare, linear, initial, last, threePhases);
    }

    /**
     * Returns this schedule with two phases or three.
     *
     * @param three whether it returns to the initial rate on the way
     * @return the schedule
     */
    public OneCycle withThreePhases(boolean three) {
        return new OneCycle(most, steps, risingShare, linear, initialDivisor, finalDivisor, three);
    }

    @Override
    public double rate(long step, double rate) {
        double initial = most / initialDivisor;
        double last = initial / finalDivisor;
        double top = risingShare * steps - 1;
        double end = (double) steps - 1;
        double at = Math.min((double) step, end);
        if (at <= top) {
            return between(initial, most, top == 0 ? 1 : at / top);
        }
        if (!threePhases) {
            return between(most, last, (at - top) / (end - top));
        }
        double back = 2 * risingShare * steps - 2;
        return at <= back
                ? between(most, initial, (at - top) / (back - top))
                : between(initial, last, (at - back) / (end - back));
    }

    private double between(double from, double to, double share) {
        return linear ? (to - from) * share + from : to + (from - to) / 2 * (Schedules.cosine(share) + 1);
    }
}
