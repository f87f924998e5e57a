package dev.spikelane.train;

import dev.spikelane.simd.Checks;
import dev.spikelane.train.update.Schedules;

/**
 * A learning rate schedule: a function of the step's number and the optimizer's own rate. A step is a batch, not an
 * epoch; a {@link TrainingRun} counts steps over all epochs. If torch advances a schedule once per epoch, multiply its
 * numbers by {@link dev.spikelane.data.Batching#batches}, the batches of an epoch.
 *
 * <p>The formulas are from {@code torch.optim.lr_scheduler}, in closed form and float64; step 0 is the step before the
 * first call of torch's {@code scheduler.step()}.
 */
@FunctionalInterface
public interface Schedule {

    /**
     * Computes the rate of a step.
     *
     * @param step its number, from 0
     * @param rate the optimizer's own rate
     * @return the rate of this step
     */
    double rate(long step, double rate);

    /** {@return the schedule that keeps the rate} */
    static Schedule constant() {
        return (step, rate) -> rate;
    }

    /**
     * Returns {@code StepLR}: {@code rate * gamma^(step / size)}, with an integer quotient.
     *
     * @param size steps between two changes, at least 1
     * @param gamma the factor
     * @return the schedule
     * @throws IllegalArgumentException if the size is below 1 or the factor not finite
     */
    static Schedule step(long size, double gamma) {
        Checks.atLeast(1, "size", size);
        Checks.finite("gamma", gamma);
        return (step, rate) -> {
            long changes = step / size;
            return rate * StrictMath.pow(gamma, (double) changes);
        };
    }

    /**
     * Returns {@code MultiStepLR}: the rate is multiplied by {@code gamma} at each milestone; a repeated one counts
     * twice.
     *
     * @param gamma the factor
     * @param milestones steps from which on the factor holds, in any order
     * @return the schedule
     * @throws IllegalArgumentException if the factor is not finite
     */
    static Schedule multiStep(double gamma, long... milestones) {
        Checks.finite("gamma", gamma);
        long[] copy = milestones.clone();
        return (step, rate) -> {
            double now = rate;
            for (long milestone : copy) {
                now *= step >= milestone ? gamma : 1;
            }
            return now;
        };
    }

    /**
     * Returns {@code ExponentialLR}: {@code rate * gamma^step}.
     *
     * @param gamma the factor
     * @return the schedule
     * @throws IllegalArgumentException if it is not finite
     */
    static Schedule exponential(double gamma) {
        Checks.finite("gamma", gamma);
        return (step, rate) -> rate * StrictMath.pow(gamma, (double) step);
    }

    /**
     * Returns {@code CosineAnnealingLR}: {@code least + (rate - least) * (1 + cos(pi * step / steps)) / 2}, which rises
     * again after the last step.
     *
     * @param steps steps from the rate to the least, at least 1
     * @param least the least rate
     * @return the schedule
     * @throws IllegalArgumentException if there is no step or the least rate is not finite
     */
    static Schedule cosine(long steps, double least) {
        Checks.atLeast(1, "steps", steps);
        Checks.finite("least", least);
        return (step, rate) -> least + (rate - least) * (1 + Schedules.cosine((double) step / steps)) / 2;
    }

    /**
     * Returns {@code CosineAnnealingWarmRestarts}: a cosine from the rate to the least, again and again, each time
     * {@code growth} times as long.
     *
     * @param steps steps of the first cosine, at least 1
     * @param growth factor of the number of steps, at least 1
     * @param least the least rate
     * @return the schedule
     * @throws IllegalArgumentException if there is no step, the factor is below 1 or the least rate is not finite
     */
    static Schedule cosineRestarts(long steps, int growth, double least) {
        Checks.atLeast(1, "steps", steps);
        Checks.atLeast(1, "growth", growth);
        Checks.finite("least", least);
        return (step, rate) -> {
            long length = steps;
            long at = step;
            if (growth == 1) {
                at %= length;
            } else {
                while (at >= length) {
                    at -= length;
                    length *= growth;
                }
            }
            return least + (rate - least) * (1 + Schedules.cosine((double) at / length)) / 2;
        };
    }

    /**
     * Returns {@code LinearLR}: the factor of the rate goes from {@code start} to {@code end}, and stays there.
     *
     * @param start the factor of step 0
     * @param end the factor from step {@code steps} on
     * @param steps how many steps it takes, at least 1
     * @return the schedule
     * @throws IllegalArgumentException if there is no step or a factor is not finite
     */
    static Schedule linear(double start, double end, long steps) {
        Checks.finite("start", start);
        Checks.finite("end", end);
        Checks.atLeast(1, "steps", steps);
        return (step, rate) -> rate * (start + (end - start) * Math.min(step, steps) / steps);
    }

    /**
     * Returns {@code OneCycleLR} with torch's defaults: from {@code most / 25} up to {@code most} in 0.3 of the steps
     * and down to {@code most / 250,000}, along cosines. The optimizer's own rate does not matter.
     *
     * @param most the highest rate
     * @param steps all steps, at least 1; the last rate stays
     * @return the schedule
     * @throws IllegalArgumentException if a number is out of range
     */
    static OneCycle oneCycle(double most, long steps) {
        return new OneCycle(most, steps);
    }

    /**
     * Returns a schedule that first rises from a part of the rate and then follows this one, whose steps start when it
     * has risen.
     *
     * @param start the factor of step 0
     * @param steps how many steps it takes to rise, at least 1
     * @return the schedule
     * @throws IllegalArgumentException if there is no step or the factor is not finite
     */
    default Schedule afterWarmUp(double start, long steps) {
        Schedule warmUp = linear(start, 1, steps);
        return (step, rate) -> step < steps ? warmUp.rate(step, rate) : rate(step - steps, rate);
    }

    /**
     * The schedule of {@code torch.optim.lr_scheduler.OneCycleLR}: the rate rises from {@code most / initialDivisor} to
     * {@code most} and falls to {@code most / initialDivisor / finalDivisor}.
     *
     * <p>The rate is highest at step {@code p * n - 1}, with n steps and a rising share p. With three phases it falls
     * as fast as it rose, to the initial rate at {@code 2 * p * n - 2}, and from there to the last rate.
     *
     * @param most the highest rate, finite
     * @param steps all steps, at least 1
     * @param risingShare the share of steps in which the rate rises, from 0 to 1
     * @param linear whether the rate changes along lines, and not along cosines
     * @param initialDivisor how much lower the rate starts, not 0
     * @param finalDivisor how much lower than at the start the rate ends, not 0
     * @param threePhases whether the rate returns to the initial one on the way
     */
    record OneCycle(
            double most,
            long steps,
            double risingShare,
            boolean linear,
            double initialDivisor,
            double finalDivisor,
            boolean threePhases)
            implements Schedule {

        /** Checks the numbers. */
        public OneCycle {
            Checks.finite("most", most);
            Checks.atLeast(1, "steps", steps);
            Checks.share("risingShare", risingShare);
            requireDivisor("initialDivisor", initialDivisor);
            requireDivisor("finalDivisor", finalDivisor);
        }

        /**
         * Creates a schedule with torch's defaults: cosines, 0.3 of the steps, divisors 25 and 10,000, two phases.
         *
         * @param most the highest rate, finite
         * @param steps all steps, at least 1
         * @throws IllegalArgumentException if a number is out of range
         */
        public OneCycle(double most, long steps) {
            this(most, steps, 0.3, false, 25, 1e4, false);
        }

        private static void requireDivisor(String name, double divisor) {
            Checks.require(divisor != 0 && Double.isFinite(divisor), name, divisor, "a finite number other than 0");
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
}
