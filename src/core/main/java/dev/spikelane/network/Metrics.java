package dev.spikelane.network;

import java.util.Objects;

/**
 * Receives the metrics of a running service, for example to pass them to a metrics library. A session pool calls it
 * after each step, one call at a time:
 * <ul>
 *   <li>{@code spikelane.sessions.batch}: sessions of the step
 *   <li>{@code spikelane.sessions.seconds}: its time
 *   <li>{@code spikelane.sessions.queue}: offers that waited when it began, in a pool of offers
 *   <li>{@code spikelane.sessions.wait}: longest wait of these offers, in seconds
 *   <li>{@code spikelane.sessions.input}: share of inputs that fire or are not 0
 *   <li>{@code spikelane.sessions.output}: share of outputs that fire
 *   <li>{@code spikelane.sessions.undecided}: share of sessions whose label is not decided
 *   <li>{@code spikelane.sessions.margin}: lead of the first class, in spikes per step
 * </ul>
 *
 * <p>The last four are means over every eighth session, at least 1 and at most 64 of a step, to keep the cost low. A
 * classifier reports, after each sample, {@code spikelane.classifier.seconds}, {@code .steps}, {@code .input} as above,
 * {@code .undecided}, 0 or 1, and {@code .margin}, the lead of the label's probability.
 *
 * <p>Flight Recorder gets the numbers as events {@code dev.spikelane.Metric}. Without a recording and metrics, nothing
 * is counted.
 */
@FunctionalInterface
public interface Metrics {

    /**
     * Takes a number and should return soon; the thread's handler of uncaught exceptions gets its exceptions.
     *
     * @param name a name of the list above
     * @param value the number
     */
    void record(String name, double value);

    /**
     * {@return metrics that pass each number to this object, then to others}
     *
     * @param others receive each number next
     */
    default Metrics and(Metrics others) {
        Objects.requireNonNull(others, "others");
        return (name, value) -> {
            record(name, value);
            others.record(name, value);
        };
    }
}
