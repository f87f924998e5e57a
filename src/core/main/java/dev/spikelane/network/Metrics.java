package dev.spikelane.network;

import java.util.Objects;

/**
 * Receives the metrics of a running service, for example to pass them to a metrics library. A pool of sessions calls it
 * after each step, one call at a time:
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
 * <p>To keep the cost low, the last four are means over every eighth session, at least 1 and at most 64 of a step. A
 * classifier reports, after each sample, {@code spikelane.classifier.seconds}, {@code .steps}, {@code .input} as above,
 * {@code .undecided}, 0 or 1, and {@code .margin}, the lead of the label's probability.
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
