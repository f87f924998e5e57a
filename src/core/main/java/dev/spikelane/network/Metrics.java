package dev.spikelane.network;

import java.util.Objects;

/**
 * Takes the numbers of a service while it runs, such as a library of metrics does. A pool of sessions tells them behind
 * each step, in its turn, so that calls come one after the other:
 *
 * <ul>
 *   <li>{@code spikelane.sessions.batch}: sessions of the step
 *   <li>{@code spikelane.sessions.seconds}: its time
 *   <li>{@code spikelane.sessions.queue}: offers that waited when it began, if it is one of offers
 *   <li>{@code spikelane.sessions.wait}: seconds that the first of them has waited
 *   <li>{@code spikelane.sessions.input}: share of inputs that fire or are not 0
 *   <li>{@code spikelane.sessions.output}: share of outputs that fire
 *   <li>{@code spikelane.sessions.undecided}: share of sessions whose label is not decided
 *   <li>{@code spikelane.sessions.margin}: spikes a step by which the first class leads
 * </ul>
 *
 * <p>The last four are means over every eighth session, at least 1 and at most 64 of a step, so that they cost little.
 * A classifier tells, behind each sample, {@code spikelane.classifier.seconds}, {@code .steps}, {@code .input} as
 * above, {@code .undecided}, 0 or 1, and {@code .margin}, the lead of the label's probability.
 *
 * <p>Flight Recorder gets the same numbers as events {@code dev.spikelane.Metric}. Without a recording and metrics,
 * nothing is counted.
 */
@FunctionalInterface
public interface Metrics {

    /**
     * Takes a number. It should be short; where it throws, the thread's handler of uncaught exceptions gets that.
     *
     * @param name as above
     * @param value the number
     */
    void record(String name, double value);

    /**
     * Hands numbers to others too.
     *
     * @param others get each number next
     * @return both
     */
    default Metrics and(Metrics others) {
        Objects.requireNonNull(others, "others");
        return (name, value) -> {
            record(name, value);
            others.record(name, value);
        };
    }
}
