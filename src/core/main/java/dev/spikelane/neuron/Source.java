package dev.spikelane.neuron;

import dev.spikelane.equation.TimeStep;
import dev.spikelane.simd.Checks;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Neurons that take no input: populations of them feed networks, which then {@code run} for a number of steps. All but
 * {@link #spikes} are texts, of which {@code text()} shows how to write others, and whose parameters may have a value
 * for each neuron: {@code Source.poisson(8, 0.1).with("rate", rates)}.
 *
 * <pre>{@code
 * Population noise = builder.population("noise", Shape.of(800), Source.poisson(8, 0.1));
 * builder.project("noise-e", noise, e, Sparse.of(Edges.probability(0.1)).to(3200).weights(0.4));
 * Population drive = builder.population("drive", Shape.of(3200), Source.fluctuating(300, 50, 5, 0.1));
 * builder.project("drive-e", drive.variable("membrane"), e);
 * }</pre>
 *
 * <p>Random numbers depend only on the seed ({@link EquationNeuron#withSeed}), the population's name, the step since
 * the last reset, the sample's place in the batch and the neuron. Times and steps are milliseconds, rates Hertz, as far
 * as names of units go; step k begins at the time k times the step.
 */
public final class Source {

    /** As far as a float counts them. */
    private static final int MOST_STEPS = 1 << 24;

    private static final String TIME = "\nparam dt [ms] = %s\n";

    /** Hertz and milliseconds. */
    private static final String DRAWS = "let chance = -expm1(-rate * dt / 1000)\nspike chance > u\n";

    private Source() {}

    /**
     * Creates neurons that fire at random, at most once a step, with the probability that a Poisson process has at
     * least one event, {@code 1 - exp(-rate * step / 1000)}.
     *
     * @param rate of each neuron, the parameter {@code rate}
     * @param step the time of a step, the parameter {@code dt}
     * @return the neurons
     * @throws IllegalArgumentException if a number is not finite, the rate negative or the step not positive
     */
    public static EquationNeuron poisson(double rate, double step) {
        requireStep(step);
        requireRates(rate);
        return timed("neuron Poisson\nparam rate [Hz] = " + rate + TIME + "state v\nuniform u\nv = u\n" + DRAWS, step);
    }

    /**
     * Makes neurons that fire at random, as {@link #poisson(double, double)} does, with the time step that
     * {@code NetworkBuilder.timeStep} sets.
     *
     * @param rate of each neuron, the parameter {@code rate}
     * @return the neurons, whose step is 1 ms unless the network sets another one
     * @throws IllegalArgumentException if the rate is negative or not finite
     */
    public static EquationNeuron poisson(double rate) {
        return EquationNeuron.of(poisson(rate, 1).text());
    }

    /** Makes neurons whose time step is given, so that a network with another one refuses them. */
    private static EquationNeuron timed(String text, double step) {
        return EquationNeuron.of(text.formatted(step)).with(TimeStep.NAME, step);
    }

    /**
     * Makes neurons that fire at random at a rate that changes in time, the same for all: on lines between the given
     * points, as {@link #current(double[], double[], double)} has them.
     *
     * @param times of the points, ascending
     * @param rates at these times
     * @param step the time of a step
     * @return the neurons, whose variable {@code membrane} is the rate
     * @throws IllegalArgumentException if there are no points or more than 200, not as many rates as times, times
     *     descend, a number is not finite, a rate negative or the step not positive
     */
    public static EquationNeuron poisson(double[] times, double[] rates, double step) {
        requireStep(step);
        requireRates(rates);
        String rate = lines("rate", times, rates, step);
        return timed(
                "neuron Poisson" + TIME + "state rate [Hz], t\nuniform u\n" + rate
                        + "t = t + 1\nspike -expm1(-rate * dt / 1000) > u\n",
                step);
    }

    /**
     * Makes sources of counts: how many events of a Poisson process a step has. The counts are the variable
     * {@code membrane}, and the neurons never fire. A text with {@code poisson} draws them where they are needed, and
     * saves the projection.
     *
     * @param rate of all events of a neuron, the parameter {@code rate}
     * @param step the time of a step, the parameter {@code dt}
     * @return the neurons
     * @throws IllegalArgumentException if a number is not finite, the rate negative, the step not positive, or there
     *     are more than 30.8 events a step on average
     */
    public static EquationNeuron counts(double rate, double step) {
        requireStep(step);
        requireRates(rate);
        return timed(
                "neuron Counts\nparam rate [Hz] = " + rate + TIME
                        + "state v\npoisson count = rate * dt / 1000 to 64\nv = count\nspike 0 > 1\n",
                step);
    }

    /**
     * Creates sources of one current for all neurons, piecewise linear between points and constant before the first and
     * after the last point. Two points at the same time make a step. The current is the variable {@code membrane}; the
     * neurons never fire.
     *
     * @param times of the points, ascending
     * @param currents at these times, of any unit
     * @param step the time of a step
     * @return the neurons
     * @throws IllegalArgumentException if there are no points or more than 200, not as many currents as times, times
     *     descend, a number is not finite or the step not positive
     */
    public static EquationNeuron current(double[] times, double[] currents, double step) {
        requireStep(step);
        return EquationNeuron.of("neuron Current\nstate current, t\n" + lines("current", times, currents, step)
                + "t = t + 1\nspike 0 > 1\n");
    }

    /**
     * Makes sources of currents that fluctuate, each neuron's for itself: an Ornstein-Uhlenbeck process, exact for any
     * step, which begins at its mean. The current is the variable {@code membrane}, and the neurons never fire.
     *
     * @param mean of the currents, the parameter {@code mean}
     * @param deviation their standard deviation, the parameter {@code deviation}
     * @param tau the time in which correlations fall by e, the parameter {@code tau}; positive
     * @param step the time of a step, the parameter {@code dt}
     * @return the neurons
     * @throws IllegalArgumentException if a number is not finite, or tau or the step is not positive
     */
    public static EquationNeuron fluctuating(double mean, double deviation, double tau, double step) {
        requireStep(step);
        Checks.require(tau > 0, "tau", tau, "more than 0");
        return timed(
                "neuron Fluctuating\nparam mean = " + mean + ", deviation = " + deviation + ", tau [ms] = " + tau + TIME
                        + "state current = mean\nnoise xi\nlet keep = exp(-dt / tau)\n"
                        + "let share = deviation * sqrt(-expm1(-2 * dt / tau))\n"
                        + "current = mean + keep * (current - mean) + share * xi\nspike 0 > 1\n",
                step);
    }

    /**
     * Makes neurons that fire as listed, in all samples alike, from each reset on.
     *
     * @param times at which neurons fire, in any order; the nearest step counts. A neuron fires once in a step however
     *     often it is listed
     * @param neurons the neuron of each time
     * @param step the time of a step
     * @return the neurons
     * @throws IllegalArgumentException if there are not as many neurons as times, a time is negative, not finite or
     *     after 2,147,483,647 steps, a neuron is negative, or the step is not positive
     */
    public static SpikeList spikes(double[] times, int[] neurons, double step) {
        requireStep(step);
        int[] steps = new int[times.length];
        for (int i = 0; i < steps.length; i++) {
            double at = Math.rint(times[i] / step);
            Checks.require(
                    at >= 0 && at < Integer.MAX_VALUE, "time " + i, times[i], "0 to " + Integer.MAX_VALUE + " steps");
            steps[i] = (int) at;
        }
        return SpikeList.of(steps, neurons);
    }

    /** Lines for the value of a variable at a step t. */
    private static String lines(String name, double[] times, double[] values, double step) {
        Objects.requireNonNull(values, "values");
        if (times.length != values.length || times.length == 0 || times.length > 200) {
            throw new IllegalArgumentException("there are " + times.length + " times and " + values.length
                    + " values, expected as many of both, 1 to 200");
        }
        List<String> lines = new ArrayList<>(List.of(name + " = " + values[0]));
        for (int i = 0; i < times.length; i++) {
            double from = times[i] / step;
            Checks.require(Math.abs(from) <= MOST_STEPS, "time " + i, times[i], "at most " + MOST_STEPS + " steps");
            Checks.require(Double.isFinite(values[i]), "value " + i, values[i], "a finite number");
            boolean ends = i == times.length - 1 || times[i + 1] == times[i];
            Checks.require(
                    i == 0 || times[i] >= times[i - 1],
                    "time " + i,
                    times[i],
                    "not before " + times[Math.max(0, i - 1)]);
            double slope = ends ? 0 : (values[i + 1] - values[i]) / (times[i + 1] / step - from);
            lines.add("%s = t >= %s ? %s + %s * (t - %s) : %s".formatted(name, from, values[i], slope, from, name));
        }
        return String.join("\n", lines) + "\n";
    }

    private static void requireRates(double... rates) {
        Objects.requireNonNull(rates, "rates");
        for (double rate : rates) {
            Checks.require(rate >= 0 && Double.isFinite(rate), "rate", rate, "0 or more");
        }
    }

    private static void requireStep(double step) {
        Checks.require(step > 0 && Double.isFinite(step), "step", step, "more than 0");
    }
}
